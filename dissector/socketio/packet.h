// Socket.IO packets (protocol revisions 3 to 5) as an Engine.IO message carries them:
// <type>[<attachments>-][<namespace>,][<acknowledgement id>][JSON]. Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"

namespace framescope::socketio {

enum class PacketType : std::uint8_t {
    Connect,
    Disconnect,
    Event,
    Ack,
    ConnectError,  ///< ERROR before revision 5
    BinaryEvent,
    BinaryAck,
};

/// "CONNECT", "EVENT", ...; type 4 is "ERROR" when `engineVersion` (EIO=) is 3.
std::string_view packetTypeName(PacketType type, std::uint8_t engineVersion = 4);

/// A view: the texts belong to whoever owns the text that was parsed or is to be encoded. Ranges
/// count from the type digit and are set by parse() only.
struct Packet {
    PacketType type = PacketType::Event;
    std::optional<std::uint32_t> attachments;  ///< binary attachments announced
    std::string_view nsp;                      ///< with its query, if any; empty means "/"
    std::optional<std::uint64_t> id;           ///< acknowledgement id
    std::string_view data;                     ///< JSON; empty if there is none
    bool wellFormed = true;  ///< the parts before the data are as the protocol writes them

    ByteRange attachmentsRange;  ///< the digits, without the '-'
    ByteRange nspRange;          ///< without the ','
    ByteRange idRange;
    ByteRange dataRange;

    /// The namespace without its query; "/" where none is written.
    std::string_view nspName() const;
    bool hasEvent() const { return type == PacketType::Event || type == PacketType::BinaryEvent; }
    /// ACK or BINARY_ACK.
    bool isAck() const { return type == PacketType::Ack || type == PacketType::BinaryAck; }
    bool operator==(const Packet&) const = default;
};

/// Takes all of `text`, the data of an Engine.IO message. Nothing if it does not begin with a digit
/// 0 to 6.
std::optional<Packet> parse(std::string_view text);
/// Whether the text reads as a Socket.IO packet in every part: what recognition asks for.
bool recognise(std::string_view text);
void encode(const Packet& packet, ByteWriter& out);
/// SocketIoPacketMalformed for the parts before the data, SocketIoPayloadMalformed for data that is
/// not the JSON its type asks for.
void check(const Packet& packet, IssueSink& issues);
/// The name of an EVENT or BINARY_EVENT, unescaped; "" for others.
std::string eventName(const Packet& packet);
/// Appends the layer's line and its fields; the type digit stands at `place`. Returns the line.
FieldIndex describe(const Packet& packet, FieldTree& tree, Place place,
                    std::uint8_t engineVersion = 4);
/// `EVENT /chat #12  message  {"text":"hello"}`, at most `maxChars` characters.
std::string summary(const Packet& packet, std::size_t maxChars, std::uint8_t engineVersion = 4);

}  // namespace framescope::socketio
