// A bomb is a mebibyte of zeros, compressed once and repeated: what such a piece refers to is zeros
// in front of it, and there are.
#include "capture/server/message_sender.h"

#include <string_view>
#include <utility>

#include "capture/server/random.h"

namespace framescope::server {
namespace {

using websocket::FrameHeader;
using websocket::Opcode;

constexpr std::size_t kMebibyte = 1U << 20;
/// What a sender takes off the end of a compressed message (RFC 7692 section 7.2.1).
constexpr std::size_t kTail = 4;
/// A byte that begins a block of a type that DEFLATE does not have (RFC 1951 section 3.2.3).
constexpr std::uint8_t kNoDeflate = 0x07;

FrameHeader headerOf(bool binary) {
    FrameHeader header;
    header.opcode = static_cast<std::uint8_t>(binary ? Opcode::Binary : Opcode::Text);
    return header;
}

}  // namespace

MessageSender::MessageSender(Outlet& outlet, FaultList faults, const Compression& compression)
    : m_outlet(outlet), m_faults(std::move(faults)) {
    if (compression.kind != CompressionKind::PerMessageDeflate) return;
    constexpr std::size_t kServer = static_cast<std::size_t>(Direction::ServerToClient);
    m_deflater.emplace(compression.windowBits[kServer]);
    m_keepsContext = !compression.noContextTakeover[kServer];
}

void MessageSender::message(bool binary, ByteView payload) {
    const std::uint64_t passed = m_sent++;
    FrameHeader header = headerOf(binary);
    if (const auto misbehaviour = m_faults.due(Fault::DeflateBomb, passed)) {
        bomb(numberOf(*misbehaviour), header);
        return;
    }
    Bytes changed;
    if (m_faults.due(Fault::BrokenDeflate, passed)) {
        changed.push_back(kNoDeflate);
        changed.insert(changed.end(), payload.begin(), payload.end());
        payload = changed;
        header.rsv1 = true;
    } else {
        if (!binary && m_faults.due(Fault::BadUtf8, passed)) {
            changed.assign(payload.begin(), payload.end());
            changed.insert(changed.end(), {0xc3, 0x28});
            payload = changed;
        }
        if (m_deflater && payload.size() >= kLeastCompressed) {
            changed = m_deflater->message(payload, m_keepsContext);
            payload = changed;
            header.rsv1 = true;
        }
    }
    if (const auto bits = m_faults.due(Fault::ReservedBits, passed)) {
        header.rsv1 = header.rsv1 || (numberOf(*bits) & 4) != 0;
        header.rsv2 = (numberOf(*bits) & 2) != 0;
        header.rsv3 = (numberOf(*bits) & 1) != 0;
    }
    if (const auto opcode = m_faults.due(Fault::ReservedOpcode, passed)) {
        header.opcode = static_cast<std::uint8_t>(numberOf(*opcode));
    }
    header.payloadLength = payload.size();
    if (const auto lie = m_faults.due(Fault::LyingLength, passed)) {
        header.payloadLength += numberOf(*lie);
    }
    frame(header, payload);
}

void MessageSender::control(Opcode opcode, ByteView payload) {
    FrameHeader header;
    header.opcode = static_cast<std::uint8_t>(opcode);
    header.payloadLength = payload.size();
    frame(header, payload);
}

void MessageSender::halfFrame() {
    constexpr std::string_view kBeginning = "The rest of this frame";
    FrameHeader header = headerOf(false);
    header.payloadLength = kBeginning.size() * 2;
    frame(header, asBytes(kBeginning));
}

void MessageSender::frame(FrameHeader header, ByteView payload) {
    header.lengthForm = websocket::minimalForm(header.payloadLength);
    if (m_faults.due(Fault::Masked, m_sent == 0 ? 0 : m_sent - 1)) {
        header.masked = true;
        fillRandom(header.maskingKey);
    }
    Bytes bytes;
    bytes.reserve(payload.size() + websocket::kMaxHeaderSize);
    ByteWriter writer(bytes);
    websocket::encodeFrame(header, payload, writer);
    m_outlet.send(bytes);
}

void MessageSender::bomb(std::uint64_t mebibytes, FrameHeader header) {
    websocket::Deflater deflater;
    deflater.begin(false);
    const Bytes first = deflater.piece(Bytes(kMebibyte));
    const Bytes further = deflater.piece(Bytes(kMebibyte));
    header.rsv1 = true;
    header.payloadLength = first.size() + further.size() * (mebibytes - 1) - kTail;
    header.lengthForm = websocket::minimalForm(header.payloadLength);
    Bytes bytes;
    ByteWriter writer(bytes);
    websocket::encode(header, writer);
    writer.bytes(first);
    for (std::uint64_t i = 1; i < mebibytes; ++i) writer.bytes(further);
    // erase() rather than resize(), in which GCC 12 sees an overflow under the address sanitizer.
    bytes.erase(bytes.end() - kTail, bytes.end());
    m_outlet.send(bytes);
}

}  // namespace framescope::server
