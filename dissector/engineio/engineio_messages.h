// Engine.IO, with Socket.IO inside its messages, on the text messages of a WebSocket.
#pragma once

#include <string>
#include <string_view>

#include "dissector/layer/protocols.h"

namespace framescope::engineio {

/// The protocol revision a request target asks for (its query's EIO parameter); 0 if it names none.
std::uint8_t revisionFromTarget(std::string_view target);

bool recogniseMessage(const MessageView& message, const ConnectionFacts& facts);
void readMessage(const MessageView& message, Record& record, IssueSink& issues, LayerOutput& out);
void describeMessage(const MessageView& message, const ConnectionFacts& facts, FieldTree& tree,
                     Place place, std::string& protocols);
std::string summariseMessage(const MessageView& message, const ConnectionFacts& facts,
                             std::size_t maxChars);

inline constexpr MessageProtocol kMessageProtocol{recogniseMessage, readMessage, describeMessage,
                                                  summariseMessage, Protocol::EngineIo};

}  // namespace framescope::engineio
