// Each kind of value has one way to be written; dates are reckoned in the Gregorian calendar,
// without a time zone.
#include "dissector/payload/item_text.h"

#include <algorithm>
#include <charconv>
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

constexpr std::uint64_t kSecondsADay = 86'400;

struct Date {
    unsigned year = 1;
    unsigned month = 1;
    unsigned day = 1;
};

bool isLeapYear(unsigned year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// The date so many days behind 0001-01-01.
Date dateOf(std::uint64_t days) {
    constexpr unsigned kDaysIn400Years = 146'097;
    Date date;
    date.year += static_cast<unsigned>(days / kDaysIn400Years) * 400;
    auto rest = static_cast<unsigned>(days % kDaysIn400Years);
    for (unsigned length = 365; rest >= length; ++date.year) {
        rest -= length;
        length = isLeapYear(date.year + 1) ? 366 : 365;
    }
    constexpr unsigned kMonths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (;;) {
        const bool leapDay = date.month == 2 && isLeapYear(date.year);
        const unsigned length = kMonths[date.month - 1] + (leapDay ? 1 : 0);
        if (rest < length) break;
        rest -= length;
        ++date.month;
    }
    date.day += rest;
    return date;
}

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
    // Counted from the first second of year 1, so that nothing is negative.
    const auto since = static_cast<std::uint64_t>(seconds - kFirstSecond);
    const Date date = dateOf(since / kSecondsADay);
    const auto second = static_cast<unsigned>(since % kSecondsADay);
    char text[64];
    std::snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u", date.year, date.month,
                  date.day, second / 3600, second / 60 % 60, second % 60);
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
