// Bytes of one connection that came without packets: pasted frames, a body somebody saved. They go
// through the same layers into the same session as a capture; their rows have no packet (number 0).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/session/session.h"
#include "dissector/layer/layer.h"

namespace framescope {

struct StreamPiece {
    Direction direction = Direction::ClientToServer;
    Bytes bytes;
};

/// What was agreed before the bytes.
struct StreamAgreement {
    std::string path;
    std::string subprotocol;
    std::uint8_t engineVersion = 0;
    Compression compression;
    /// The connection goes on behind the bytes: what was not answered in them may still be. Only
    /// what the last piece leaves unfinished is told to be so.
    bool goesOn = false;
};

/// A connection that is upgraded to WebSocket already; the pieces are frames.
std::unique_ptr<Session> readFrames(const std::vector<StreamPiece>& pieces,
                                    const StreamAgreement& agreement);
/// A connection from its first byte on, whatever protocol it turns out to be.
std::unique_ptr<Session> readStream(const std::vector<StreamPiece>& pieces);

}  // namespace framescope
