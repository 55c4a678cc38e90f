// Engine.IO packets in the form that the transport asks for.
#pragma once

#include "capture/compose/composer.h"

namespace framescope::compose {

/// A WebSocket message, or a packet of a polling body.
struct WirePacket {
    Bytes bytes;
    bool binary = false;
};

/// Writes a packet. Binary data goes as bytes where the transport takes them, else as base64. An
/// Error where the revision cannot write it.
Result<WirePacket> writeEnginePacket(engineio::PacketType type, ByteView data, bool binary,
                                     const WireState& state);

}  // namespace framescope::compose
