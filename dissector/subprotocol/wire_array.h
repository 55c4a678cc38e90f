// An array as JSON or as MessagePack writes it, for protocols that are arrays in either format: its
// elements with their kinds and places.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"

namespace framescope {

enum class WireFormat : std::uint8_t { Json, Msgpack };

struct WireElement {
    enum class Kind : std::uint8_t { Null, Number, Text, List, Map, Other };

    Kind kind = Kind::Other;
    ByteRange range;                      ///< in the array's bytes
    std::optional<std::uint64_t> number;  ///< of a Number from 0 on without a fraction
    std::string text;                     ///< of a Text, as it is meant
};

/// A view: `bytes` belong to whoever owns what was read.
struct WireArray {
    WireFormat format = WireFormat::Json;
    ByteView bytes;
    bool valid = false;  ///< all of it was read, and it is valid; else JSON that was cut
    std::vector<WireElement> elements;

    /// Null behind the last one.
    const WireElement* at(std::size_t position) const;
    ByteView bytesOf(const WireElement& element) const;
    /// The element as JSON, at most about `maxChars` characters where that spares work.
    std::string json(const WireElement& element, std::size_t maxChars) const;
};

/// The elements of an array, at most `limit`. Nothing if the bytes begin none; MessagePack must be
/// there whole.
std::optional<WireArray> readWireArray(WireFormat format, ByteView bytes, std::size_t limit = 64);

/// Appends the element's tree.
void describeElement(const WireArray& array, const WireElement& element, FieldTree& tree,
                     Place place, std::string label = {});

}  // namespace framescope
