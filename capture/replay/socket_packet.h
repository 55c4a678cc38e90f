// A Socket.IO packet by what it says, however it is written: as text with attachments behind it, or
// whole in MessagePack. Both become arguments in JSON with placeholders, which can be compared, and
// composed anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/socketio/packet.h"

namespace framescope::replay {

struct SocketPacket {
    socketio::PacketType type = socketio::PacketType::Event;
    std::string nsp = "/";  ///< without a query
    std::string query;      ///< of a CONNECT before revision 5
    std::optional<std::uint64_t> id;
    std::string event;
    bool named = false;  ///< an event with a name that is a text
    std::string data;    ///< JSON; of an event without its name; empty for none
    bool msgpack = false;
    /// Attachments that were announced and stand in messages behind it.
    std::uint64_t announced = 0;
    std::vector<Bytes> attachments;  ///< that were in the packet itself (MessagePack)

    bool isEvent() const {
        return type == socketio::PacketType::Event || type == socketio::PacketType::BinaryEvent;
    }
    bool isAck() const {
        return type == socketio::PacketType::Ack || type == socketio::PacketType::BinaryAck;
    }
};

/// Reads the data of an Engine.IO message; nothing if it is no Socket.IO packet.
std::optional<SocketPacket> readSocketPacket(ByteView bytes, bool text);
/// The packet in `bytes` with another acknowledgement id; `bytes` themselves where it has none.
Bytes withId(ByteView bytes, bool text, std::uint64_t id);

}  // namespace framescope::replay
