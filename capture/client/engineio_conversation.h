// A session of Engine.IO, with Socket.IO on top where that is asked for: opened by polling or by
// WebSocket, upgraded from the one to the other, kept alive by heartbeats.
//
// While the upgrade switches over, nothing can be sent: what is on its way by polling must arrive
// before the WebSocket takes over, or the order would be lost.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/client/conversation.h"
#include "capture/client/engineio_polling.h"
#include "capture/client/socketio_session.h"
#include "capture/client/websocket_link.h"

namespace framescope::client {

class EngineIoConversation final : public Conversation,
                                   public EngineIoPolling::Owner,
                                   public WebSocketLink::Owner,
                                   public std::enable_shared_from_this<EngineIoConversation> {
public:
    explicit EngineIoConversation(const Surroundings& surroundings);

    // Conversation
    void start(std::weak_ptr<ConversationOwner> owner) override;
    Readiness readiness(const compose::Draft& draft) const override;
    Result<bool> send(const compose::Draft& draft, const compose::Prepared& prepared) override;
    std::size_t waiting() const override;
    void close(std::optional<std::uint16_t> code, const std::string& reason) override;
    void giveUp(const std::string& sentence) override;
    void cut() override;
    void abandon() override;
    void setAnswersPings(bool answers) override;
    void setAnswersHeartbeats(bool answers) override { m_answersHeartbeats = answers; }

    // EngineIoPolling::Owner
    void pollingEstablished(const net::Established& peer) override;
    void pollingPacket(const engineio::Packet& packet) override;
    void pollingRemark(const std::string& sentence) override;
    void pollingPaused() override;
    void pollingDrained() override;
    void pollingFailed(const HttpAnswer& answer, const std::string& sentence) override;

    // WebSocketLink::Owner
    void linkEstablished(const net::Established& peer) override;
    void linkAnswered(const http::Head& response, const std::string& body) override;
    void linkOpened(const Agreement& agreement) override;
    void linkMessage(bool text, Bytes bytes) override;
    void linkControl(websocket::Opcode opcode, ByteView payload) override;
    void linkRemark(const std::string& sentence) override;
    void linkViolated(const std::string& sentence, const std::string& header) override;
    void linkClosing(bool ours, const websocket::CloseBody& body) override;
    void linkEnded(const Ending& ending) override;

private:
    enum class Phase : std::uint8_t {
        Opening,    ///< until the open packet
        Polling,    ///< perhaps with a WebSocket that is being probed beside it
        Switching,  ///< the probe was answered; polling is being brought to its end
        WebSocket,
        Ended,
    };

    std::string target(std::string_view transport) const;
    void packet(const engineio::Packet& packet, bool onProbe);
    void openPacket(const engineio::Packet& packet);
    void message(const engineio::Packet& packet);
    void take(SocketIoSession::Outcome outcome);
    void serverClosed();
    void openSocketIo();
    void beginProbe();
    void probeFailed(const std::string& why);
    /// A packet of our own, by whatever carries the session.
    void sendPacket(engineio::PacketType type, std::string_view data = {});
    /// Whether the peer takes what is sent, so that its pings may be answered.
    bool takesAnswers() const;
    void beginHeartbeat();
    void heartbeatDue();
    void failSession(const std::string& sentence);
    void finish(Ending ending);
    void letGo();
    template <typename Change>
    void change(const Change& change);
    void after(net::Reactor::Timer& timer, std::chrono::milliseconds delay,
               void (EngineIoConversation::*what)());
    void probeTimedOut();

    Surroundings m_surroundings;
    std::weak_ptr<ConversationOwner> m_owner;
    std::uint8_t m_revision;
    std::shared_ptr<EngineIoPolling> m_polling;
    std::shared_ptr<WebSocketLink> m_link;
    std::optional<SocketIoSession> m_socketIo;
    Phase m_phase = Phase::Opening;
    bool m_established = false;
    bool m_told = false;  ///< opened() was called
    bool m_answersHeartbeats;
    std::string m_sid;
    std::chrono::milliseconds m_pingInterval{25'000};
    std::chrono::milliseconds m_pingTimeout{20'000};
    bool m_pongAwaited = false;  ///< revision 3
    Agreement m_agreement;       ///< of the WebSocket that is being probed
    std::vector<std::pair<engineio::PacketType, std::string>> m_held;  ///< until switched over
    bool m_closing = false;
    struct Close {
        std::optional<std::uint16_t> code;
        std::string reason;
    };
    std::optional<Close> m_closeLater;  ///< once switched over
    std::string m_failure;              ///< why the session ends, where we end it
    bool m_serverClosed = false;        ///< m_failure is that the server has closed it
    net::Reactor::Timer m_heartbeat;
    net::Reactor::Timer m_probeTimer;
};

}  // namespace framescope::client
