// Base64 (RFC 4648 sections 4 and 5) as it is met inside of texts: the standard or the url-safe
// alphabet, with padding or without. EVP reads the standard alphabet with padding only, so this is
// own code.
#pragma once

#include <optional>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

/// The bytes `text` stands for; nothing if it is not base64: a character of neither alphabet, both
/// alphabets mixed, an impossible length, wrong padding, or bits behind the last byte that are not
/// zero. An empty text is no bytes.
std::optional<Bytes> decodeBase64(std::string_view text);

/// The base64 part of a data URL ("data:image/png;base64,..."), else `text` itself.
std::string_view base64Part(std::string_view text);

/// Why a text is taken for base64; empty if it is not. Many words are base64 by their letters, so
/// it takes at least eight characters and one of: what it decodes to is printable text; or it has
/// 32 characters or more with both cases and digits, and ends in padding or has a + or /. Texts
/// that are shorter, or that other formats explain, are for the caller to try with decodeBase64().
std::string_view whyBase64(std::string_view text);
inline bool looksLikeBase64(std::string_view text) {
    return !whyBase64(text).empty();
}

/// Characters a text has at the least that is looked at for base64.
inline constexpr std::size_t kMinBase64Chars = 8;

}  // namespace framescope
