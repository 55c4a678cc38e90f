// Engine.IO packets (protocol revisions 2 to 4). Parse, encode, check, describe.
//
// A packet of text is a digit for the type, then data. Binary data is written in four ways: behind
// the type as a byte (revision 3, where the transport takes bytes), alone (revision 4), and as
// base64 in a text, behind `b` and the type (revision 3) or behind `b` alone (revision 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/engineio/session_info.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"

namespace framescope::engineio {

enum class PacketType : std::uint8_t { Open, Close, Ping, Pong, Message, Upgrade, Noop };

/// "open", "close", ...
std::string_view packetTypeName(PacketType type);

/// How a packet is written.
enum class PacketForm : std::uint8_t {
    Text,         ///< a digit, then text
    TypedBinary,  ///< a byte 0 to 6, then bytes
    Binary,       ///< bytes, a message
    TypedBase64,  ///< `b`, a digit, base64
    Base64,       ///< `b`, base64, a message
};

/// A view: `data` belongs to whoever owns the bytes that were parsed or are to be encoded.
struct Packet {
    PacketType type = PacketType::Noop;
    std::string_view data;  ///< what follows the type, as it is written; stands at dataOffset()
    PacketForm form = PacketForm::Text;

    std::size_t dataOffset() const;
    bool isBase64() const { return form == PacketForm::TypedBase64 || form == PacketForm::Base64; }
    /// Whether the data is text; otherwise it stands for bytes.
    bool isText() const { return form == PacketForm::Text; }

    bool operator==(const Packet&) const = default;
};

/// Takes all of `text`, a WebSocket text message or a packet of a payload. Nothing if it is no
/// packet: empty, or not beginning with a digit 0 to 6 or the `b` of base64. `revision` 0: not
/// known, then the length of the base64 tells.
std::optional<Packet> parse(std::string_view text, std::uint8_t revision = 0);
/// The same for a binary one. `revision` 0: the first byte tells.
std::optional<Packet> parseBinary(ByteView bytes, std::uint8_t revision = 0);
/// What was parsed as `form` already; nothing if it cannot be of that form.
std::optional<Packet> parseAs(PacketForm form, ByteView bytes);
/// The bytes that base64 data stands for; nothing if it is none. Of data that was cut (`whole`
/// false) those that can be told.
std::optional<Bytes> decodedData(const Packet& packet, bool whole);
void encode(const Packet& packet, ByteWriter& out);
/// The handshake of an open packet; that base64 is base64.
void check(const Packet& packet, IssueSink& issues);
/// What is told of a packet by what brought it: the transport, the session, and in a polling body
/// of revision 3 the length in front of it.
struct PacketOrigin {
    std::optional<Transport> transport;
    std::uint8_t revision = 0;  ///< 0 where it is not known
    std::string_view sid;       ///< empty where it is not known
    std::optional<std::uint64_t> length;
    Place lengthPlace;
    std::uint64_t lengthSize = 0;
    std::optional<bool> binary;  ///< the marker in front of the length
    Place markerPlace;
};

/// Appends the layer's line and its fields; the packet's first byte stands at `place`. Returns the
/// layer's line.
FieldIndex describe(const Packet& packet, FieldTree& tree, Place place,
                    const PacketOrigin& origin = {});
/// "open  sid=Xk3…AAAB  upgrades=[websocket]  ping 25 s / 20 s", "ping probe", "upgrade", ...
std::string summary(const Packet& packet, std::size_t maxChars);

/// A number or text of the handshake with its place in the packet's data.
template <typename T>
struct HandshakeValue {
    T value{};
    ByteRange range;
};

/// What the server tells in its open packet; times in milliseconds.
struct Handshake {
    std::optional<HandshakeValue<std::string>> sid;
    std::optional<HandshakeValue<std::vector<std::string>>> upgrades;
    std::optional<HandshakeValue<std::uint64_t>> pingInterval;
    std::optional<HandshakeValue<std::uint64_t>> pingTimeout;
    std::optional<HandshakeValue<std::uint64_t>> maxPayload;  ///< revision 4 only
};

/// Reads the data of an open packet. Nothing if it is no JSON object; members of a wrong kind are
/// left out.
std::optional<Handshake> parseHandshake(std::string_view data);

}  // namespace framescope::engineio
