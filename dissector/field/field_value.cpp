// Printing follows tshark's -T fields, so that scripts written for it read ours.
#include "dissector/field/field_value.h"

#include <arpa/inet.h>
#include <charconv>

namespace framescope {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

/// At least `digits` of them, as many as it takes.
std::string hexNumber(std::uint64_t value, int digits) {
    while (digits < 16 && value >> (4 * digits) != 0) ++digits;
    std::string text = "0x";
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kDigits[value >> shift & 15];
    return text;
}

std::string separatedHex(ByteView bytes, char separator) {
    std::string text;
    text.reserve(bytes.size() * 3);
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += separator;
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::optional<std::uint64_t> parseUnsigned(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
    return value;
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Pairs of hex digits, with or without ':', '-', '.' or ' ' between them.
std::optional<Bytes> parseHexBytes(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == ':' || c == '-' || c == '.' || c == ' ') {
            ++i;
            continue;
        }
        if (i + 1 >= text.size() || hexDigit(c) < 0 || hexDigit(text[i + 1]) < 0) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::uint8_t>(hexDigit(c) << 4 | hexDigit(text[i + 1])));
        i += 2;
    }
    return bytes;
}

/// Seconds with an optional fraction of up to nine digits.
std::optional<std::int64_t> parseTime(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t dot = text.find('.');
    const auto seconds = parseUnsigned(text.substr(0, dot));
    if (!seconds || *seconds > 9'000'000'000ULL) return std::nullopt;
    std::int64_t nanoseconds = 0;
    if (dot != std::string_view::npos) {
        std::string fraction(text.substr(dot + 1));
        if (fraction.empty() || fraction.size() > 9) return std::nullopt;
        fraction.resize(9, '0');
        const auto value = parseUnsigned(fraction);
        if (!value) return std::nullopt;
        nanoseconds = static_cast<std::int64_t>(*value);
    }
    nanoseconds += static_cast<std::int64_t>(*seconds) * 1'000'000'000;
    return negative ? -nanoseconds : nanoseconds;
}

std::string formatInteger(FieldType type, std::uint64_t value) {
    switch (type) {
        case FieldType::Hex8:
            return hexNumber(value, 2);
        case FieldType::Hex16:
            return hexNumber(value, 4);
        case FieldType::Hex24:
            return hexNumber(value, 6);
        case FieldType::Hex32:
            return hexNumber(value, 8);
        case FieldType::Ipv4:
            return formatIpv4(static_cast<std::uint32_t>(value));
        default:
            return std::to_string(value);
    }
}

}  // namespace

std::string formatValue(FieldType type, const FieldValue& value) {
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        return formatInteger(type, *number);
    }
    if (const auto* time = std::get_if<std::int64_t>(&value)) return formatTime(*time);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* bytes = std::get_if<Bytes>(&value)) {
        if (type == FieldType::Ether) return separatedHex(*bytes, ':');
        if (type == FieldType::Ipv6 && bytes->size() == 16) return formatIpv6(*bytes);
        return formatHex(*bytes);
    }
    return {};
}

std::optional<FieldValue> parseValue(FieldType type, std::string_view text) {
    switch (type) {
        case FieldType::Protocol:
        case FieldType::Group:
            return std::nullopt;
        case FieldType::Bool:
            if (text == "1" || text == "true" || text == "True")
                return std::optional<FieldValue>(std::in_place, std::uint64_t{1});
            if (text == "0" || text == "false" || text == "False") {
                return std::optional<FieldValue>(std::in_place, std::uint64_t{0});
            }
            return std::nullopt;
        case FieldType::Unsigned:
        case FieldType::Hex8:
        case FieldType::Hex16:
        case FieldType::Hex24:
        case FieldType::Hex32: {
            const auto number = parseUnsigned(text);
            return number ? std::optional<FieldValue>(std::in_place, *number) : std::nullopt;
        }
        case FieldType::Time: {
            const auto time = parseTime(text);
            return time ? std::optional<FieldValue>(std::in_place, *time) : std::nullopt;
        }
        case FieldType::Text:
            return std::optional<FieldValue>(std::in_place, std::string(text));
        case FieldType::ByteString: {
            auto bytes = parseHexBytes(text);
            return bytes ? std::optional<FieldValue>(std::move(*bytes)) : std::nullopt;
        }
        case FieldType::Ether: {
            auto bytes = parseHexBytes(text);
            if (!bytes || bytes->size() != 6) return std::nullopt;
            return std::optional<FieldValue>(std::in_place, std::move(*bytes));
        }
        case FieldType::Ipv4: {
            in_addr address{};
            if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
            return std::optional<FieldValue>(std::in_place, std::uint64_t{ntohl(address.s_addr)});
        }
        case FieldType::Ipv6: {
            in6_addr address{};
            if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) return std::nullopt;
            return std::optional<FieldValue>(std::in_place, std::in_place_type<Bytes>,
                                             std::begin(address.s6_addr),
                                             std::end(address.s6_addr));
        }
    }
    return std::nullopt;
}

std::string formatIpv4(std::uint32_t address) {
    char text[15];
    return {text, writeIpv4(address, text)};
}

char* writeIpv4(std::uint32_t address, char* to) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        const unsigned part = address >> shift & 255;
        if (part >= 100) *to++ = static_cast<char>('0' + part / 100);
        if (part >= 10) *to++ = static_cast<char>('0' + part / 10 % 10);
        *to++ = static_cast<char>('0' + part % 10);
        if (shift != 0) *to++ = '.';
    }
    return to;
}

std::string formatIpv6(ByteView address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.size() == 16) inet_ntop(AF_INET6, address.data(), text, sizeof text);
    return text;
}

std::string formatHex(ByteView bytes) {
    std::string text(2 * bytes.size(), '\0');
    char* at = text.data();
    for (const std::uint8_t byte : bytes) {
        *at++ = kDigits[byte >> 4];
        *at++ = kDigits[byte & 15];
    }
    return text;
}

std::string formatTime(std::int64_t nanoseconds) {
    char text[24];
    return {text, writeTime(nanoseconds, text)};
}

char* writeTime(std::int64_t nanoseconds, char* to) {
    const bool negative = nanoseconds < 0;
    // Negated in unsigned arithmetic: the smallest value has no positive counterpart.
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(nanoseconds)
                                             : static_cast<std::uint64_t>(nanoseconds);
    if (negative) *to++ = '-';
    constexpr int kDecimals = 9;
    constexpr int kMostDigits = 10;
    to = std::to_chars(to, to + kMostDigits, magnitude / 1'000'000'000).ptr;
    *to++ = '.';
    std::uint64_t rest = magnitude % 1'000'000'000;
    for (int i = kDecimals - 1; i >= 0; --i, rest /= 10) to[i] = static_cast<char>('0' + rest % 10);
    return to + kDecimals;
}

}  // namespace framescope
