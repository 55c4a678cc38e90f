// CBOR (RFC 8949) as tokens, each with its byte range: definite and indefinite lengths, tags, half
// floats, simple values. See ItemReader for how it walks.
#pragma once

#include <cstdint>

#include "dissector/payload/item_reader.h"

namespace framescope {

class CborReader final : public ItemReader {
public:
    explicit CborReader(ByteView bytes) : ItemReader(bytes) {}

private:
    void readItem() override;
    /// The argument of a header (section 3); false, and failed, if cut off or reserved.
    bool argument(std::uint8_t info, std::uint64_t& value);
    void chunks(std::uint8_t major);
    void simpleOrFloat(std::uint8_t info);
};

/// The bytes of a Text or Binary item of a CborReader; the chunks of an indefinite one are joined.
Bytes cborString(ByteView bytes, const Item& item);

/// The tag that marks data as CBOR (section 3.4.6), and its three bytes.
inline constexpr std::uint64_t kCborSelfDescribed = 55799;

/// What a tag says its value is ("date and time text"), empty if it is not among the registered
/// ones of section 3.4.
std::string_view cborTagName(std::uint64_t tag);

/// A half-precision number (IEEE 754 binary16).
double halfToDouble(std::uint16_t bits);

}  // namespace framescope
