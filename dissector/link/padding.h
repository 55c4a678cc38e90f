// What stands behind the datagram in an Ethernet frame: padding up to the least size of a frame
// (IEEE 802.3 section 3.2.8), or whatever a sender or a capturing device put there.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"

namespace framescope {

/// `tree` has the layers of `packet`, whose first byte is at `place`. Appends a field for the bytes
/// behind the outermost datagram, if there are any and the packet begins with an Ethernet header.
void describePadding(ByteView packet, FieldTree& tree, Place place);

}  // namespace framescope
