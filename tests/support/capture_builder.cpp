// Headers are written field by field, with right checksums, so that other tools read the captures
// too when a test has to be understood.
#include "tests/support/capture_builder.h"

#include <algorithm>
#include <cassert>
#include <cstdio>

namespace framescope::test {
namespace {

void le32(Bytes& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

/// Sum of 16-bit words as the Internet checksum adds them (RFC 1071), not yet folded.
std::uint64_t wordSum(ByteView bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8 : bytes[i];
    }
    return sum;
}

std::uint16_t checksum(std::uint64_t sum) {
    while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
    return static_cast<std::uint16_t>(~sum);
}

void patch16(Bytes& bytes, std::size_t position, std::uint16_t value) {
    bytes[position] = static_cast<std::uint8_t>(value >> 8);
    bytes[position + 1] = static_cast<std::uint8_t>(value);
}

Bytes address(bool ipv6, std::uint8_t host) {
    if (!ipv6) return {10, 0, 0, host};
    Bytes bytes(16, 0);
    bytes[0] = 0xfd;
    bytes[15] = host;
    return bytes;
}

void writeEthernet(ByteWriter& out, std::uint8_t from, std::uint8_t to, bool ipv6) {
    for (const std::uint8_t host : {to, from}) {
        out.be32(0x02000000);
        out.be16(host);
    }
    out.be16(ipv6 ? 0x86dd : 0x0800);
}

void writeIp(Bytes& packet, const Bytes& source, const Bytes& destination, std::size_t length) {
    ByteWriter out(packet);
    if (source.size() == 16) {
        out.be32(0x60000000);
        out.be16(static_cast<std::uint16_t>(length));
        out.u8(6);
        out.u8(64);
        out.bytes(source);
        out.bytes(destination);
        return;
    }
    const std::size_t begin = packet.size();
    out.be16(0x4500);
    out.be16(static_cast<std::uint16_t>(20 + length));
    out.be32(0x00004000);
    out.u8(64);
    out.u8(6);
    out.be16(0);
    out.bytes(source);
    out.bytes(destination);
    patch16(packet, begin + 10, checksum(wordSum(ByteView(packet).subspan(begin))));
}

}  // namespace

CaptureBuilder::CaptureBuilder(std::uint32_t linkType) {
    le32(m_file, 0xa1b23c4d);  // nanoseconds
    le32(m_file, 0x00040002);  // version 2.4
    le32(m_file, 0);
    le32(m_file, 0);
    le32(m_file, 262144);
    le32(m_file, linkType);
}

void CaptureBuilder::packet(ByteView bytes, std::uint32_t originalLength) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    le32(m_file, static_cast<std::uint32_t>(m_nextTimeNs / 1'000'000'000));
    le32(m_file, static_cast<std::uint32_t>(m_nextTimeNs % 1'000'000'000));
    le32(m_file, size);
    le32(m_file, originalLength == 0 ? size : originalLength);
    m_file.insert(m_file.end(), bytes.begin(), bytes.end());
    m_nextTimeNs += 1'000'000;
    ++m_count;
}

bool CaptureBuilder::write(const std::string& path) const {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool written = std::fwrite(m_file.data(), 1, m_file.size(), file) == m_file.size();
    return std::fclose(file) == 0 && written;
}

TcpConversation::TcpConversation(CaptureBuilder& capture, ConversationOptions options)
    : m_capture(capture), m_options(options) {}

void TcpConversation::handshake() {
    const auto [client, server] = std::pair(Direction::ClientToServer, Direction::ServerToClient);
    segment(client, m_options.clientSequence, kTcpSyn, {});
    segment(server, m_options.serverSequence, kTcpSyn | kTcpAck, {});
    acknowledge(client);
}

void TcpConversation::send(Direction direction, ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), m_options.segmentSize);
        segment(direction, nextSequence(direction), kTcpPush | kTcpAck, bytes.first(size));
        m_sent[indexOf(direction)] += static_cast<std::uint32_t>(size);
        bytes = bytes.subspan(size);
    }
}

void TcpConversation::lose(Direction direction, std::uint32_t bytes) {
    m_sent[indexOf(direction)] += bytes;
}

void TcpConversation::segmentAt(Direction direction, std::uint32_t offset, ByteView bytes) {
    const std::uint32_t first = direction == Direction::ClientToServer ? m_options.clientSequence
                                                                       : m_options.serverSequence;
    segment(direction, first + 1 + offset, kTcpPush | kTcpAck, bytes);
}

void TcpConversation::acknowledge(Direction direction) {
    segment(direction, nextSequence(direction), kTcpAck, {});
}

void TcpConversation::fin(Direction direction) {
    segment(direction, nextSequence(direction), kTcpFin | kTcpAck, {});
    m_finSent[indexOf(direction)] = true;
}

void TcpConversation::close() {
    fin(Direction::ClientToServer);
    fin(Direction::ServerToClient);
    acknowledge(Direction::ClientToServer);
}

void TcpConversation::reset(Direction direction) {
    segment(direction, nextSequence(direction), kTcpReset | kTcpAck, {});
}

void TcpConversation::upgrade(std::string_view target, std::string_view extraRequest,
                              std::string_view extraResponse) {
    std::string request = "GET " + std::string(target) + " HTTP/1.1\r\n";
    request +=
        "Host: server.example.com\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n";
    request += extraRequest;
    send(Direction::ClientToServer, request + "\r\n");
    std::string response =
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    response += extraResponse;
    send(Direction::ServerToClient, response + "\r\n");
}

std::uint32_t TcpConversation::nextSequence(Direction direction) const {
    const std::uint32_t first = direction == Direction::ClientToServer ? m_options.clientSequence
                                                                       : m_options.serverSequence;
    return first + 1 + m_sent[indexOf(direction)] + (m_finSent[indexOf(direction)] ? 1 : 0);
}

void TcpConversation::segment(Direction direction, std::uint32_t sequence, std::uint8_t flags,
                              ByteView bytes) {
    const bool fromClient = direction == Direction::ClientToServer;
    const std::uint8_t from = fromClient ? 1 : 2;
    const std::uint8_t to = fromClient ? 2 : 1;
    const Bytes source = address(m_options.ipv6, from);
    const Bytes destination = address(m_options.ipv6, to);

    Bytes tcp;
    ByteWriter header(tcp);
    header.be16(fromClient ? m_options.clientPort : m_options.serverPort);
    header.be16(fromClient ? m_options.serverPort : m_options.clientPort);
    header.be32(sequence);
    header.be32((flags & kTcpAck) != 0 ? nextSequence(opposite(direction)) : 0);
    header.u8(5 << 4);
    header.u8(flags);
    header.be16(65535);
    header.be32(0);
    header.bytes(bytes);
    const std::uint64_t pseudoHeader = wordSum(source) + wordSum(destination) + 6 + tcp.size();
    patch16(tcp, 16, checksum(pseudoHeader + wordSum(tcp)));

    Bytes packet;
    ByteWriter out(packet);
    writeEthernet(out, from, to, m_options.ipv6);
    writeIp(packet, source, destination, tcp.size());
    out.bytes(tcp);
    m_capture.packet(packet);
}

Bytes webSocketFrame(ByteView payload, const FrameOptions& options) {
    const std::uint64_t size = payload.size();
    const int shortest = size < 126 ? 7 : size < 65536 ? 16 : 64;
    const int bits = options.lengthBits == 0 ? shortest : options.lengthBits;
    assert(bits >= shortest);
    const std::uint8_t maskBit = options.mask ? 0x80 : 0;

    Bytes frame;
    ByteWriter out(frame);
    out.u8(static_cast<std::uint8_t>((options.fin ? 0x80 : 0) | options.rsv << 4 | options.opcode));
    if (bits == 7) {
        out.u8(static_cast<std::uint8_t>(maskBit | size));
    } else if (bits == 16) {
        out.u8(maskBit | 126);
        out.be16(static_cast<std::uint16_t>(size));
    } else {
        out.u8(maskBit | 127);
        out.be64(size);
    }
    if (!options.mask) {
        out.bytes(payload);
        return frame;
    }
    out.bytes(*options.mask);
    for (std::size_t i = 0; i < payload.size(); ++i) out.u8(payload[i] ^ (*options.mask)[i % 4]);
    return frame;
}

Bytes webSocketText(std::string_view text, std::optional<MaskingKey> mask) {
    return webSocketFrame(asBytes(text), {.mask = mask});
}

Bytes webSocketClose(std::uint16_t code, std::string_view reason, std::optional<MaskingKey> mask) {
    Bytes payload;
    ByteWriter out(payload);
    out.be16(code);
    out.text(reason);
    return webSocketFrame(payload, {.opcode = 8, .mask = mask});
}

}  // namespace framescope::test
