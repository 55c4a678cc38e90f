// Socket.IO packets with their attachments, in either parser's way, ready to be carried by
// Engine.IO.
#pragma once

#include <optional>
#include <vector>

#include "capture/compose/engineio_writer.h"

namespace framescope::compose {

struct SocketIoPackets {
    std::vector<WirePacket> packets;  ///< the packet, and its attachments where they follow it
    std::optional<std::uint64_t> ackId;
};

/// Writes a packet. An Error where its data is not JSON, or not the array that events and
/// acknowledgements carry, or an attachment cannot be read.
Result<SocketIoPackets> writeSocketIo(const SocketIoDraft& draft, const WireState& state);

}  // namespace framescope::compose
