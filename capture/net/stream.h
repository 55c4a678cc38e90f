// An established connection, of a client or of a server: moves bytes, notes them, and sees how it
// ends. The transports that others hold are handles on it.
//
// Nothing here waits: what can be read or written now is, and the loop calls when there is more.
// Calls from the loop know the stream weakly and hold it while they last, so that a handler may
// destroy its transport at any time; after each call of the handler it is asked whether it is still
// there.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "capture/net/connection_notes.h"
#include "capture/net/io_result.h"
#include "capture/net/loop.h"
#include "capture/net/tls_session.h"
#include "capture/net/transport.h"

namespace framescope::net {

class Stream : public std::enable_shared_from_this<Stream> {
public:
    using Clock = std::chrono::steady_clock;
    using HandshakeDone = std::function<void(std::optional<TransportEnd>)>;

    /// `socket` is connected. `idle`: 0 is for ever; counts from open() on.
    Stream(std::shared_ptr<Reactor::Loop> loop, asio::ip::tcp::socket socket, ConnectionNotes notes,
           std::chrono::milliseconds idle);
    ~Stream();

    const Endpoint& local() const { return m_local; }
    const Endpoint& remote() const { return m_remote; }
    /// What the other side is called in sentences; its address unless it was given a name.
    const std::string& peer() const { return m_peer; }
    void callPeer(std::string name) { m_peer = std::move(name); }
    /// For what is said before open().
    asio::ip::tcp::socket& socket() { return m_socket; }
    ConnectionNotes& notes() { return m_notes; }

    /// From here on bytes pass through TLS; `done` is called with what went wrong, if anything.
    void secure(std::unique_ptr<TlsSession> session, std::chrono::milliseconds timeout,
                HandshakeDone done);
    /// Bytes may flow, and are read from now on.
    void open(TransportHandler& handler);
    Established established() const;

    // As in Transport.
    void send(ByteView bytes);
    std::size_t waiting() const { return m_queue.size() - m_sent; }
    void finish();
    void reset();
    void pauseReading(bool paused);
    /// Closes without a word to the handler.
    void close();

private:
    IoResult readSome(std::span<std::uint8_t> out);
    IoResult writeSome(ByteView bytes);

    void stepHandshake();
    void endHandshake(std::optional<TransportEnd> failure);

    void waitReadable();
    void waitWritable();
    void readSoon();
    void readOn();
    void writeOn();
    std::size_t writeNow(ByteView bytes);
    void forgetQueue();

    void peerEnded(const IoResult& read);
    void sendFinish();
    void watchFinish();
    void watchIdle();
    void end(TransportEnd::Cause cause, std::string sentence);
    void end(const TransportEnd& end) { this->end(end.cause, end.sentence); }

    std::shared_ptr<Reactor::Loop> m_loop;
    asio::ip::tcp::socket m_socket;
    ConnectionNotes m_notes;
    std::unique_ptr<TlsSession> m_tls;
    TransportHandler* m_handler = nullptr;  ///< from open() on, until it was told of the end
    Endpoint m_local;
    Endpoint m_remote;
    std::string m_peer;

    HandshakeDone m_handshakeDone;
    std::chrono::milliseconds m_handshakeTime{};
    asio::steady_timer m_timer;  ///< of the handshake, later of finishing
    asio::steady_timer m_idleTimer;
    std::chrono::milliseconds m_idle;
    Clock::time_point m_lastByte{};

    Bytes m_queue;           ///< what the socket did not take
    std::size_t m_sent = 0;  ///< bytes of it that went since it was made
    std::optional<IoResult> m_writeFailure;
    std::optional<TransportEnd> m_endAfterQueue;  ///< the peer has finished, we have bytes left
    bool m_waitsReadable = false;
    bool m_waitsWritable = false;
    bool m_readNeedsWrite = false;
    bool m_paused = false;
    bool m_finishing = false;
    bool m_finSent = false;
    bool m_closed = false;
};

}  // namespace framescope::net
