// What a packet means for its session, whichever transport brought it: the handshake, heartbeats,
// the way from polling to a WebSocket, the close; and the message, which goes on to Socket.IO.
#pragma once

#include <cstdint>

#include "dissector/engineio/packet.h"
#include "dissector/engineio/session_tracker.h"
#include "dissector/layer/layer.h"

namespace framescope::engineio {

/// A packet as its transport brought it.
struct ReceivedPacket {
    Packet packet;
    bool whole = true;  ///< false: its data is cut
    Direction direction = Direction::ClientToServer;
    Transport transport = Transport::WebSocket;
    std::uint8_t revision = 0;  ///< as far as the transport knows; 0 otherwise
};

/// Reads the next packet of a session. Fills in the record, which will be emitted as out.nextRow()
/// once this returns, and adds the issues of the packet and of what it carries.
void readPacket(Session& session, const ReceivedPacket& received, Record& record, IssueSink& issues,
                LayerOutput& out);

/// `2probe` of a client, `3probe` of a server: the first that is said on a WebSocket to which a
/// session that polls is to go over.
bool isProbe(const Packet& packet, Direction direction);

/// The session was seen on the current connection.
void touch(Session& session, Transport transport, LayerOutput& out);

/// A request for a WebSocket was read, and answered. For requests of Engine.IO they note how far
/// the session's upgrade came, and which session the connection is of.
void webSocketRequested(std::string_view target, LayerOutput& out);
void webSocketAnswered(bool accepted, LayerOutput& out);
/// The WebSocket of a session ended; `closed`: by a peer, not with the capture; `whole`: nothing
/// that the client said on it is missing.
void webSocketEnded(Session& session, bool closed, bool whole, LayerOutput& out);

}  // namespace framescope::engineio
