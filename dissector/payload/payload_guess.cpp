// Each step gives its evidence as words, empty where there is none; binary formats are compared by
// the bits they and their nested values weigh.
#include "dissector/payload/payload_guess.h"

#include <algorithm>
#include <array>

#include "dissector/payload/base64.h"
#include "dissector/payload/cbor.h"
#include "dissector/payload/cbor_reader.h"
#include "dissector/payload/json.h"
#include "dissector/payload/msgpack.h"
#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/protobuf_guess.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

std::string_view jsonEvidence(std::string_view text) {
    const auto kind = jsonKind(text);
    if (!kind || checkJson(text)) return {};
    switch (*kind) {
        case JsonKind::Object:
            return "a JSON object from the first byte to the last";
        case JsonKind::Array:
            return "a JSON array from the first byte to the last";
        case JsonKind::String:
            return "a JSON string from the first byte to the last";
        default:
            return {};
    }
}

/// Only formats of bytes; Raw if none has enough evidence.
PayloadGuess guessBinary(ByteView bytes) {
    constexpr std::array<std::uint8_t, 3> kCborMark = {0xd9, 0xd9, 0xf7};
    if (bytes.size() > kCborMark.size() &&
        std::ranges::equal(bytes.first(kCborMark.size()), kCborMark) && !checkCbor(bytes)) {
        return {PayloadFormat::Cbor, "it begins with the mark of self-described CBOR"};
    }
    struct Candidate {
        PayloadFormat format;
        double bits;
        std::string_view why;
    };
    const std::array candidates = {
        Candidate{PayloadFormat::MessagePack, itemEvidence(MsgpackReader(bytes)),
                  "one MessagePack value from the first byte to the last"},
        Candidate{PayloadFormat::Cbor, itemEvidence(CborReader(bytes)),
                  "one CBOR value from the first byte to the last"},
        Candidate{PayloadFormat::Protobuf, protobufEvidence(bytes),
                  "Protocol Buffers fields from the first byte to the last"},
    };
    const auto best = std::ranges::max_element(candidates, {}, &Candidate::bits);
    if (best->bits < kMinEvidence) return {PayloadFormat::Raw, "bytes of no format known here"};
    return {best->format, std::string(best->why)};
}

/// Why a text is base64; empty if it is not.
std::string base64Evidence(std::string_view text) {
    if (const std::string_view why = whyBase64(text); !why.empty()) return std::string(why);
    if (text.size() < kMinBase64Chars) return {};
    const auto bytes = decodeBase64(text);
    if (!bytes) return {};
    const PayloadGuess inside = guessBinary(*bytes);
    if (inside.format == PayloadFormat::Raw) return {};
    return "letters of base64 that stand for " + std::string(payloadFormatTitle(inside.format));
}

}  // namespace

PayloadGuess guessPayload(ByteView bytes, bool isText) {
    if (bytes.empty()) return {isText ? PayloadFormat::Text : PayloadFormat::Raw, "it is empty"};
    const std::string_view text = asText(bytes);
    if (const std::string_view why = jsonEvidence(text); !why.empty()) {
        return {PayloadFormat::Json, std::string(why)};
    }
    if (isText || isPrintableText(asText(bytes))) {
        if (std::string why = base64Evidence(text); !why.empty()) {
            return {PayloadFormat::Base64, std::move(why)};
        }
        if (!isText) return {PayloadFormat::Text, "printable UTF-8"};
        if (!isValidUtf8(text)) return {PayloadFormat::Raw, "it came as text but is not UTF-8"};
        return {PayloadFormat::Text, "it came as text, and is neither JSON nor base64"};
    }
    return guessBinary(bytes);
}

bool isBase64Payload(std::string_view text) {
    return !base64Evidence(text).empty();
}

}  // namespace framescope
