#include "dissector/engineio/server_error.h"

#include <array>
#include <charconv>

#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"

namespace framescope::engineio {
namespace {

constexpr std::size_t kMaxMembers = 16;
/// A body that is longer is no such answer.
constexpr std::size_t kMaxBody = 4096;
constexpr std::size_t kShownChars = 200;

struct Known {
    std::string_view name;
    std::string_view message;  ///< as servers write it
};
constexpr std::array<Known, 6> kErrors = {{
    {"unknown transport", "Transport unknown"},
    {"unknown session", "Session ID unknown"},
    {"bad handshake method", "Bad handshake method"},
    {"bad request", "Bad request"},
    {"forbidden", "Forbidden"},
    {"unsupported protocol version", "Unsupported protocol version"},
}};

}  // namespace

std::optional<ServerError> parseServerError(std::string_view body) {
    if (body.size() > kMaxBody) return std::nullopt;
    for (std::size_t code = 0; code < kErrors.size(); ++code) {
        if (body == kErrors[code].message) {
            return ServerError{code, std::string(body), {}, {0, body.size()}};
        }
    }
    if (jsonKind(body) != JsonKind::Object) return std::nullopt;
    const auto members = jsonChildren(body, kMaxMembers);
    if (!members) return std::nullopt;
    ServerError error;
    for (const JsonNode& member : *members) {
        const auto slice = [body](ByteRange range) {
            return body.substr(range.begin, range.size());
        };
        const std::string key = unescapeJson(slice(member.keyRange));
        const std::string_view value = slice(member.range);
        if (key == "code" && member.kind == JsonKind::Number) {
            const char* const end = value.data() + value.size();
            const auto [stop, fault] = std::from_chars(value.data(), end, error.code);
            if (fault != std::errc() || stop != end) return std::nullopt;
            error.codeRange = member.range;
        } else if (key == "message" && member.kind == JsonKind::String) {
            error.message = unescapeJson(value);
            error.messageRange = member.range;
        }
    }
    if (error.codeRange.empty() || error.messageRange.empty()) return std::nullopt;
    return error;
}

std::string_view serverErrorName(std::uint64_t code) {
    return code < kErrors.size() ? kErrors[code].name : "unknown error";
}

FieldIndex describe(const ServerError& error, std::string_view body, FieldTree& tree, Place place) {
    const std::string name(serverErrorName(error.code));
    const FieldIndex layer = tree.open(FieldId::EngineIo, place, body.size(), "error: " + name);
    std::string shown = name + " (" + std::to_string(error.code) + ")";
    if (error.codeRange.empty()) {
        tree.addComputed(FieldId::EngineIoErrorCode, error.code, std::move(shown));
    } else {
        tree.add(FieldId::EngineIoErrorCode, place.at(error.codeRange.begin),
                 error.codeRange.size(), error.code, std::move(shown));
    }
    tree.add(FieldId::EngineIoErrorMessage, place.at(error.messageRange.begin),
             error.messageRange.size(), error.message, printable(error.message, kShownChars));
    tree.close();
    return layer;
}

}  // namespace framescope::engineio
