#include "capture/compose/sent_context.h"

#include <utility>

#include "dissector/websocket/opcode.h"

namespace framescope::compose {
namespace {

using websocket::FrameHeader;
using websocket::MaskingKey;
using websocket::Opcode;

constexpr MaskingKey kKey = {0x66, 0x73, 0x01, 0x02};
constexpr MaskingKey kOtherKey = {0x66, 0x73, 0x03, 0x04};

/// A legal frame that repeats no key of a frame beside it.
Bytes frame(Opcode opcode, ByteView payload, bool compressed, bool masked, const MaskingKey& key) {
    FrameHeader header;
    header.opcode = static_cast<std::uint8_t>(opcode);
    header.rsv1 = compressed;
    header.masked = masked;
    if (masked) header.maskingKey = key;
    header.payloadLength = payload.size();
    header.lengthForm = websocket::minimalForm(payload.size());
    Bytes bytes;
    bytes.reserve(header.size() + payload.size());
    ByteWriter writer(bytes);
    websocket::encodeFrame(header, payload, writer);
    return bytes;
}

/// A message that inflates to the window: one block that is not compressed (RFC 1951 section
/// 3.2.4), which holds up to 65535 bytes, and the beginning of the empty one that the reader ends.
Bytes storedBlock(ByteView window) {
    Bytes bytes;
    bytes.reserve(window.size() + 6);
    ByteWriter writer(bytes);
    const auto size = static_cast<std::uint16_t>(window.size());
    const auto other = static_cast<std::uint16_t>(~size);
    writer.u8(0);
    for (const std::uint16_t length : {size, other}) {
        writer.u8(static_cast<std::uint8_t>(length));
        writer.u8(static_cast<std::uint8_t>(length >> 8));
    }
    writer.bytes(window);
    writer.u8(0);
    return bytes;
}

}  // namespace

void SentContext::note(const FrameHeader& header, ByteView wire, ByteView window) {
    const bool same = header.masked && m_lastKey == header.maskingKey;
    m_sameKeyTold = same && (m_sameKeyTold || header.maskingKey != MaskingKey{});
    m_lastKey.reset();
    if (header.masked) m_lastKey = header.maskingKey;

    if (header.is(Opcode::Close)) m_closeSent = true;
    if (websocket::isControl(header.opcode)) return;
    const bool starts = !header.is(Opcode::Continuation);
    if (starts) {
        m_message.clear();
        m_messageWindow.clear();
    }
    m_open = (starts || m_open) && !header.fin;
    if (!m_open) {
        m_message = {};
        m_messageWindow = {};
        return;
    }
    if (starts) m_messageWindow.assign(window.begin(), window.end());
    if (m_message.size() + wire.size() <= kMaxKept) {
        m_message.insert(m_message.end(), wire.begin(), wire.end());
        return;
    }
    // What was said is not known any more; that a message is open, and what it is, stays.
    FrameHeader first = header;
    if (const auto kept = websocket::parseFrameHeader(m_message)) first = *kept;
    first.fin = false;
    first.payloadLength = 0;
    first.lengthForm = websocket::LengthForm::Bits7;
    m_message.clear();
    m_messageWindow.clear();
    ByteWriter writer(m_message);
    websocket::encode(first, writer);
}

Bytes SentContext::framesBefore(const FrameHeader& next, ByteView window,
                                Direction direction) const {
    const bool masked = direction == Direction::ClientToServer;
    const MaskingKey& key = next.maskingKey == kKey ? kOtherKey : kKey;
    Bytes bytes;
    const auto append = [&bytes](const Bytes& made) {
        bytes.insert(bytes.end(), made.begin(), made.end());
    };
    const ByteView needed = m_messageWindow.empty() ? window : m_messageWindow;
    if (!needed.empty()) append(frame(Opcode::Binary, storedBlock(needed), true, masked, key));
    append(m_message);
    if (m_closeSent) append(frame(Opcode::Close, {}, false, masked, key));
    if (!next.masked) return bytes;
    const bool repeats = m_lastKey == next.maskingKey && next.maskingKey != MaskingKey{};
    // Another key than the next one's ends these frames, unless it truly repeats the last one:
    // once, or more often, since a sender that never changes its key is told of once.
    if (repeats || !bytes.empty()) append(frame(Opcode::Pong, {}, false, true, key));
    if (repeats) append(frame(Opcode::Pong, {}, false, true, *m_lastKey));
    if (repeats && m_sameKeyTold) append(frame(Opcode::Pong, {}, false, true, *m_lastKey));
    return bytes;
}

}  // namespace framescope::compose
