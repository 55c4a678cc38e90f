// Watches the messages of a WebSocket that no protocol reads, for the habits of the application.
// The WebSocketLayer owns one for each connection.
#pragma once

#include <memory>

#include "dissector/habits/heartbeat_watch.h"
#include "dissector/habits/request_watch.h"
#include "dissector/layer/message_protocol.h"

namespace framescope::habits {

class MessageObserver {
public:
    /// The next message, text or binary, before its record is emitted. May name the row.
    void message(const MessageView& message, Record& record, LayerOutput& out);
    /// Messages of one side are missing from the capture.
    void lost();
    /// No more messages come in either direction. What still waits was left unanswered only if the
    /// connection ended, rather than the capture.
    void end(EndReason reason, LayerOutput& out);
    /// A protocol was recognised: its messages are no habits, so what was seen is taken back.
    void stop(LayerOutput& out);

private:
    /// Made with the first message: most connections of a capture have none for this.
    struct Watches {
        HeartbeatWatch heartbeats;
        RequestWatch requests;
    };
    std::unique_ptr<Watches> m_watches;
    bool m_stopped = false;
};

}  // namespace framescope::habits
