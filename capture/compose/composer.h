// Drafts become bytes here: exactly those that are sent and that the preview shows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/compose/draft.h"
#include "capture/result.h"
#include "dissector/layer/layer.h"

namespace framescope::compose {

/// What the bytes of a draft depend on beside itself.
struct WireState {
    Direction direction = Direction::ClientToServer;  ///< who sends
    Compression compression;                          ///< as the handshake agreed
    std::uint8_t engineVersion = 0;  ///< revision of Engine.IO, 0 where none is spoken;
                                     ///< packets are written as 4 then
    bool polling = false;         ///< Engine.IO goes by HTTP at the moment: a payload, not frames
    bool base64 = false;          ///< Engine.IO writes binary data as text (b64=1 of revision 3)
    bool msgpack = false;         ///< Socket.IO is written by socket.io-msgpack-parser
    std::uint64_t nextAckId = 0;  ///< that the next packet which wants an answer gets
    /// Of the connection, for the preview alone: whether it is a WebSocket already (raw bytes are
    /// frames then), what its request asked for, and the subprotocol that was agreed.
    bool upgraded = false;
    std::string path;
    std::string subprotocol;
};

/// A message as it goes out: ready bytes, piece by piece.
struct Prepared {
    struct Piece {
        Bytes bytes;  ///< a frame with its header; with polling a packet of the payload
        bool binary = false;
    };
    std::vector<Piece> pieces;
    std::optional<std::uint64_t> ackId;  ///< of an event; an acknowledgement of it is awaited
    bool raw = false;                    ///< goes to the TCP connection itself
    /// Frames that stand for all that was sent before, where these pieces cannot be read without:
    /// the window they refer to, the beginning of the message they go on with, a close frame. At
    /// most about 1 MiB. For the preview; never sent.
    Bytes before;

    /// All pieces one behind the other.
    Bytes joined() const;
};

/// The body of the HTTP message that carries the packets while Engine.IO is polling.
Bytes pollingBody(const Prepared& prepared, const WireState& state);

/// Makes the bytes of what one side of a connection sends. What lasts from message to message is
/// the compression window and what Prepared::before needs. Copied, the copy goes on by itself: a
/// preview leaves the original as it was.
class Composer {
public:
    Composer();
    ~Composer();
    Composer(const Composer& other);
    Composer& operator=(const Composer& other);

    /// The bytes of a draft. An Error where they cannot be made: a file that cannot be read, hex or
    /// JSON that is none, compression that was never agreed, a frame while Engine.IO is polling;
    /// then the composer is as it was. Otherwise it goes on behind this message, as if it was sent.
    /// `keySeed` chooses this message's random masking keys, the same seed the same keys; 0: real
    /// chance.
    /// Where `state` is of another direction or compression than before, it is another connection
    /// and the composer begins anew.
    ///
    /// Engine.IO and Socket.IO over WebSocket are compressed as agreed, where that is anything.
    Result<Prepared> prepare(const Draft& draft, const WireState& state, std::uint64_t keySeed = 0);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace framescope::compose
