// Four characters carry three bytes; what is left at the end is two characters for one byte or
// three for two.
#include "dissector/payload/base64.h"

#include <algorithm>
#include <array>

#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::uint8_t kNone = 0xff;
constexpr std::size_t kMinOpaqueChars = 32;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::uint8_t i = 0; i < 26; ++i) {
        values['A' + i] = i;
        values['a' + i] = static_cast<std::uint8_t>(26 + i);
    }
    for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
    values['+'] = values['-'] = 62;
    values['/'] = values['_'] = 63;
    return values;
}();

bool hasAny(std::string_view text, std::string_view characters) {
    return text.find_first_of(characters) != std::string_view::npos;
}

/// `text` without its padding; nothing if there is padding that does not fit.
std::optional<std::string_view> withoutPadding(std::string_view text) {
    const std::size_t end = text.find('=');
    if (end == std::string_view::npos) return text;
    const std::size_t padding = text.size() - end;
    const bool only = text.find_first_not_of('=', end) == std::string_view::npos;
    if (!only || padding > 2 || text.size() % 4 != 0) return std::nullopt;
    return text.substr(0, end);
}

}  // namespace

std::optional<Bytes> decodeBase64(std::string_view text) {
    const auto letters = withoutPadding(text);
    if (!letters || letters->size() % 4 == 1) return std::nullopt;
    if (hasAny(*letters, "+/") && hasAny(*letters, "-_")) return std::nullopt;
    Bytes bytes;
    bytes.reserve(letters->size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;  // of bits that make no byte yet
    for (const char letter : *letters) {
        const std::uint8_t value = kValues[static_cast<std::uint8_t>(letter)];
        if (value == kNone) return std::nullopt;
        bits = bits << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        bits &= (1U << count) - 1;
    }
    if (bits != 0) return std::nullopt;
    return bytes;
}

std::string_view base64Part(std::string_view text) {
    constexpr std::string_view kMark = ";base64,";
    constexpr std::size_t kMaxType = 200;
    if (!text.starts_with("data:")) return text;
    const std::size_t at = text.substr(0, kMaxType).find(kMark);
    return at == std::string_view::npos ? text : text.substr(at + kMark.size());
}

std::string_view whyBase64(std::string_view text) {
    const std::string_view part = base64Part(text);
    if (part.size() < kMinBase64Chars) return {};
    const auto bytes = decodeBase64(part);
    if (!bytes) return {};
    if (part.size() != text.size()) return "a data URL says that it is base64";
    if (isPrintableText(asText(*bytes))) return "letters of base64 that stand for printable text";
    const auto has = [part](char low, char high) {
        return std::ranges::any_of(part, [=](char c) { return c >= low && c <= high; });
    };
    const bool mixed = has('a', 'z') && has('A', 'Z') && has('0', '9');
    if (part.size() >= kMinOpaqueChars && mixed && hasAny(part, "=+/")) {
        return "a long run of letters of base64, both cases and digits";
    }
    return {};
}

}  // namespace framescope
