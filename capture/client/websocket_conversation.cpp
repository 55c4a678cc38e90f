// A plain WebSocket: messages as they come, and raw bytes in between.
#include <utility>

#include "capture/client/conversation.h"
#include "capture/client/websocket_link.h"

namespace framescope::client {
namespace {

class WebSocketConversation final : public Conversation,
                                    public WebSocketLink::Owner,
                                    public std::enable_shared_from_this<WebSocketConversation> {
public:
    explicit WebSocketConversation(const Surroundings& surroundings)
        : m_path(surroundings.target.url.target),
          m_link(std::make_shared<WebSocketLink>(surroundings, surroundings.target.url.target)) {}

    void start(std::weak_ptr<ConversationOwner> owner) override {
        m_owner = std::move(owner);
        if (const auto told = m_owner.lock()) {
            told->changed([this](Status& status) { status.wire.path = m_path; });
        }
        m_link->start(weak_from_this());
    }
    Readiness readiness(const compose::Draft& draft) const override {
        const bool raw = std::holds_alternative<compose::RawDraft>(draft);
        return m_link->isOpen() || (raw && m_link->isConnected()) ? Readiness::Now : Readiness::No;
    }
    Result<bool> send(const compose::Draft&, const compose::Prepared& prepared) override {
        if (!m_link->isConnected()) return Error{"The connection has ended."};
        if (m_link->isClosedByServer()) return Error{"The server has closed the connection."};
        m_link->send(prepared);
        return true;
    }
    std::size_t waiting() const override { return m_link->waiting(); }
    void close(std::optional<std::uint16_t> code, const std::string& reason) override {
        m_link->close(code, reason);
    }
    void giveUp(const std::string& sentence) override { m_link->giveUp(sentence); }
    void cut() override { m_link->cut(); }
    void abandon() override { m_link->abandon(); }
    void setAnswersPings(bool answers) override { m_link->setAnswersPings(answers); }
    void setAnswersHeartbeats(bool) override {}

    void linkEstablished(const net::Established& peer) override {
        if (const auto owner = m_owner.lock()) owner->established(peer);
    }
    void linkAnswered(const http::Head& response, const std::string& body) override {
        if (const auto owner = m_owner.lock()) owner->answered(response, body);
    }
    void linkOpened(const Agreement& agreement) override {
        const auto owner = m_owner.lock();
        if (!owner) return;
        owner->changed([&agreement](Status& status) {
            status.wire.compression = agreement.compression;
            status.wire.subprotocol = agreement.subprotocol;
            status.wire.upgraded = true;
            status.subprotocol = agreement.subprotocol;
        });
        owner->opened();
    }
    void linkMessage(bool text, Bytes bytes) override {
        const auto owner = m_owner.lock();
        if (!owner) return;
        Incoming incoming;
        incoming.kind = text ? Incoming::Kind::Text : Incoming::Kind::Binary;
        incoming.bytes = std::move(bytes);
        owner->incoming(std::move(incoming));
    }
    void linkControl(websocket::Opcode opcode, ByteView payload) override {
        if (const auto owner = m_owner.lock()) owner->incoming(controlIncoming(opcode, payload));
    }
    void linkRemark(const std::string& sentence) override {
        if (const auto owner = m_owner.lock()) owner->remark(sentence);
    }
    void linkViolated(const std::string& sentence, const std::string& header) override {
        if (const auto owner = m_owner.lock()) tellViolation(*owner, sentence, header);
    }
    void linkClosing(bool ours, const websocket::CloseBody& body) override {
        if (const auto owner = m_owner.lock()) tellClosing(*owner, ours, body);
    }
    void linkEnded(const Ending& ending) override {
        if (const auto owner = m_owner.lock()) owner->ended(ending);
    }

private:
    std::weak_ptr<ConversationOwner> m_owner;
    std::string m_path;
    std::shared_ptr<WebSocketLink> m_link;
};

}  // namespace

Incoming controlIncoming(websocket::Opcode opcode, ByteView payload) {
    Incoming incoming;
    incoming.bytes.assign(payload.begin(), payload.end());
    switch (opcode) {
        case websocket::Opcode::Ping:
            incoming.kind = Incoming::Kind::Ping;
            break;
        case websocket::Opcode::Pong:
            incoming.kind = Incoming::Kind::Pong;
            break;
        default:
            incoming.kind = Incoming::Kind::Close;
            incoming.close = websocket::parseCloseBody(payload);
            break;
    }
    return incoming;
}

void tellClosing(ConversationOwner& owner, bool ours, const websocket::CloseBody& body) {
    owner.changed(
        [ours, &body](Status& status) { (ours ? status.closeSent : status.closeReceived) = body; });
    owner.closing(ours);
}

void tellViolation(ConversationOwner& owner, const std::string& sentence,
                   const std::string& header) {
    owner.changed([&](Status& status) {
        status.violation = sentence;
        status.violatedHeader = header;
    });
}

std::shared_ptr<Conversation> makeWebSocket(const Surroundings& surroundings) {
    return std::make_shared<WebSocketConversation>(surroundings);
}

}  // namespace framescope::client
