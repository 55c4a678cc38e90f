// Connection state recovery in the tree, the same for both forms of a packet.
#pragma once

#include "dissector/field/field_tree.h"
#include "dissector/socketio/connect_data.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {

/// Appends sid, pid and offset of a packet whose data stands at `place`, and whether the state was
/// recovered, to the layer that is open.
void describeRecovery(PacketType type, ByteView data, Encoding encoding,
                      const Surroundings& surroundings, FieldTree& tree, Place place);

}  // namespace framescope::socketio
