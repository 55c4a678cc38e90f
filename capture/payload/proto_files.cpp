// Imports are answered from disk while libprotobuf asks for them.
#include "capture/payload/proto_files.h"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <system_error>

#include "capture/file/file_descriptor.h"

namespace framescope {
namespace {

constexpr std::size_t kMaxFileSize = std::size_t{16} << 20;
constexpr int kFoldersAbove = 4;

Result<std::string> readText(const std::filesystem::path& path) {
    const std::string name = "\"" + path.string() + "\"";
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) {
        return Error{name + " cannot be read: " + std::generic_category().message(errno) + "."};
    }
    if (!S_ISREG(status.st_mode)) return Error{name + " is no file with a schema in it."};
    if (static_cast<std::uint64_t>(status.st_size) > kMaxFileSize) {
        return Error{name + " is too large for a schema."};
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    const std::ptrdiff_t size = readFullyAt(
        file.get(), 0, std::span(reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
    if (size < 0) {
        return Error{name + " cannot be read: " + std::generic_category().message(errno) + "."};
    }
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace

Result<std::shared_ptr<const ProtobufSchema>> loadProtoFile(const std::filesystem::path& path) {
    auto text = readText(path);
    if (!text) return text.error();
    const auto import = [&path](const std::string& name) -> std::optional<std::string> {
        std::error_code ignored;
        std::filesystem::path folder = std::filesystem::absolute(path, ignored).parent_path();
        for (int i = 0; i <= kFoldersAbove; ++i) {
            if (auto imported = readText(folder / name)) return std::move(*imported);
            if (folder == folder.parent_path()) break;
            folder = folder.parent_path();
        }
        return std::nullopt;
    };
    auto build = ProtobufSchema::build(path.filename().string(), *text, import);
    if (!build.schema) return Error{std::move(build.error)};
    return std::move(build.schema);
}

std::optional<Error> loadSchemas(PayloadRules& rules) {
    std::map<std::string, std::shared_ptr<const ProtobufSchema>> loaded;
    for (PayloadRule& rule : rules.rules()) {
        if (rule.protoFile.empty()) continue;
        auto& schema = loaded[rule.protoFile];
        if (!schema) {
            auto result = loadProtoFile(rule.protoFile);
            if (!result) return result.error();
            schema = std::move(*result);
        }
        if (!schema->shapeOf(rule.message)) {
            std::string sentence =
                "\"" + rule.protoFile + "\" has no message \"" + rule.message + "\"";
            constexpr std::size_t kNamed = 10;
            const auto& names = schema->messageNames();
            for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) {
                sentence += (i == 0 ? "; it has " : ", ") + names[i];
            }
            return Error{sentence + (names.size() > kNamed ? ", \u2026" : ".")};
        }
        rule.schema = schema;
    }
    return std::nullopt;
}

}  // namespace framescope
