// Payload is unmasked, inflated and judged as it comes, so a great message is looked at once and a
// bad one is refused before all of it is there.
#include "capture/server/websocket_peer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capture/server/client_table.h"
#include "dissector/websocket/mask.h"

namespace framescope::server {
namespace {

using websocket::FrameHeader;
using websocket::InflateError;
using websocket::Opcode;

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNotUtf8 = 1007;
constexpr std::uint16_t kTooBig = 1009;
/// The answer to a close frame must come in this time.
constexpr std::chrono::seconds kCloseWait{3};

Bytes closePayload(std::optional<std::uint16_t> code, std::string_view reason) {
    // RFC 6455 section 5.5: a control frame has 125 bytes at the most.
    constexpr std::size_t kMostReason = 123;
    Bytes bytes;
    ByteWriter writer(bytes);
    std::size_t size = std::min(reason.size(), kMostReason);
    // Not within a character: a reason is UTF-8, whose continuing bytes are 10xxxxxx.
    while (size != 0 && size != reason.size() && (reason[size] & 0xc0) == 0x80) --size;
    if (code) websocket::encode({code, std::string(reason.substr(0, size))}, writer);
    return bytes;
}

std::string codeText(std::optional<std::uint16_t> code) {
    if (!code) return "without a code";
    return "with " + std::to_string(*code) + " (" + std::string(websocket::closeCodeName(*code)) +
           ")";
}

}  // namespace

WebSocketPeer::WebSocketPeer(net::Reactor& reactor, WebSocketOptions options,
                             std::unique_ptr<WebSocketApp> app)
    : m_timer(reactor), m_options(std::move(options)), m_app(std::move(app)) {}

WebSocketPeer::~WebSocketPeer() = default;

void WebSocketPeer::opened(StreamOwner& owner) {
    m_owner = &owner;
    m_sender =
        std::make_unique<MessageSender>(owner.outlet(), m_options.faults, m_options.compression);
    m_app->opened(*this);
    misbehave();
}

void WebSocketPeer::ended() {
    m_state = State::Over;
    m_timer.stop();
    tellClosed("The client cut the connection without a close frame.");
}

void WebSocketPeer::tellClosed(const std::string& sentence) {
    if (std::exchange(m_told, true)) return;
    if (m_owner != nullptr) m_owner->noteEnding(sentence);
    m_app->closed(sentence);
}

void WebSocketPeer::send(bool binary, ByteView payload) {
    if (m_state != State::Open || m_owner == nullptr) return;
    m_sender->message(binary, payload);
    if (m_options.client != nullptr) m_options.client->countOut();
    misbehave();
}

void WebSocketPeer::misbehave() {
    if (m_state != State::Open) return;
    const std::uint64_t passed = m_sender->sent();
    if (m_options.faults.due(Fault::Reset, passed)) {
        m_state = State::Over;
        tellClosed("Reset, as asked.");
        m_owner->cut("Reset, as asked.");
    } else if (m_options.faults.due(Fault::CutInFrame, passed)) {
        m_state = State::Over;
        m_sender->halfFrame();
        tellClosed("Cut in the middle of a frame, as asked.");
        m_owner->outlet().finish();
    } else if (const auto how = m_options.faults.due(Fault::Close, passed)) {
        std::optional<std::uint16_t> code;
        if (how->number) code = static_cast<std::uint16_t>(*how->number);
        close(code, code ? "as asked" : "", "Closed " + codeText(code) + ", as asked.");
    }
}

void WebSocketPeer::close(std::optional<std::uint16_t> code, std::string_view reason,
                          std::string sentence) {
    if (m_state != State::Open || m_owner == nullptr) return;
    m_state = State::Closing;
    m_sender->control(Opcode::Close, closePayload(code, reason));
    m_timer.start(kCloseWait, [this] {
        m_state = State::Over;
        m_owner->outlet().finish();
    });
    tellClosed(sentence);
}

void WebSocketPeer::fail(std::uint16_t code, const std::string& why) {
    if (m_state == State::Over) return;
    if (m_state == State::Open) m_sender->control(Opcode::Close, closePayload(code, why));
    m_state = State::Over;
    m_timer.stop();
    m_message = {};
    tellClosed("Closed " + codeText(code) + ": " + why);
    m_owner->outlet().finish();
}

void WebSocketPeer::received(ByteView bytes) {
    while (m_state != State::Over && !bytes.empty()) {
        if (!m_frame) {
            const std::size_t before = m_header.size();
            const std::size_t taken = std::min(bytes.size(), websocket::kMaxHeaderSize - before);
            m_header.insert(m_header.end(), bytes.begin(),
                            bytes.begin() + static_cast<std::ptrdiff_t>(taken));
            const auto parsed = websocket::parseFrameHeader(m_header);
            if (!parsed) return;
            bytes = bytes.subspan(parsed.consumed() - before);
            m_header.clear();
            header(*parsed);
        } else {
            const auto size = static_cast<std::size_t>(
                std::min<std::uint64_t>(bytes.size(), m_frame->payloadLength - m_read));
            payload(bytes.first(size));
            bytes = bytes.subspan(size);
        }
        if (m_state != State::Over && m_frame && m_read == m_frame->payloadLength) endFrame();
    }
}

void WebSocketPeer::header(const FrameHeader& frame) {
    m_frame = frame;
    m_read = 0;
    const bool deflate = m_options.compression.agreed();
    const bool isData = frame.is(Opcode::Text) || frame.is(Opcode::Binary);
    IssueSink issues;
    websocket::check(frame, Direction::ClientToServer, m_options.compression.kind, issues);
    for (const Issue& issue : issues.issues()) {
        const IssueInfo& info = issueInfo(issue.code);
        if (info.severity == Severity::Error) {
            fail(kProtocolError, std::string(info.sentence));
            return;
        }
    }
    if (websocket::isControl(frame.opcode)) {
        m_control.clear();
        return;
    }
    if (isData && m_opcode) {
        fail(kProtocolError, "A message begins inside of another one.");
        return;
    }
    if (!isData && !m_opcode) {
        fail(kProtocolError, "A continuation continues nothing.");
        return;
    }
    if (isData) {
        m_opcode = frame.opcode;
        m_compressed = deflate && frame.rsv1;
        m_message.clear();
        m_utf8.reset();
        if (m_compressed) {
            constexpr std::size_t kClient = static_cast<std::size_t>(Direction::ClientToServer);
            m_inflater.begin(!m_options.compression.noContextTakeover[kClient]);
        }
    }
    if (!m_compressed && frame.payloadLength > m_options.mostMessage - m_message.size()) {
        fail(kTooBig, "The message is too big.");
    }
}

void WebSocketPeer::payload(ByteView masked) {
    m_scratch.assign(masked.begin(), masked.end());
    websocket::applyMask(m_scratch, m_frame->maskingKey, m_read);
    m_read += masked.size();
    if (websocket::isControl(m_frame->opcode)) {
        m_control.insert(m_control.end(), m_scratch.begin(), m_scratch.end());
    } else if (!m_compressed) {
        take(m_scratch);
    } else {
        const InflateError error =
            m_inflater.feed(m_scratch, [this](ByteView plain) { take(plain); });
        if (error != InflateError::None) fail(kNotUtf8, "The message cannot be inflated.");
    }
}

void WebSocketPeer::take(ByteView plain) {
    if (m_state == State::Over) return;
    if (plain.size() > m_options.mostMessage - m_message.size()) {
        fail(kTooBig, "The message is too big.");
        return;
    }
    if (m_opcode == static_cast<std::uint8_t>(Opcode::Text) && !m_utf8.feed(plain)) {
        fail(kNotUtf8, "A text is not UTF-8.");
        return;
    }
    m_message.insert(m_message.end(), plain.begin(), plain.end());
}

void WebSocketPeer::endFrame() {
    const FrameHeader frame = *std::exchange(m_frame, std::nullopt);
    m_read = 0;
    if (websocket::isControl(frame.opcode)) {
        m_frame = frame;
        control();
        m_frame.reset();
    } else if (frame.fin) {
        endMessage();
    }
}

void WebSocketPeer::endMessage() {
    if (m_compressed) {
        const InflateError error = m_inflater.finish([this](ByteView plain) { take(plain); });
        if (error != InflateError::None) fail(kNotUtf8, "The message cannot be inflated.");
    }
    if (m_state == State::Over) return;
    const bool binary =
        *std::exchange(m_opcode, std::nullopt) == static_cast<std::uint8_t>(Opcode::Binary);
    if (!binary && !m_utf8.finish()) {
        fail(kNotUtf8, "A text is not UTF-8.");
        return;
    }
    if (m_options.client != nullptr) m_options.client->countIn();
    const Bytes message = std::exchange(m_message, {});
    if (m_state == State::Open) m_app->message(*this, binary, message);
}

void WebSocketPeer::control() {
    if (m_frame->is(Opcode::Ping)) {
        if (m_state == State::Open && !m_options.faults.due(Fault::NoPong, m_sender->sent())) {
            m_sender->control(Opcode::Pong, m_control);
        }
        return;
    }
    if (!m_frame->is(Opcode::Close)) return;
    const websocket::CloseBody body = websocket::parseCloseBody(m_control);
    IssueSink issues;
    websocket::checkClose(body, issues);
    if (!issues.empty()) {
        const IssueCode code = issues.issues().front().code;
        fail(code == IssueCode::WebSocketCloseReasonNotUtf8 ? kNotUtf8 : kProtocolError,
             std::string(issueInfo(code).sentence));
        return;
    }
    // Section 5.5.1: the code is sent back.
    if (m_state == State::Open) m_sender->control(Opcode::Close, closePayload(body.code, {}));
    m_state = State::Over;
    m_timer.stop();
    tellClosed("The client closed " + codeText(body.code) + ".");
    // Section 7.1.1: the server ends the TCP connection.
    m_owner->outlet().finish();
}

}  // namespace framescope::server
