// One Engine.IO session of the server (protocol revisions 3 and 4): what is to be sent, by
// whichever transport the client has at the moment, the upgrade from polling to WebSocket, and the
// heartbeat.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/server/client_table.h"
#include "capture/server/engine_app.h"
#include "capture/server/exchange.h"
#include "capture/server/websocket_peer.h"
#include "dissector/engineio/packet.h"

namespace framescope::server {

class EngineServer;

/// What the server tells of itself, and its limits.
struct EngineOptions {
    std::string name;  ///< "Engine.IO", "Socket.IO": for the list of clients
    std::chrono::milliseconds pingInterval{25'000};
    std::chrono::milliseconds pingTimeout{20'000};
    std::uint64_t mostPayload = 16U << 20;
};

/// A packet that waits for its transport.
struct EnginePacket {
    engineio::PacketType type = engineio::PacketType::Noop;
    bool binary = false;
    Bytes data;
};

class EngineSession final : public EngineChannel,
                            public std::enable_shared_from_this<EngineSession> {
public:
    /// Memory that packets for a polling client may take; beyond it the session is closed.
    static constexpr std::size_t kMostQueued = 16U << 20;

    EngineSession(EngineServer& server, net::Reactor& reactor, const EngineOptions& options,
                  std::string sid, const Exchange& opening, std::unique_ptr<EngineApp> app,
                  std::unique_ptr<ClientEntry> client);

    const std::string& sid() const { return m_sid; }
    bool isPolling() const { return m_socket == nullptr; }

    /// The handshake came by polling: answers it with the open packet.
    void openByPolling(const std::shared_ptr<Exchange>& exchange);
    /// The application of a WebSocket that opens this session, or upgrades it.
    std::unique_ptr<WebSocketApp> openingSocket();
    std::unique_ptr<WebSocketApp> upgradingSocket();
    bool isUpgrading() const { return m_probe != nullptr; }

    void poll(const std::shared_ptr<Exchange>& exchange);
    void post(const std::shared_ptr<Exchange>& exchange);

    // EngineChannel
    void send(bool binary, ByteView data) override;
    void close(std::string sentence) override;
    std::uint8_t revision() const override { return m_revision; }
    const FaultList& faults() const override { return m_faults; }
    std::string queryParameter(std::string_view name) const override;

private:
    class Socket;

    void open();
    std::string handshake() const;
    void enqueue(EnginePacket packet);
    void flush();
    void answerPoll();
    void sendOn(WebSocketPeer& socket, const EnginePacket& packet);
    /// A packet from the client; false where it breaks the protocol.
    bool take(const engineio::Packet& packet);
    bool takeAll(std::string_view payload, bool binary);
    void startHeartbeat();
    void awaitHeartbeat();
    void socketOpened(WebSocketPeer& socket, bool upgrades);
    void socketMessage(WebSocketPeer& socket, bool binary, ByteView payload);
    void socketClosed(WebSocketPeer& socket, const std::string& sentence);
    void probe(WebSocketPeer& socket, const engineio::Packet& packet);
    void checkUpgrade();
    void pushPollOut();
    void label();

    EngineServer& m_server;
    EngineOptions m_options;
    std::string m_sid;
    Request m_opening;  ///< without its body
    FaultList m_faults;
    std::uint8_t m_revision;
    bool m_base64;  ///< the client asked for binary data as base64
    std::unique_ptr<EngineApp> m_app;
    std::unique_ptr<ClientEntry> m_client;
    std::vector<EnginePacket> m_queue;
    std::size_t m_queued = 0;  ///< bytes that it takes, empty packets too
    std::shared_ptr<Exchange> m_poll;
    WebSocketPeer* m_socket = nullptr;  ///< the transport, once it is one
    WebSocketPeer* m_probe = nullptr;   ///< a WebSocket that wants to become it
    net::Reactor::Timer m_heartbeat;
    net::Reactor::Timer m_upgrade;
    bool m_probed = false;
    int m_checks = 0;  ///< of an upgrade that goes on
    std::uint64_t m_received = 0;
    bool m_opened = false;
    bool m_over = false;
};

}  // namespace framescope::server
