// Payload is copied once, from what the socket gave into the message; of compressed frames not even
// that. UTF-8 is judged as it comes, so that a text that goes wrong early fails early
// (section 8.1).
#include "capture/client/frame_reader.h"

#include <algorithm>
#include <utility>

#include "capture/client/sentences.h"
#include "dissector/websocket/mask.h"

namespace framescope::client {
namespace {

using websocket::FrameRole;
using websocket::Opcode;

/// Bytes that are reserved for a frame because its header announces them; more come as they come.
constexpr std::uint64_t kMaxReserved = 1U << 20;
/// Compressed bytes that are inflated at a time; one can become a thousand.
constexpr std::size_t kInflated = 4U << 10;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kInvalidData = 1007;
constexpr std::uint16_t kTooBig = 1009;

std::size_t indexOfSender(Direction from) {
    return indexOf(from);
}

/// A length in a longer form than need be is read by everybody, so nobody fails for it.
bool isFatal(const Issue& issue) {
    return issueInfo(issue.code).severity == Severity::Error &&
           issue.code != IssueCode::WebSocketLengthNotMinimal;
}

}  // namespace

FrameReader::FrameReader(Direction from, Compression compression, std::size_t maxMessage)
    : m_from(from), m_compression(compression), m_maxMessage(maxMessage) {}

const std::optional<FrameFault>& FrameReader::feed(ByteView bytes, FrameSink& sink) {
    while (!bytes.empty() && goesOn()) {
        const std::size_t taken = m_inFrame ? readPayload(bytes, sink) : readHeader(bytes, sink);
        bytes = bytes.subspan(taken);
    }
    return m_fault;
}

std::size_t FrameReader::readHeader(ByteView bytes, FrameSink& sink) {
    std::size_t taken = 0;
    if (m_headerSize == 0) {
        // The usual case: all of it is there.
        if (const auto header = websocket::parseFrameHeader(bytes)) {
            m_frame = *header;
            beginFrame(sink);
            return header.consumed();
        }
    }
    while (taken < bytes.size() && m_headerSize < m_headerBytes.size()) {
        m_headerBytes[m_headerSize++] = bytes[taken++];
        const auto header =
            websocket::parseFrameHeader(ByteView(m_headerBytes).first(m_headerSize));
        if (!header) continue;
        m_headerSize = 0;
        m_frame = *header;
        beginFrame(sink);
        break;
    }
    return taken;
}

void FrameReader::beginFrame(FrameSink& sink) {
    IssueSink issues;
    websocket::check(m_frame, m_from, m_compression.kind, issues);
    const FrameRole role = m_sequence.accept(m_frame, issues);
    std::vector<Issue> fatal;
    std::vector<Issue> others;
    for (const Issue& issue : issues.issues()) {
        if (issueInfo(issue.code).severity != Severity::Error) continue;
        (isFatal(issue) ? fatal : others).push_back(issue);
    }
    if (!others.empty()) sink.frameRemark("The peer sent an unusual frame. " + sentenceOf(others));
    if (!fatal.empty()) {
        failWith(kProtocolError, fatal);
        return;
    }
    m_control = role == FrameRole::Control;
    m_messageEnds = role == FrameRole::WholeMessage || role == FrameRole::EndsMessage;
    m_payloadRead = 0;
    m_inFrame = true;
    m_compressed = false;
    if (m_control) {
        m_controlBody.clear();
    } else {
        const bool starts = role == FrameRole::WholeMessage || role == FrameRole::StartsMessage;
        if (starts) {
            m_text = m_frame.is(Opcode::Text);
            m_message.clear();
            m_utf8.reset();
        }
        const bool perFrame = m_compression.kind == CompressionKind::WebkitDeflateFrame;
        m_compressed =
            m_compression.agreed() && (perFrame ? m_frame.rsv1 : m_sequence.messageRsv1());
        if (m_compressed && (starts || perFrame)) {
            m_inflater.begin(!m_compression.noContextTakeover[indexOfSender(m_from)]);
        }
        if (!m_compressed && m_frame.payloadLength > m_maxMessage - m_message.size()) {
            fail(kTooBig, "The peer sent a message of more than " + byteCountText(m_maxMessage) +
                              ", which is not received.");
            return;
        }
        const std::uint64_t more = std::min(m_frame.payloadLength, kMaxReserved);
        // Exact only at the start, so that many fragments do not make it move for each.
        if (starts) m_message.reserve(static_cast<std::size_t>(more));
    }
    if (m_frame.payloadLength == 0) endFrame(sink);
}

std::size_t FrameReader::readPayload(ByteView bytes, FrameSink& sink) {
    const std::uint64_t left = m_frame.payloadLength - m_payloadRead;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
    takeRaw(bytes.first(count));
    m_payloadRead += count;
    if (!m_fault && m_payloadRead == m_frame.payloadLength) endFrame(sink);
    return count;
}

/// Payload as it stands on the wire.
void FrameReader::takeRaw(ByteView bytes) {
    if (m_control) {
        const std::size_t at = m_controlBody.size();
        m_controlBody.insert(m_controlBody.end(), bytes.begin(), bytes.end());
        if (m_frame.masked) {
            websocket::applyMask(std::span(m_controlBody).subspan(at), m_frame.maskingKey,
                                 m_payloadRead);
        }
        return;
    }
    if (!m_compressed) {
        const std::size_t at = m_message.size();
        m_message.insert(m_message.end(), bytes.begin(), bytes.end());
        if (m_frame.masked) {
            websocket::applyMask(std::span(m_message).subspan(at), m_frame.maskingKey,
                                 m_payloadRead);
        }
        judgeText(at);
        return;
    }
    if (m_frame.masked) {
        m_scratch.assign(bytes.begin(), bytes.end());
        websocket::applyMask(m_scratch, m_frame.maskingKey, m_payloadRead);
        bytes = m_scratch;
    }
    inflate(bytes);
}

void FrameReader::inflate(ByteView bytes) {
    while (!bytes.empty() && !m_fault) {
        const ByteView piece = bytes.first(std::min(bytes.size(), kInflated));
        bytes = bytes.subspan(piece.size());
        m_inflater.feed(piece, [this](ByteView plain) { append(plain); });
        if (m_inflater.error() != websocket::InflateError::None && !m_fault) {
            const bool lost = m_inflater.error() == websocket::InflateError::ContextLost;
            failWith(kInvalidData,
                     {{lost ? IssueCode::WebSocketContextLost : IssueCode::WebSocketNotDeflate,
                       0,
                       {},
                       false}});
        }
    }
}

/// More of the message, inflated.
void FrameReader::append(ByteView plain) {
    if (m_fault) return;
    if (plain.size() > m_maxMessage - m_message.size()) {
        fail(kTooBig, "The peer sent a compressed message that inflates to more than " +
                          byteCountText(m_maxMessage) + ", which is not received.");
        return;
    }
    const std::size_t at = m_message.size();
    m_message.insert(m_message.end(), plain.begin(), plain.end());
    judgeText(at);
}

void FrameReader::judgeText(std::size_t from) {
    if (m_text && !m_utf8.feed(ByteView(m_message).subspan(from))) {
        failWith(kInvalidData, {{IssueCode::WebSocketTextNotUtf8, 0, {}, false}});
    }
}

void FrameReader::endFrame(FrameSink& sink) {
    m_inFrame = false;
    if (m_control) {
        endControl(sink);
        return;
    }
    const bool perFrame = m_compression.kind == CompressionKind::WebkitDeflateFrame;
    if (m_compressed && (m_messageEnds || perFrame)) endUnit();
    if (m_messageEnds && !m_fault) endMessage(sink);
}

/// What is compressed at a time is complete.
void FrameReader::endUnit() {
    m_inflater.finish([this](ByteView plain) { append(plain); });
    const websocket::InflateError error = m_inflater.error();
    if (error == websocket::InflateError::None || m_fault) return;
    const bool lost = error == websocket::InflateError::ContextLost;
    failWith(
        kInvalidData,
        {{lost ? IssueCode::WebSocketContextLost : IssueCode::WebSocketNotDeflate, 0, {}, false}});
}

void FrameReader::endMessage(FrameSink& sink) {
    if (m_text && !m_utf8.finish()) {
        failWith(kInvalidData, {{IssueCode::WebSocketTextNotUtf8, 0, {}, false}});
        return;
    }
    sink.message(m_text, std::exchange(m_message, {}));
}

void FrameReader::endControl(FrameSink& sink) {
    if (m_frame.is(Opcode::Close)) {
        IssueSink issues;
        websocket::checkClose(websocket::parseCloseBody(m_controlBody), issues);
        const auto isOfText = [](const Issue& issue) {
            return issue.code == IssueCode::WebSocketCloseReasonNotUtf8;
        };
        if (!issues.empty()) {
            const bool text = std::ranges::all_of(issues.issues(), isOfText);
            failWith(text ? kInvalidData : kProtocolError, issues.issues());
            return;
        }
    }
    sink.control(static_cast<Opcode>(m_frame.opcode), m_controlBody);
}

void FrameReader::fail(std::uint16_t code, std::string sentence) {
    m_fault = FrameFault{code, std::move(sentence)};
    m_message = {};
}

void FrameReader::failWith(std::uint16_t code, const std::vector<Issue>& issues) {
    fail(code, "The peer broke the protocol, so the connection fails with " + std::to_string(code) +
                   ". " + sentenceOf(issues));
}

}  // namespace framescope::client
