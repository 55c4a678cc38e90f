// Engine.IO packets as a WebSocket text frame carries them: a digit for the type, then data
// (Engine.IO protocol revisions 3 and 4). Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"

namespace framescope::engineio {

enum class PacketType : std::uint8_t { Open, Close, Ping, Pong, Message, Upgrade, Noop };

/// "open", "close", ...
std::string_view packetTypeName(PacketType type);

/// A view: `data` belongs to whoever owns the text that was parsed or is to be encoded.
struct Packet {
    PacketType type = PacketType::Noop;
    std::string_view data;  ///< what follows the type; stands at offset 1

    bool operator==(const Packet&) const = default;
};

/// Takes all of `text`, a whole WebSocket text message. Nothing if it is no packet: empty, or not
/// beginning with a digit 0 to 6.
std::optional<Packet> parse(std::string_view text);
void encode(const Packet& packet, ByteWriter& out);
/// The handshake of an open packet.
void check(const Packet& packet, IssueSink& issues);
/// Appends the layer's line and its fields; the type digit stands at `place`. Returns the layer's
/// line.
FieldIndex describe(const Packet& packet, FieldTree& tree, Place place);
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
