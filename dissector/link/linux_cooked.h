// Linux cooked captures, what libpcap writes for the "any" device: LINKTYPE_LINUX_SLL and
// LINKTYPE_LINUX_SLL2 (tcpdump.org).
#pragma once

#include <string>

#include "dissector/link/link_layer.h"

namespace framescope::linux_cooked {

inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kHeaderSize2 = 20;

/// `version` is 1 or 2.
LinkPayload parse(int version, ByteView packet);
LinkPayload describe(int version, ByteView packet, FieldTree& tree, Place place,
                     std::string& protocols);

}  // namespace framescope::linux_cooked
