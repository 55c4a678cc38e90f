// Each kind of value has one way to be written; dates come from the calendar of <chrono>, without a
// time zone.
#include "dissector/payload/item_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "dissector/field/field_value.h"
#include "dissector/payload/cbor_reader.h"
#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::size_t kShownBytes = 32;
constexpr std::size_t kMaxDecimalBytes = 64;
/// Years 1 to 9999.
constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;

std::string extensionText(const Item& item, ByteView content) {
    const auto type = static_cast<std::int8_t>(item.number);
    if (type == kMsgpackTimestamp) {
        if (const auto time = parseMsgpackTime(content)) {
            return "timestamp " + utcText(time->seconds, time->nanoseconds);
        }
    }
    return "extension type " + std::to_string(type) + ", " + binaryText(content);
}

}  // namespace

std::string floatText(double value, std::size_t bytes) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    char text[40];
    const auto end = bytes == 4 ? std::to_chars(text, std::end(text), static_cast<float>(value))
                                : std::to_chars(text, std::end(text), value);
    std::string line(text, end.ptr);
    if (line.find_first_of(".e") == std::string::npos) line += ".0";
    return line;
}

std::string integerText(const Item& item) {
    if (item.token != ItemToken::Negative) return std::to_string(item.number);
    if (item.number == UINT64_MAX) return "-18446744073709551616";
    return "-" + std::to_string(item.number + 1);
}

std::string utcText(std::int64_t seconds, std::uint32_t nanoseconds) {
    if (seconds < kFirstSecond || seconds > kLastSecond) {
        return std::to_string(seconds) + " s since 1970";
    }
    using namespace std::chrono;
    const sys_seconds time{std::chrono::seconds(seconds)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    std::string line = text;
    if (nanoseconds != 0) {
        std::snprintf(text, sizeof text, ".%09u", nanoseconds);
        line += text;
    }
    return line + "Z";
}

std::string bigNumberText(ByteView bytes) {
    if (bytes.size() > kMaxDecimalBytes) return "0x" + formatHex(bytes);
    std::string reversed;
    Bytes rest(bytes.begin(), bytes.end());
    while (std::ranges::any_of(rest, [](std::uint8_t byte) { return byte != 0; })) {
        unsigned carry = 0;
        for (std::uint8_t& byte : rest) {
            carry = carry << 8 | byte;
            byte = static_cast<std::uint8_t>(carry / 10);
            carry %= 10;
        }
        reversed += static_cast<char>('0' + carry);
    }
    if (reversed.empty()) return "0";
    return {reversed.rbegin(), reversed.rend()};
}

std::string binaryText(ByteView bytes) {
    std::string text = byteCountText(bytes.size());
    if (bytes.empty()) return text;
    text += ": " + formatHex(bytes.first(std::min(bytes.size(), kShownBytes)));
    if (bytes.size() > kShownBytes) text += "\u2026";
    return text;
}

std::string itemContent(ByteView bytes, const Item& item) {
    if (item.indefinite) {
        const Bytes joined = cborString(bytes, item);
        return std::string(asText(joined));
    }
    return std::string(asText(bytes.subspan(item.content.begin, item.content.size())));
}

std::string itemText(ByteView bytes, const Item& item, std::size_t maxChars) {
    switch (item.token) {
        case ItemToken::Null:
            return "null";
        case ItemToken::Undefined:
            return "undefined";
        case ItemToken::False:
            return "false";
        case ItemToken::True:
            return "true";
        case ItemToken::Unsigned:
        case ItemToken::Negative:
            return integerText(item);
        case ItemToken::Float:
            return floatText(item.real, item.realBytes);
        case ItemToken::Text:
            return "\"" + printable(itemContent(bytes, item), maxChars) + "\"";
        case ItemToken::Binary:
            return binaryText(asBytes(itemContent(bytes, item)));
        case ItemToken::Extension:
            return extensionText(item, bytes.subspan(item.content.begin, item.content.size()));
        case ItemToken::Simple:
            return "simple(" + std::to_string(item.number) + ")";
        default:
            return {};
    }
}

}  // namespace framescope
