#include "capture/compose/payload_bytes.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "dissector/payload/hex_text.h"
#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"

namespace framescope::compose {
namespace {

struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

Error cannotRead(const std::string& path, const std::string& why) {
    return Error{"\"" + path + "\" cannot be read: " + why + "."};
}

Result<Bytes> fileBytes(const std::string& path) {
    // A pipe would let open() wait for somebody to write.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info {};
    if (file.fd < 0 || ::fstat(file.fd, &info) != 0) {
        return cannotRead(path, std::generic_category().message(errno));
    }
    if (S_ISDIR(info.st_mode)) return cannotRead(path, "it is a folder");
    if (!S_ISREG(info.st_mode)) return cannotRead(path, "it is not an ordinary file");
    const auto tooLarge = [&] {
        return cannotRead(path, "it is larger than " + byteCountText(kMaxPayloadFile) +
                                    ", the most that is sent");
    };
    if (static_cast<std::uint64_t>(info.st_size) > kMaxPayloadFile) return tooLarge();
    // One byte more tells whether the file grew meanwhile, as files below /proc do.
    Bytes bytes(static_cast<std::size_t>(info.st_size) + 1);
    std::size_t done = 0;
    while (true) {
        const ssize_t got = ::read(file.fd, bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannotRead(path, std::generic_category().message(errno));
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
        if (done > kMaxPayloadFile) return tooLarge();
        if (done == bytes.size()) bytes.resize(done * 2);
    }
    bytes.resize(done);
    return bytes;
}

}  // namespace

std::string jsonFault(std::string_view json, const std::string& what) {
    std::size_t position = 0;
    std::string why;
    if (const auto error = checkJson(json)) {
        position = static_cast<std::size_t>(error->position);
        why = error->sentence;
    } else if (const auto invalid = findInvalidUtf8(json)) {
        position = static_cast<std::size_t>(*invalid);
        why = "not UTF-8";
    } else {
        return {};
    }
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : json.substr(0, position)) {
        // Columns count characters, not bytes.
        if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
        ++column;
        if (c != '\n') continue;
        ++line;
        column = 1;
    }
    return what + " is not valid JSON: line " + std::to_string(line) + ", column " +
           std::to_string(column) + ": " + why + ".";
}

Result<Bytes> bytesOf(const Payload& payload) {
    const ByteView text = asBytes(payload.text);
    switch (payload.kind) {
        case Payload::Kind::Json:
            if (std::string fault = jsonFault(payload.text, "The payload"); !fault.empty()) {
                return Error{std::move(fault)};
            }
            break;
        case Payload::Kind::Hex: {
            auto parsed = parseHexText(payload.text);
            if (const auto* const error = std::get_if<HexTextError>(&parsed)) {
                return Error{"The hex digits cannot be read: line " + std::to_string(error->line) +
                             ", column " + std::to_string(error->column) + ": " + error->sentence};
            }
            return std::get<Bytes>(std::move(parsed));
        }
        case Payload::Kind::File:
            return fileBytes(payload.text);
        case Payload::Kind::Text:
            break;
    }
    return Bytes(text.begin(), text.end());
}

}  // namespace framescope::compose
