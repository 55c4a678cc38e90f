// One WebSocket connection: handshake, frames, pings, the closing handshake (RFC 6455). What is
// spoken on it is its owner's business.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "capture/client/conversation.h"
#include "capture/client/frame_reader.h"
#include "capture/client/handshake_request.h"
#include "capture/client/held_transport.h"
#include "capture/client/response_reader.h"
#include "capture/net/transport.h"

namespace framescope::client {

class WebSocketLink final : public net::TransportHandler,
                            public FrameSink,
                            public std::enable_shared_from_this<WebSocketLink> {
public:
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void linkEstablished(const net::Established& peer) = 0;
        virtual void linkAnswered(const http::Head& response, const std::string& body) = 0;
        virtual void linkOpened(const Agreement& agreement) = 0;
        virtual void linkMessage(bool text, Bytes bytes) = 0;
        virtual void linkControl(websocket::Opcode opcode, ByteView payload) = 0;
        virtual void linkRemark(const std::string& sentence) = 0;
        /// The peer broke the protocol, and the connection ends for it. `header`: the one that is
        /// wrong in the answer to the handshake; empty where frames are.
        virtual void linkViolated(const std::string& sentence, const std::string& header) = 0;
        /// A close frame was sent (`ours`) or received.
        virtual void linkClosing(bool ours, const websocket::CloseBody& body) = 0;
        virtual void linkEnded(const Ending& ending) = 0;
    };

    /// Bytes of a refusal's body that are kept.
    static constexpr std::size_t kMaxRefusal = 16U << 10;
    /// While more bytes than this wait for a peer that does not read, nothing is answered by
    /// itself: it could make us keep as many answers as it likes.
    static constexpr std::size_t kMaxBacklog = 1U << 20;

    WebSocketLink(const Surroundings& surroundings, std::string target);

    void start(std::weak_ptr<Owner> owner);
    /// Frames can be sent.
    bool isOpen() const { return m_stage == Stage::Open; }
    /// Bytes can be sent.
    bool isConnected() const {
        return m_transport != nullptr && m_connected && !m_peerEnded && !m_finished;
    }
    /// The server has closed it, and that was answered: nothing that is sent would be read.
    bool isClosedByServer() const { return m_closeReceived && m_closeSent && !m_closeAsked; }
    /// So many bytes wait to be sent that answers should be left out.
    bool isBacklogged() const { return waiting() > kMaxBacklog; }
    /// Bytes that the socket did not take yet.
    std::size_t waiting() const { return m_transport ? m_transport->waiting() : 0; }
    /// Sends frames, or bytes; a close frame among the frames counts as ours.
    void send(const compose::Prepared& prepared);
    /// Sends one frame, masked with a random key.
    void sendFrame(websocket::Opcode opcode, ByteView payload);
    /// Sends a close frame unless one was sent, and awaits the peer's.
    void close(std::optional<std::uint16_t> code, const std::string& reason);
    /// Ends now, saying this sentence unless there is a better one; without a word of WebSocket.
    void giveUp(const std::string& sentence);
    void cut();
    /// Its owner hears nothing any more and the connection is closed.
    void abandon();

    void setAnswersPings(bool answers) { m_answersPings = answers; }

    // net::TransportHandler
    void established(const net::Established& info) override;
    void received(ByteView bytes) override;
    void ended(const net::TransportEnd& end) override;
    // FrameSink
    void message(bool text, Bytes bytes) override;
    void control(websocket::Opcode opcode, ByteView payload) override;
    void frameRemark(const std::string& sentence) override;

private:
    enum class Stage : std::uint8_t { Connecting, Handshaking, Open, Ended };

    void readResponse(ByteView bytes);
    void readFrames(ByteView bytes);
    void responseComplete();
    void refuse();
    void switchTo(const http::Head& response);
    void receivedClose(ByteView payload);
    void noteSentClose(const websocket::CloseBody& body);
    void noteFrame(ByteView frame);
    void fail(std::uint16_t code, const std::string& sentence);
    void finish(Ending ending);
    std::shared_ptr<Owner> owner() const { return m_owner.lock(); }

    Surroundings m_surroundings;
    HandshakeRequest m_request;
    std::weak_ptr<Owner> m_owner;
    std::unique_ptr<HeldTransport> m_transport;
    Stage m_stage = Stage::Connecting;
    bool m_connected = false;
    bool m_peerEnded = false;
    bool m_finished = false;  ///< our direction, as we failed the connection
    std::optional<net::TransportEnd::Cause> m_endCause;
    ResponseReader m_response;
    std::optional<FrameReader> m_frames;
    bool m_answersPings;
    bool m_answersClose;
    bool m_closeAsked = false;  ///< by us, before the peer's close frame
    std::optional<websocket::CloseBody> m_closeSent;
    std::optional<websocket::CloseBody> m_closeReceived;
    std::string m_failure;  ///< why we failed the connection
};

/// A control frame as the client's observer gets it.
Incoming controlIncoming(websocket::Opcode opcode, ByteView payload);
/// Notes a close frame in the status and begins the closing.
void tellClosing(ConversationOwner& owner, bool ours, const websocket::CloseBody& body);
/// Notes in the status how the peer broke the protocol.
void tellViolation(ConversationOwner& owner, const std::string& sentence,
                   const std::string& header);

/// Bytes of real chance, for masking keys.
std::array<std::uint8_t, 4> randomMaskingKey();

}  // namespace framescope::client
