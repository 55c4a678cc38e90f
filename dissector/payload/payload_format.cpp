// One table of names.
#include "dissector/payload/payload_format.h"

#include <algorithm>
#include <array>

namespace framescope {
namespace {

struct Names {
    PayloadFormat format;
    std::string_view name;
    std::string_view title;
};

constexpr std::array kNames = {
    Names{PayloadFormat::Auto, "auto", "guessed"},
    Names{PayloadFormat::Json, "json", "JSON"},
    Names{PayloadFormat::MessagePack, "msgpack", "MessagePack"},
    Names{PayloadFormat::Cbor, "cbor", "CBOR"},
    Names{PayloadFormat::Protobuf, "protobuf", "Protocol Buffers"},
    Names{PayloadFormat::Base64, "base64", "Base64"},
    Names{PayloadFormat::Text, "text", "text"},
    Names{PayloadFormat::Raw, "raw", "raw bytes"},
};

const Names& namesOf(PayloadFormat format) {
    return *std::ranges::find(kNames, format, &Names::format);
}

}  // namespace

std::string_view payloadFormatName(PayloadFormat format) {
    return namesOf(format).name;
}

std::string_view payloadFormatTitle(PayloadFormat format) {
    return namesOf(format).title;
}

std::optional<PayloadFormat> findPayloadFormat(std::string_view name) {
    std::string lower(name);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    if (lower == "messagepack") return PayloadFormat::MessagePack;
    const auto at = std::ranges::find(kNames, lower, &Names::name);
    if (at == kNames.end()) return std::nullopt;
    return at->format;
}

}  // namespace framescope
