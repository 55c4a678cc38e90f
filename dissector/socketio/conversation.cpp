#include "dissector/socketio/conversation.h"

#include "dissector/socketio/packet.h"
#include "dissector/socketio/socketio_messages.h"

namespace framescope::socketio {

void Conversation::message(const MessageData& data, Direction, RecordId, Record& record,
                           IssueSink& issues, LayerOutput& out) {
    const auto packet = packetOf(data);
    if (!packet) return;
    record.protocol = Protocol::SocketIo;
    record.socketType = static_cast<std::uint8_t>(packet->type);
    if (data.whole) check(*packet, issues);
    if (packet->hasEvent()) record.name = out.intern(eventName(*packet));
    if (packet->id) {
        record.flags |= kFlagHasAckId;
        record.detail = static_cast<std::uint32_t>(*packet->id);
    }
}

void Conversation::lost(Direction, LayerOutput&) {}

void Conversation::end(LayerOutput&) {}

}  // namespace framescope::socketio
