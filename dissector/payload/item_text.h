// Values of MessagePack and CBOR as text for people: numbers in their shortest form, bytes in hex,
// points in time as dates.
#pragma once

#include <cstdint>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/payload/item_reader.h"

namespace framescope {

/// The shortest decimal form that reads back as the same number of `bytes` bytes (4: float),
/// always with a point or an exponent; "NaN", "Infinity", "-Infinity".
std::string floatText(double value, std::size_t bytes = 8);

/// The value of an Unsigned or Negative item.
std::string integerText(const Item& item);

/// A point in time as 2013-03-21T20:04:00Z, with nine decimals where `nanoseconds` is not 0;
/// seconds as a number outside the years 1 to 9999.
std::string utcText(std::int64_t seconds, std::uint32_t nanoseconds = 0);

/// An unsigned big-endian number of any size in decimal; hex above 64 bytes.
std::string bigNumberText(ByteView bytes);

/// "3 bytes: 010203", cut behind 32 bytes.
std::string binaryText(ByteView bytes);

/// Text or bytes of an item, chunks joined.
std::string itemContent(ByteView bytes, const Item& item);

/// An item that is no container in one line of at most `maxChars` characters; text in quotes.
std::string itemText(ByteView bytes, const Item& item, std::size_t maxChars);

}  // namespace framescope
