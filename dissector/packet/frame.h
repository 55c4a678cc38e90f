// The outermost layer of every row: the packet as the capture holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dissector/field/field_tree.h"
#include "dissector/record/record.h"

namespace framescope {

/// What a capture says about a packet beside its bytes.
struct FrameFacts {
    PacketNumber number = 0;
    std::int64_t timeNs = 0;       ///< since the epoch
    bool hasTime = true;           ///< false: the capture gives this packet none
    std::int64_t firstTimeNs = 0;  ///< of the capture's first packet
    std::uint32_t originalLength = 0;
    std::uint32_t capturedLength = 0;
    std::optional<std::uint32_t> interface;  ///< where the file format numbers them
    std::string interfaceName;               ///< may be empty
    std::string interfaceDescription;        ///< likewise
    std::vector<std::string> comments;       ///< that the file keeps with the packet, any bytes
    std::string linkType;                    ///< its name; may be empty
    std::string linkTypeText;                ///< its name and number
};

/// Appends the layer. `place` is the packet's first byte. Returns the field that is to hold the
/// list of protocols, which is known when all layers are described.
FieldIndex describeFrame(const FrameFacts& facts, FieldTree& tree, Place place);

/// "2026-01-02 12:04:17.204419 UTC".
std::string utcText(std::int64_t timeNs);

}  // namespace framescope
