// Builds small captures for tests: what two peers said becomes Ethernet packets in a classic pcap
// file in memory. Written by hand from the specifications and not with the program's own encoders,
// so that a mistake cannot sit on both sides of a test.
//
//     CaptureBuilder capture;
//     TcpConversation chat(capture);
//     chat.handshake();
//     chat.upgrade("/chat");
//     chat.send(Direction::ClientToServer, webSocketText("hi", kMask));
//     chat.close();
//     capture.write(path);
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope::test {

/// A pcap file that grows packet by packet; every packet is one millisecond later than the last.
class CaptureBuilder {
public:
    /// The first packet's time, 2020-01-01 00:00:00 UTC, in nanoseconds.
    static constexpr std::int64_t kStartNs = 1'577'836'800'000'000'000;

    /// `linkType` as in the file header; 1 is Ethernet.
    explicit CaptureBuilder(std::uint32_t linkType = 1);

    /// Appends a packet of this link type as it is. `originalLength` 0: it was captured whole.
    void packet(ByteView bytes, std::uint32_t originalLength = 0);
    /// Lets time pass before the next packet; may be negative.
    void advance(std::int64_t nanoseconds) { m_nextTimeNs += nanoseconds; }

    std::uint32_t packetCount() const { return m_count; }
    /// The whole file so far: little-endian, nanoseconds.
    const Bytes& pcap() const { return m_file; }
    /// Writes the file. False if that failed.
    bool write(const std::string& path) const;

private:
    Bytes m_file;
    std::int64_t m_nextTimeNs = kStartNs;
    std::uint32_t m_count = 0;
};

/// Addresses, ports and first sequence numbers of a conversation.
struct ConversationOptions {
    bool ipv6 = false;  ///< fd00::1 and fd00::2 instead of 10.0.0.1 and 10.0.0.2
    std::uint16_t clientPort = 40000;
    std::uint16_t serverPort = 3000;
    std::uint32_t clientSequence = 1000;  ///< of the client's SYN
    std::uint32_t serverSequence = 9000;  ///< of the server's SYN
    std::size_t segmentSize = 1460;       ///< greatest payload of a segment that send() makes
};

/// Bits of a TCP header's flags.
inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpReset = 0x04;
inline constexpr std::uint8_t kTcpPush = 0x08;
inline constexpr std::uint8_t kTcpAck = 0x10;

/// One TCP connection inside a capture. Keeps the sequence numbers of both sides right.
class TcpConversation {
public:
    explicit TcpConversation(CaptureBuilder& capture, ConversationOptions options = {});

    /// SYN, SYN-ACK, ACK: three packets.
    void handshake();
    /// Sends bytes in order, in as many segments as they need.
    void send(Direction direction, ByteView bytes);
    void send(Direction direction, std::string_view text) { send(direction, asBytes(text)); }
    /// Goes on behind bytes that are sent but not captured.
    void lose(Direction direction, std::uint32_t bytes);
    /// One segment at any stream offset (0 is the first byte behind the SYN): for repeated,
    /// overlapping and reordered ones. What send() sends next is not changed by it.
    void segmentAt(Direction direction, std::uint32_t offset, ByteView bytes);
    /// An empty segment that acknowledges all that was sent the other way.
    void acknowledge(Direction direction);
    /// FIN of this side.
    void fin(Direction direction);
    /// FIN of both sides and the last ACK: three packets, the client begins.
    void close();
    void reset(Direction direction);
    /// An HTTP upgrade to WebSocket, with the key and the answer of RFC 6455 section 1.3: two
    /// packets. `extraRequest` and `extraResponse` are header lines with their CRLF.
    void upgrade(std::string_view target, std::string_view extraRequest = {},
                 std::string_view extraResponse = {});

    /// Stream offset of what send() sends next.
    std::uint32_t offset(Direction direction) const { return m_sent[indexOf(direction)]; }

private:
    void segment(Direction direction, std::uint32_t sequence, std::uint8_t flags, ByteView bytes);
    std::uint32_t nextSequence(Direction direction) const;

    CaptureBuilder& m_capture;
    ConversationOptions m_options;
    std::array<std::uint32_t, 2> m_sent{};  ///< bytes behind the SYN, by direction
    std::array<bool, 2> m_finSent{};
};

using MaskingKey = std::array<std::uint8_t, 4>;
/// The masking key of the examples in RFC 6455 section 5.7.
inline constexpr MaskingKey kMask = {0x37, 0xfa, 0x21, 0x3d};
/// Another one, for the frame behind: a key that is used twice in a row is an issue.
inline constexpr MaskingKey kOtherMask = {0x9c, 0x05, 0xd1, 0x6e};

/// Everything a frame's header can say. The defaults are an unmasked, final text frame.
struct FrameOptions {
    bool fin = true;
    std::uint8_t rsv = 0;  ///< RSV1 is 4, RSV2 is 2, RSV3 is 1
    std::uint8_t opcode = 1;
    std::optional<MaskingKey> mask = std::nullopt;
    int lengthBits = 0;  ///< 7, 16 or 64; 0: the shortest form that fits
};

/// A WebSocket frame as it stands on the wire; `payload` is given unmasked.
Bytes webSocketFrame(ByteView payload, const FrameOptions& options = {});
/// A final text frame.
Bytes webSocketText(std::string_view text, std::optional<MaskingKey> mask = std::nullopt);
/// A close frame with a code and a reason.
Bytes webSocketClose(std::uint16_t code, std::string_view reason = {},
                     std::optional<MaskingKey> mask = std::nullopt);

}  // namespace framescope::test
