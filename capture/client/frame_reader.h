// Frames of one direction become messages: joined, unmasked, inflated, checked. What breaks RFC
// 6455 so that a receiver must fail the connection ends the reading with the close code of section
// 7.4.1; what is merely wrong is a remark. No I/O: bytes in, calls of a sink out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/layer/layer.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/inflater.h"
#include "dissector/websocket/message_state.h"

namespace framescope::client {

/// A message greater than this, decoded, fails the connection with 1009.
inline constexpr std::size_t kMaxMessage = 64U << 20;

/// Why reading came to an end.
struct FrameFault {
    std::uint16_t code = 1002;  ///< for our close frame
    std::string sentence;
};

class FrameSink {
public:
    virtual ~FrameSink() = default;
    virtual void message(bool text, Bytes bytes) = 0;
    /// A ping, pong or close frame, its payload unmasked.
    virtual void control(websocket::Opcode opcode, ByteView payload) = 0;
    virtual void frameRemark(const std::string& sentence) = 0;
};

class FrameReader {
public:
    FrameReader(Direction from, Compression compression, std::size_t maxMessage = kMaxMessage);

    /// Reads on. A fault is final: what comes behind it is not looked at, and the same fault is
    /// given again. The sink may call stop(), but must not destroy the reader.
    const std::optional<FrameFault>& feed(ByteView bytes, FrameSink& sink);
    /// Nothing is read any more, as behind a close frame.
    void stop() { m_stopped = true; }
    /// A frame or message was begun and is not finished.
    bool insideMessage() const {
        return m_inFrame || m_headerSize != 0 || m_sequence.messageOpen();
    }

private:
    std::size_t readHeader(ByteView bytes, FrameSink& sink);
    std::size_t readPayload(ByteView bytes, FrameSink& sink);
    void beginFrame(FrameSink& sink);
    void endFrame(FrameSink& sink);
    void endControl(FrameSink& sink);
    void endMessage(FrameSink& sink);
    void takeRaw(ByteView bytes);
    void inflate(ByteView bytes);
    void append(ByteView plain);
    void endUnit();
    void judgeText(std::size_t from);
    void fail(std::uint16_t code, std::string sentence);
    void failWith(std::uint16_t code, const std::vector<Issue>& issues);
    bool goesOn() const { return !m_stopped && !m_fault; }

    Direction m_from;
    Compression m_compression;
    std::size_t m_maxMessage;
    websocket::MessageState m_sequence;
    websocket::Inflater m_inflater;
    std::optional<FrameFault> m_fault;
    bool m_stopped = false;
    // The frame:
    std::array<std::uint8_t, websocket::kMaxHeaderSize> m_headerBytes{};
    std::size_t m_headerSize = 0;
    websocket::FrameHeader m_frame;
    bool m_inFrame = false;
    std::uint64_t m_payloadRead = 0;
    bool m_compressed = false;
    bool m_control = false;
    bool m_messageEnds = false;
    Bytes m_scratch;
    Bytes m_controlBody;
    // The message:
    bool m_text = false;
    Bytes m_message;
    Utf8Validator m_utf8;
};

}  // namespace framescope::client
