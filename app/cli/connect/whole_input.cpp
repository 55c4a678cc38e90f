// Reads with read(2), so that FIFOs and standard input are no special cases.
#include "app/cli/connect/whole_input.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "capture/file/file_descriptor.h"

namespace framescope::cli {
namespace {

constexpr std::size_t kMaxSize = std::size_t{64} << 20;

}  // namespace

Result<std::string> readWhole(const std::string& file, const std::string& what) {
    const auto failure = [&](const std::string& why) {
        const std::string name = file == "-" ? "standard input" : "\"" + file + "\"";
        return Error{"The " + what + " cannot be read from " + name + ": " + why + "."};
    };
    FileDescriptor opened;
    if (file != "-") {
        opened = FileDescriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (opened.get() < 0) return failure(std::strerror(errno));
    }
    const int descriptor = file == "-" ? STDIN_FILENO : opened.get();
    std::string bytes;
    std::array<char, 65'536> room{};
    for (;;) {
        const ssize_t count = ::read(descriptor, room.data(), room.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failure(std::strerror(errno));
        if (count == 0) return bytes;
        bytes.append(room.data(), static_cast<std::size_t>(count));
        if (bytes.size() > kMaxSize) return failure("it has more than 64 MiB");
    }
}

}  // namespace framescope::cli
