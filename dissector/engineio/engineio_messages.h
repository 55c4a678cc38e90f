// Engine.IO, with Socket.IO inside its messages, on the messages of a WebSocket.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/layer/message_protocol.h"

namespace framescope::engineio {

/// The protocol revision a request target asks for (its query's EIO parameter); 0 if it names none.
std::uint8_t revisionFromTarget(std::string_view target);

/// Reads the packets of one connection.
class EngineIoReader : public MessageReader {
public:
    void read(const MessageView& message, Record& record, IssueSink& issues,
              LayerOutput& out) override;
};

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::engineio
