// The BSD loopback header: four bytes with an address family, in the byte order of the machine that
// captured (LINKTYPE_NULL) or in network order (LINKTYPE_LOOP).
#pragma once

#include <string>

#include "dissector/link/link_layer.h"

namespace framescope::bsd_loopback {

inline constexpr std::size_t kHeaderSize = 4;

LinkPayload parse(ByteView packet);
LinkPayload describe(ByteView packet, FieldTree& tree, Place place, std::string& protocols);

}  // namespace framescope::bsd_loopback
