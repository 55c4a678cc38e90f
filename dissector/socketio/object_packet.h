// Socket.IO packets as socket.io-msgpack-parser writes them: each one map with the members type,
// nsp, data and id, in MessagePack, binary data included. Its version for socket.io 2 sends
// CONNECT, DISCONNECT and ERROR as the same map in JSON text. Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/socketio/connect_data.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {

/// `data` is a view into the bytes that were parsed, or into what is to be encoded. Ranges count
/// from the packet's first byte and are set by parse() only.
struct ObjectPacket {
    PacketType type = PacketType::Event;
    std::string nsp = "/";
    std::optional<std::uint64_t> id;
    ByteView data;  ///< one value in `encoding`; empty if there is none
    Encoding encoding = Encoding::Msgpack;

    ByteRange typeRange;
    ByteRange nspRange;
    ByteRange idRange;
    ByteRange dataRange;

    std::string_view nspName() const;
    bool hasEvent() const { return type == PacketType::Event || type == PacketType::BinaryEvent; }
    bool isAck() const { return type == PacketType::Ack || type == PacketType::BinaryAck; }
};

/// Takes all of `bytes`. Nothing unless it is such a map with a type and a namespace, and data of
/// the kind the type asks for: what recognition asks for. Members that JavaScript left undefined
/// count as not there.
std::optional<ObjectPacket> parseObject(ByteView bytes, Encoding encoding);
void encode(const ObjectPacket& packet, ByteWriter& out);
/// The name of an event; "" for others.
std::string eventName(const ObjectPacket& packet);
/// The arguments as a JSON array, without the event's name; bytes as their number.
std::string argumentsJson(const ObjectPacket& packet);
/// Appends the layer's line and its fields; the packet's `size` bytes stand at `place`.
FieldIndex describe(const ObjectPacket& packet, std::size_t size, Dissection& dissection,
                    Place place, std::uint8_t engineVersion = 4,
                    const Surroundings& surroundings = {});
/// As that of the other form.
std::string summary(const ObjectPacket& packet, std::size_t maxChars,
                    std::uint8_t engineVersion = 4);

}  // namespace framescope::socketio
