// Bytes both ways. A request that was typed by hand goes out first, where there is one; what comes
// back is handed on as it is, but a head in front of it is read, so that after a 101 frames can be
// compressed as it agrees to.
#include <utility>

#include "capture/client/conversation.h"
#include "capture/client/handshake_request.h"
#include "capture/client/held_transport.h"
#include "capture/client/response_reader.h"

namespace framescope::client {
namespace {

class RawConversation final : public Conversation,
                              public net::TransportHandler,
                              public std::enable_shared_from_this<RawConversation> {
public:
    explicit RawConversation(const Surroundings& surroundings) : m_surroundings(surroundings) {}

    void start(std::weak_ptr<ConversationOwner> owner) override {
        m_owner = std::move(owner);
        m_transport = std::make_unique<HeldTransport>(m_surroundings, weak_from_this());
    }
    Readiness readiness(const compose::Draft&) const override {
        return m_connected && m_transport ? Readiness::Now : Readiness::No;
    }
    Result<bool> send(const compose::Draft&, const compose::Prepared& prepared) override {
        if (!m_connected || !m_transport) return Error{"The connection has ended."};
        for (const auto& piece : prepared.pieces) m_transport->send(piece.bytes);
        return true;
    }
    std::size_t waiting() const override { return m_transport ? m_transport->waiting() : 0; }
    /// Without a protocol, closing is a FIN.
    void close(std::optional<std::uint16_t>, const std::string&) override {
        if (!m_connected || !m_transport) {
            finish({});
            return;
        }
        if (std::exchange(m_closing, true)) return;
        m_transport->finish();
        if (const auto owner = m_owner.lock()) owner->closing(true);
    }
    void giveUp(const std::string& sentence) override { finish({m_closing ? "" : sentence}); }
    void cut() override {
        if (m_transport) m_transport->reset();
        abandon();
    }
    void abandon() override {
        m_owner.reset();
        m_transport.reset();
    }
    void setAnswersPings(bool) override {}
    void setAnswersHeartbeats(bool) override {}

    void established(const net::Established& info) override {
        m_connected = true;
        const auto& draft = m_surroundings.options.handshake;
        const auto owner = m_owner.lock();
        if (owner) owner->established(info);
        if (draft.rawRequest && m_transport) {
            const auto request =
                makeHandshake(draft, m_surroundings.target.url, m_surroundings.target.url.target);
            m_offer = request.offer;
            m_response.emplace(request.method, 0, true);
            m_transport->send(request.bytes);
        }
        if (owner) owner->opened();
    }
    void received(ByteView bytes) override {
        readResponse(bytes);
        if (const auto owner = m_owner.lock()) {
            Incoming incoming;
            incoming.kind = Incoming::Kind::Raw;
            incoming.bytes.assign(bytes.begin(), bytes.end());
            owner->incoming(std::move(incoming));
        }
    }
    void ended(const net::TransportEnd& end) override {
        const bool asked = m_closing && (end.cause == net::TransportEnd::Cause::PeerFinished ||
                                         end.cause == net::TransportEnd::Cause::Finished);
        // Bytes have no other end than that of TCP.
        const bool inOrder = asked || end.cause == net::TransportEnd::Cause::PeerFinished;
        finish({asked ? std::string() : end.sentence, false, end.cause, !inOrder});
    }

private:
    void readResponse(ByteView bytes) {
        if (!m_response || m_response->finished()) return;
        const bool before = m_response->hasHead();
        m_response->feed(bytes);
        const auto owner = m_owner.lock();
        if (before || !m_response->hasHead() || !owner) return;
        const http::Head response = m_response->head();
        owner->answered(response, {});
        if (!websocket::agreesToWebSocket(response, m_offer ? &*m_offer : nullptr)) return;
        const Judgement judgement = judgeResponse(response, m_offer);
        if (!judgement.sentence.empty()) owner->remark(judgement.sentence);
        if (!judgement.agreement) return;
        owner->changed([&judgement](Status& status) {
            status.wire.compression = judgement.agreement->compression;
            status.wire.upgraded = true;
            status.subprotocol = judgement.agreement->subprotocol;
        });
    }
    void finish(const Ending& ending) {
        const auto owner = m_owner.lock();
        m_owner.reset();
        m_transport.reset();
        if (owner) owner->ended(ending);
    }

    Surroundings m_surroundings;
    std::weak_ptr<ConversationOwner> m_owner;
    std::unique_ptr<HeldTransport> m_transport;
    std::optional<websocket::Offer> m_offer;
    std::optional<ResponseReader> m_response;
    bool m_connected = false;
    bool m_closing = false;
};

}  // namespace

std::shared_ptr<Conversation> makeRaw(const Surroundings& surroundings) {
    return std::make_shared<RawConversation>(surroundings);
}

}  // namespace framescope::client
