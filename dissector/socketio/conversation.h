// The Socket.IO conversation of one Engine.IO session: both directions, whatever transports carry
// it. Engine.IO hands over each message's data in the order of the capture; what one packet means
// for a later one (acknowledgements, attachments, namespaces) is remembered here.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/layer/layer.h"

namespace framescope::socketio {

/// The data of an Engine.IO message: without the packet's type, base64 undone.
struct MessageData {
    ByteView bytes;             ///< all of it, or its beginning
    bool text = true;           ///< a text message; otherwise binary
    bool whole = true;          ///< false: it is longer than what is read of one
    std::uint8_t revision = 0;  ///< of Engine.IO (EIO=), 0 where it is not known

    std::string_view asText() const { return framescope::asText(bytes); }
};

class Conversation {
public:
    /// The next message. Fills in the record of its packet, which will be emitted as `row`, adds
    /// issues, and leaves the record alone where the data is no Socket.IO.
    void message(const MessageData& data, Direction direction, RecordId row, Record& record,
                 IssueSink& issues, LayerOutput& out);
    /// Messages of this direction are missing in front of the next one.
    void lost(Direction direction, LayerOutput& out);
    /// No more messages come. May only link and remark rows: it is not called for a connection.
    void end(LayerOutput& out);

    /// The id by which a client asks for its state back after a reconnect; empty where none was
    /// given.
    std::string_view recoveryId() const { return {}; }
};

}  // namespace framescope::socketio
