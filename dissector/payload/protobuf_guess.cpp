// Weighing follows the fields down into nested messages; every byte is looked at once a level.
#include "dissector/payload/protobuf_guess.h"

#include <algorithm>

#include "dissector/payload/protobuf_reader.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::uint32_t kFirstReserved = 19000;
/// Nested messages are weighed down to this depth.
constexpr std::size_t kWeighedDepth = 16;

bool isBlankControl(std::uint8_t byte) {
    return byte == '\n' || byte == '\r' || byte == '\t';
}

/// Two or more varints to the last byte, shortest and small: up to three bytes each in a short
/// list, up to two in a longer one, where chance would have made some of them longer.
bool plausiblePacked(ByteView bytes) {
    constexpr std::size_t kShortList = 8;
    const std::size_t widest = bytes.size() <= kShortList ? 3 : 2;
    std::size_t count = 0;
    for (std::size_t at = 0; at < bytes.size(); ++count) {
        const std::size_t begin = at;
        const auto value = readVarint(bytes, at);
        if (!value || at - begin > widest || at - begin != varintSize(*value)) return false;
    }
    return count >= 2;
}

double weigh(ByteView bytes, std::size_t depth) {
    constexpr double kEndsExactly = 2;
    constexpr double kFirstField = 4;
    constexpr double kOneByteTag = 1.4;
    constexpr double kInOrder = 1.5;
    constexpr double kPrintableByte = 1.4;
    constexpr double kGroup = 4;
    constexpr std::uint32_t kOneByteFields = 16;

    double bits = kEndsExactly;
    std::uint32_t last = 0;
    std::size_t fields = 0;
    ProtobufReader reader(bytes);
    for (;;) {
        const ProtobufToken token = reader.next();
        if (token == ProtobufToken::Error) return 0;
        if (token == ProtobufToken::End) break;
        const ProtobufWireField& field = reader.field();
        if (!field.shortest || field.number >= kFirstReserved) return 0;
        if (fields++ == 0 && field.number == 1) bits += kFirstField;
        if (field.number < kOneByteFields) bits += kOneByteTag;
        // Encoders write fields in the order of their numbers; those of a group begin anew.
        if (token == ProtobufToken::Field && fields > 1) {
            bits += field.number >= last && field.number < last + kOneByteFields ? kInOrder : -1;
        }
        last = token == ProtobufToken::GroupBegin ? 0 : field.number;
        if (token == ProtobufToken::GroupEnd) bits += kGroup;
        if (field.type == WireType::Varint) bits += 0.5;
        if (field.type != WireType::Length) continue;
        const ByteView content = bytes.subspan(field.content.begin, field.content.size());
        switch (guessLength(content)) {
            case LengthGuess::Text:
                bits += kPrintableByte * static_cast<double>(content.size());
                break;
            case LengthGuess::Message:
                if (depth < kWeighedDepth) bits += weigh(content, depth + 1);
                break;
            default:
                break;
        }
    }
    return fields == 0 ? 0 : std::max(bits, 0.0);
}

}  // namespace

bool isPlausibleProtobuf(ByteView bytes) {
    ProtobufReader reader(bytes);
    for (std::size_t fields = 0;; ++fields) {
        const ProtobufToken token = reader.next();
        if (token == ProtobufToken::Error) return false;
        if (token == ProtobufToken::End) return fields > 0;
        if (!reader.field().shortest || reader.field().number >= kFirstReserved) return false;
    }
}

LengthGuess guessLength(ByteView content) {
    if (content.empty()) return LengthGuess::Empty;
    const bool text = isPrintableText(asText(content));
    if (text && !isBlankControl(content.front())) return LengthGuess::Text;
    if (isPlausibleProtobuf(content)) return LengthGuess::Message;
    if (text) return LengthGuess::Text;
    if (plausiblePacked(content)) return LengthGuess::Packed;
    return LengthGuess::ByteString;
}

std::string_view whyLengthGuess(LengthGuess guess) {
    switch (guess) {
        case LengthGuess::Empty:
            return "empty: text, bytes and messages look the same";
        case LengthGuess::Text:
            return "text: printable UTF-8";
        case LengthGuess::Message:
            return "message: reads as fields to its last byte";
        case LengthGuess::Packed:
            return "packed: small numbers in their shortest form to its last byte";
        case LengthGuess::ByteString:
            return "bytes: neither text nor fields nor small numbers";
    }
    return "";
}

double protobufEvidence(ByteView bytes) {
    return weigh(bytes, 0);
}

}  // namespace framescope
