// Socket.IO packets (protocol revisions 3 to 5) as an Engine.IO message carries them:
// <type>[<attachments>-][<namespace>,][<acknowledgement id>][JSON]. Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/payload/payload_format.h"

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

inline bool isBinary(PacketType type) {
    return type == PacketType::BinaryEvent || type == PacketType::BinaryAck;
}

/// Whether an Engine.IO revision (EIO=) carries a Socket.IO revision before 5; false where it is
/// not known (0). Those connect the default namespace on their own and call type 4 ERROR.
inline bool isBeforeRevision5(std::uint8_t engineVersion) {
    return engineVersion >= 1 && engineVersion <= 3;
}

/// "CONNECT", "EVENT", ...; type 4 is "ERROR" before revision 5.
std::string_view packetTypeName(PacketType type, std::uint8_t engineVersion = 4);

/// A view: the texts belong to whoever owns the text that was parsed or is to be encoded. Ranges
/// count from the type digit and are set by parse() only.
struct Packet {
    PacketType type = PacketType::Event;
    std::optional<std::uint32_t> attachments;  ///< binary attachments announced
    std::string_view nsp;                      ///< with its query, if any; empty means "/"
    bool comma = true;  ///< behind the namespace; at a packet's end early clients leave it out
    std::optional<std::uint64_t> id;  ///< acknowledgement id
    std::string_view data;            ///< JSON; empty if there is none
    bool wellFormed = true;           ///< the parts before the data are as the protocol writes them

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
/// Whether the text reads as a Socket.IO packet in every part.
bool recognise(std::string_view text, std::uint8_t engineVersion = 4);
/// The same of a text that was parsed.
bool recognise(const Packet& packet, std::uint8_t engineVersion = 4);
void encode(const Packet& packet, ByteWriter& out);
/// SocketIoPacketMalformed for the parts before the data, SocketIoPayloadMalformed for data that is
/// not the JSON its type asks for, and what checkPlaceholders() finds.
void check(const Packet& packet, IssueSink& issues, std::uint8_t engineVersion = 4);
/// SocketIoPlaceholderWrong where placeholders and announced attachments do not fit together.
void checkPlaceholders(const Packet& packet, IssueSink& issues);
/// The name of an EVENT or BINARY_EVENT, unescaped; "" for others.
std::string eventName(const Packet& packet);
/// The same without a copy; where it has escapes, `unescaped` keeps it.
std::string_view eventName(const Packet& packet, std::string& unescaped);
/// An attachment that was found for a packet.
struct Attachment {
    SourceId source = kNoSource;  ///< its bytes, or their beginning; kNoSource: not shown
    std::uint64_t size = 0;
};

/// What other rows, and the user, tell of a packet. As it stands: nothing.
struct Surroundings {
    std::vector<std::optional<Attachment>> attachments;  ///< by number from 0
    bool hasOffset = false;         ///< an event whose last argument is its offset
    std::optional<bool> recovered;  ///< of a CONNECT that answers a request for recovery
    PayloadChoice choice;           ///< how payloads inside are to be read
};

/// Appends the layer's line and its fields; the type digit stands at `place`. Attachments are put
/// where their placeholders stand. Returns the line.
FieldIndex describe(const Packet& packet, Dissection& dissection, Place place,
                    std::uint8_t engineVersion = 4, const Surroundings& surroundings = {});
/// `EVENT /chat #12  message  {"text":"hello"}`, at most `maxChars` characters.
std::string summary(const Packet& packet, std::size_t maxChars, std::uint8_t engineVersion = 4);

}  // namespace framescope::socketio
