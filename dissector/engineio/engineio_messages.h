// Engine.IO, with Socket.IO inside its messages, on the messages of a WebSocket.
#pragma once

#include <array>

#include "dissector/engineio/session_tracker.h"
#include "dissector/layer/message_protocol.h"

namespace framescope::engineio {

/// Reads the packets of one WebSocket.
class EngineIoReader : public MessageReader {
public:
    void read(const MessageView& message, Record& record, IssueSink& issues,
              LayerOutput& out) override;
    void lost(Direction direction, LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;

private:
    Session& session(LayerOutput& out);

    SessionId m_session = kNoSession;
    Session m_unlisted;  ///< stands in where no more sessions are kept
    std::array<bool, 2> m_ended{};
    std::array<bool, 2> m_lost{};
    bool m_closed = false;  ///< by a peer, not with the capture
};

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::engineio
