// Ethernet II (IEEE 802.3 clause 3) with any number of VLAN tags (IEEE 802.1Q clause 9).
#pragma once

#include <string>

#include "dissector/link/link_layer.h"

namespace framescope::ethernet {

inline constexpr std::size_t kHeaderSize = 14;
inline constexpr std::size_t kTagSize = 4;
/// Tags that are followed before the packet is taken for nonsense.
inline constexpr int kMaxTags = 8;

/// The network header behind the Ethernet header and its tags.
LinkPayload parse(ByteView packet);
/// Appends `eth` and a `vlan` for each tag.
LinkPayload describe(ByteView packet, FieldTree& tree, Place place, std::string& protocols);

/// Follows VLAN tags from the type field at `typeOffset`; shared with the Linux cooked headers.
LinkPayload parseTags(ByteView packet, std::size_t typeOffset);
/// Appends the tags from the one at `tag`, which a type field of `outerType` announced, up to
/// `end`.
void describeTags(ByteView packet, std::size_t tag, std::uint16_t outerType, std::size_t end,
                  FieldTree& tree, Place place, std::string& protocols);

}  // namespace framescope::ethernet
