// The server's end of one WebSocket (RFC 6455, RFC 7692): reads frames as they come, puts messages
// together, answers pings and closes, and ends the connection where the client breaks the protocol,
// with the code that the RFC asks for. What the messages mean is the business of an application.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "capture/net/reactor.h"
#include "capture/server/message_sender.h"
#include "capture/server/stream_handler.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/inflater.h"

namespace framescope::server {

class ClientEntry;
class WebSocketPeer;

class WebSocketApp {
public:
    virtual ~WebSocketApp() = default;
    virtual void opened(WebSocketPeer& peer) = 0;
    virtual void message(WebSocketPeer& peer, bool binary, ByteView payload) = 0;
    /// The peer is gone, or is closing: nothing is sent or received any more. Called once; alone,
    /// where the connection ended before the peer was opened.
    virtual void closed(const std::string& sentence) = 0;
};

struct WebSocketOptions {
    Compression compression;
    std::uint64_t mostMessage = 16U << 20;
    FaultList faults;
    ClientEntry* client = nullptr;  ///< counts messages; null: nobody does
};

class WebSocketPeer final : public StreamHandler {
public:
    WebSocketPeer(net::Reactor& reactor, WebSocketOptions options,
                  std::unique_ptr<WebSocketApp> app);
    ~WebSocketPeer() override;

    // For the application
    void send(bool binary, ByteView payload);
    /// Begins the closing handshake; without a code the close frame is empty.
    void close(std::optional<std::uint16_t> code, std::string_view reason, std::string sentence);

    // StreamHandler
    void opened(StreamOwner& owner) override;
    void received(ByteView bytes) override;
    void ended() override;

private:
    enum class State : std::uint8_t {
        Open,
        Closing,  ///< we have sent a close frame and wait for the client's
        Over,     ///< nothing is read any more
    };

    void header(const websocket::FrameHeader& frame);
    void payload(ByteView masked);
    void endFrame();
    void endMessage();
    void control();
    void take(ByteView plain);
    void fail(std::uint16_t code, const std::string& why);
    void misbehave();
    void tellClosed(const std::string& sentence);

    net::Reactor::Timer m_timer;  ///< for the client's close frame
    WebSocketOptions m_options;
    std::unique_ptr<WebSocketApp> m_app;
    StreamOwner* m_owner = nullptr;
    std::unique_ptr<MessageSender> m_sender;
    websocket::Inflater m_inflater;
    State m_state = State::Open;
    bool m_told = false;
    // The frame being read:
    Bytes m_header;  ///< its beginning, until the header is complete
    std::optional<websocket::FrameHeader> m_frame;
    std::uint64_t m_read = 0;
    Bytes m_control;  ///< payload of a control frame
    // The message being read:
    std::optional<std::uint8_t> m_opcode;
    bool m_compressed = false;
    Bytes m_message;
    Utf8Validator m_utf8;
    Bytes m_scratch;
};

}  // namespace framescope::server
