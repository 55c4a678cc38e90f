// The value of a field and how it is printed and read, by the type the field table gives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "dissector/core/bytes.h"
#include "dissector/field/field_id.h"

namespace framescope {

/// Nothing (protocols, groups), an integer (Bool, Unsigned, Hex*, and Ipv4 in host order), signed
/// nanoseconds (Time), text (Text), or bytes (Bytes, Ether, Ipv6).
using FieldValue = std::variant<std::monostate, std::uint64_t, std::int64_t, std::string, Bytes>;

/// The value as tshark's -T fields prints a field of this type. Text is printed as it is.
std::string formatValue(FieldType type, const FieldValue& value);

/// Reads what a user typed for a field of this type ("1", "0x1f", "true", "127.0.0.1", "a:b:c",
/// "text"). Nothing if it is no value of that type.
std::optional<FieldValue> parseValue(FieldType type, std::string_view text);

/// 127.0.0.1 from a host-order integer.
std::string formatIpv4(std::uint32_t address);
/// The same, written to where there is room for 15 characters. Returns its end.
char* writeIpv4(std::uint32_t address, char* to);
/// RFC 5952 text of 16 bytes.
std::string formatIpv6(ByteView address);
/// Lower-case hex digits without separators.
std::string formatHex(ByteView bytes);
/// Seconds with nine decimals, e.g. 1452777134.050748000.
std::string formatTime(std::int64_t nanoseconds);
/// The same, written to where there is room for 24 characters. Returns its end.
char* writeTime(std::int64_t nanoseconds, char* to);

}  // namespace framescope
