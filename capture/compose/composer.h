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
    Compression compression;   ///< as the handshake agreed
    std::uint8_t engineVersion = 0;  ///< revision of Engine.IO, 0 where none is spoken
    bool polling = false;            ///< Engine.IO goes by HTTP at the moment: a payload, not frames
    bool msgpack = false;            ///< Socket.IO is written by socket.io-msgpack-parser
    std::uint64_t nextAckId = 0;     ///< that the next packet which wants an answer gets
};

/// A message as it goes out: ready bytes, piece by piece.
struct Prepared {
    struct Piece {
        Bytes bytes;  ///< a frame with its header; with polling a packet of the payload
        bool binary = false;
    };
    std::vector<Piece> pieces;
    std::optional<std::uint64_t> ackId;  ///< an acknowledgement with this id is awaited
    bool raw = false;                    ///< goes to the TCP connection itself

    /// All pieces one behind the other.
    Bytes joined() const;
};

/// Compresses what one side of a connection sends; the window is its memory. Copied, a preview
/// leaves the original as it was.
class Deflater;

class Composer {
public:
    Composer();
    ~Composer();
    Composer(const Composer& other);
    Composer& operator=(const Composer& other);

    /// The bytes of a draft. An Error where they cannot be made: a file that cannot be read, hex or
    /// JSON that is none, compression that was never agreed. A composer that is asked twice goes on
    /// behind the first message: its window, and its random masking keys, have moved. `keySeed`
    /// chooses those keys, the same seed the same keys; 0: real chance.
    Result<Prepared> prepare(const Draft& draft, const WireState& state, std::uint64_t keySeed = 0);

private:
    std::unique_ptr<Deflater> m_deflater;
};

}  // namespace framescope::compose
