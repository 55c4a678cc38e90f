// Control frames that belong together: a pong and the ping it answers (RFC 6455 section 5.5.3), the
// two close frames of a closing handshake (section 7.1). Sees both directions of one connection and
// says at its end what was never answered.
#pragma once

#include <array>
#include <optional>

#include "dissector/core/queue.h"
#include "dissector/layer/layer.h"
#include "dissector/websocket/close.h"

namespace framescope::websocket {

class ControlPairs {
public:
    /// Pings of a direction that are remembered; of more, the oldest are given up.
    static constexpr std::size_t kMaxPings = 64;

    /// A complete ping, pong or close frame whose row was emitted. `payload` is unmasked.
    void ping(Direction direction, ByteView payload, RecordId row);
    void pong(Direction direction, ByteView payload, RecordId row, LayerOutput& out);
    void close(Direction direction, const CloseBody& body, RecordId row, LayerOutput& out);
    /// Bytes of either direction are missing, so nobody can tell what was never sent.
    void lost(LayerOutput& out);
    /// No more frames come in this direction.
    void end(Direction direction, EndReason reason, LayerOutput& out);

private:
    struct Ping {
        RecordId row = kNoRecord;
        Bytes payload;
        bool superseded = false;  ///< a later one was answered, so this one need not be
        bool peerClosed = false;  ///< the peer had sent its close frame before
    };
    struct Half {
        Queue<Ping> pings;  ///< not answered, oldest first
        RecordId closeRow = kNoRecord;
        std::optional<EndReason> ended;
    };

    Half& of(Direction direction) { return m_halves[indexOf(direction)]; }
    void conclude(Direction direction, LayerOutput& out);

    std::array<Half, 2> m_halves;
    bool m_lossy = false;
};

}  // namespace framescope::websocket
