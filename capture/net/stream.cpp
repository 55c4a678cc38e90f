#include "capture/net/stream.h"

#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "capture/net/end_sentences.h"
#include "capture/net/endpoints.h"

namespace framescope::net {
namespace {

using Cause = TransportEnd::Cause;
using Kind = IoResult::Kind;

/// How long a peer may take to finish its side after ours, or to take what is left for it.
constexpr std::chrono::milliseconds kFinishTime{2000};
/// Reads, and bytes written, before others on the loop have their turn.
constexpr int kReadsInARow = 8;
constexpr std::size_t kWrittenInARow = 1U << 20;
/// What was sent is cut off the queue's beginning when it is so much and half of it.
constexpr std::size_t kCutQueueAt = 65536;

IoResult resultOf(std::size_t bytes, const asio::error_code& error, Kind waits) {
    if (!error) return {.bytes = bytes};
    if (error == asio::error::would_block || error == asio::error::try_again) {
        return {.kind = waits};
    }
    if (error == asio::error::eof) return {.kind = Kind::End};
    return {.kind = Kind::Failed, .error = errorFrom(error)};
}

}  // namespace

Stream::Stream(std::shared_ptr<Reactor::Loop> loop, asio::ip::tcp::socket socket,
               ConnectionNotes notes, std::chrono::milliseconds idle)
    : m_loop(std::move(loop)),
      m_socket(std::move(socket)),
      m_notes(std::move(notes)),
      m_timer(m_loop->io),
      m_idleTimer(m_loop->io),
      m_idle(idle) {
    asio::error_code ignored;
    m_socket.non_blocking(true, ignored);
    m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    asio::error_code unknown;
    if (const auto local = m_socket.local_endpoint(unknown); !unknown) {
        m_local = endpointFrom(local);
    }
    if (const auto remote = m_socket.remote_endpoint(unknown); !unknown) {
        m_remote = endpointFrom(remote);
    }
    m_peer = m_remote.text();
}

Stream::~Stream() {
    close();
}

IoResult Stream::readSome(std::span<std::uint8_t> out) {
    if (m_tls) return m_tls->read(out);
    asio::error_code error;
    const std::size_t n = m_socket.read_some(asio::buffer(out.data(), out.size()), error);
    return resultOf(n, error, Kind::WaitsForRead);
}

IoResult Stream::writeSome(ByteView bytes) {
    if (m_tls) return m_tls->write(bytes);
    asio::error_code error;
    const std::size_t n = m_socket.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    return resultOf(n, error, Kind::WaitsForWrite);
}

void Stream::secure(std::unique_ptr<TlsSession> session, std::chrono::milliseconds timeout,
                    HandshakeDone done) {
    m_tls = std::move(session);
    m_handshakeDone = std::move(done);
    m_handshakeTime = timeout;
    m_timer.expires_after(timeout);
    m_timer.async_wait([weak = weak_from_this()](const asio::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || !self->m_handshakeDone) return;
        self->endHandshake(TransportEnd{
            Cause::Timeout, self->m_peer + " did not complete the TLS handshake within " +
                                durationText(self->m_handshakeTime) + '.'});
    });
    stepHandshake();
}

void Stream::stepHandshake() {
    if (m_closed || !m_handshakeDone) return;
    const IoResult result = m_tls->handshake();
    if (result.waits()) {
        m_socket.async_wait(
            result.kind == Kind::WaitsForRead ? m_socket.wait_read : m_socket.wait_write,
            [weak = weak_from_this()](const asio::error_code& error) {
                const auto self = weak.lock();
                if (self && !error) self->stepHandshake();
            });
        return;
    }
    if (result.kind == Kind::Bytes) return endHandshake(std::nullopt);
    if (result.kind == Kind::End) m_notes.peerFinished();
    TransportEnd failure = endOf(result, m_peer);
    if (failure.cause == Cause::PeerReset) {
        m_notes.peerReset();
        failure.sentence = m_peer + " reset the connection during the TLS handshake.";
    }
    // A peer that goes away has not let a connection come about.
    if (failure.cause == Cause::PeerFinished) failure.cause = Cause::Failed;
    endHandshake(std::move(failure));
}

void Stream::endHandshake(std::optional<TransportEnd> failure) {
    m_timer.cancel();
    const auto done = std::exchange(m_handshakeDone, nullptr);
    done(std::move(failure));
}

Established Stream::established() const {
    Established info{m_local, m_remote, std::nullopt};
    if (m_tls) info.tls = m_tls->summary();
    return info;
}

void Stream::open(TransportHandler& handler) {
    if (m_closed) return;
    m_handler = &handler;
    m_lastByte = Clock::now();
    if (m_idle.count() > 0) watchIdle();
    readSoon();
}

void Stream::waitReadable() {
    if (std::exchange(m_waitsReadable, true)) return;
    m_socket.async_wait(m_socket.wait_read,
                        [weak = weak_from_this()](const asio::error_code& error) {
                            const auto self = weak.lock();
                            if (!self) return;
                            self->m_waitsReadable = false;
                            if (!error) self->readOn();
                        });
}

void Stream::waitWritable() {
    if (std::exchange(m_waitsWritable, true)) return;
    m_socket.async_wait(m_socket.wait_write,
                        [weak = weak_from_this()](const asio::error_code& error) {
                            const auto self = weak.lock();
                            if (!self) return;
                            self->m_waitsWritable = false;
                            if (error) return;
                            if (std::exchange(self->m_readNeedsWrite, false)) self->readSoon();
                            self->writeOn();
                        });
}

void Stream::readSoon() {
    asio::post(m_loop->io, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->readOn();
    });
}

void Stream::readOn() {
    for (int i = 0; i < kReadsInARow; ++i) {
        if (m_closed || !m_handler || m_endAfterQueue) return;
        if (m_paused) {
            // Nobody will find out by reading.
            if (m_writeFailure) peerEnded(*m_writeFailure);
            return;
        }
        const IoResult result = readSome(m_loop->scratch);
        if (result.waits()) {
            // What had come before the failure was read; nothing more will come.
            if (m_writeFailure) return peerEnded(result);
            if (result.kind == Kind::WaitsForRead) return waitReadable();
            m_readNeedsWrite = true;
            return waitWritable();
        }
        if (result.kind != Kind::Bytes) return peerEnded(result);
        m_lastByte = Clock::now();
        const ByteView bytes = ByteView(m_loop->scratch).first(result.bytes);
        m_notes.received(bytes);
        m_handler->received(bytes);
    }
    readSoon();
}

void Stream::peerEnded(const IoResult& read) {
    // The failure of a write uses up the socket's error; a read would then take it for a FIN.
    const IoResult result = m_writeFailure ? *m_writeFailure : read;
    const TransportEnd how = endOf(result, m_peer);
    if (how.cause == Cause::PeerReset) m_notes.peerReset();
    if (result.kind == Kind::End) {
        m_notes.peerFinished();
        if (m_finSent) return end(Cause::Finished, "The connection was closed, by us first.");
        if (waiting() > 0) {
            m_endAfterQueue = how;
            return watchFinish();
        }
    }
    end(how);
}

std::size_t Stream::writeNow(ByteView bytes) {
    std::size_t done = 0;
    while (done < bytes.size() && done < kWrittenInARow) {
        const ByteView rest = bytes.subspan(done);
        const IoResult result = writeSome(rest);
        if (result.waits()) break;
        if (result.kind != Kind::Bytes) {
            m_writeFailure = result;
            break;
        }
        m_notes.sent(rest.first(result.bytes));
        done += result.bytes;
    }
    if (done > 0) m_lastByte = Clock::now();
    return done;
}

void Stream::send(ByteView bytes) {
    if (m_closed || m_finishing || m_writeFailure || m_endAfterQueue) return;
    if (waiting() == 0) bytes = bytes.subspan(writeNow(bytes));
    if (m_writeFailure) return readSoon();
    if (bytes.empty()) return;
    m_queue.insert(m_queue.end(), bytes.begin(), bytes.end());
    waitWritable();
}

void Stream::writeOn() {
    if (m_closed || m_writeFailure) return;
    const bool waited = waiting() > 0;
    const std::size_t written = writeNow(ByteView(m_queue).subspan(m_sent));
    m_sent += written;
    if (m_writeFailure) {
        forgetQueue();
        return m_endAfterQueue ? end(*m_endAfterQueue) : readSoon();
    }
    if (waiting() > 0) {
        if (m_sent >= kCutQueueAt && m_sent >= m_queue.size() / 2) {
            m_queue.erase(m_queue.begin(), m_queue.begin() + static_cast<std::ptrdiff_t>(m_sent));
            m_sent = 0;
        }
        if (written > 0 && (m_finishing || m_endAfterQueue)) watchFinish();
        return waitWritable();
    }
    forgetQueue();
    if (m_endAfterQueue) return end(*m_endAfterQueue);
    if (m_finishing) return sendFinish();
    if (waited && m_handler) m_handler->drained();
}

void Stream::forgetQueue() {
    m_queue = {};
    m_sent = 0;
}

void Stream::finish() {
    if (m_closed || std::exchange(m_finishing, true) || m_endAfterQueue) return;
    watchFinish();
    if (waiting() == 0) sendFinish();
}

void Stream::sendFinish() {
    if (m_closed || m_finSent || m_writeFailure) return;
    if (m_tls && m_tls->shutDown().kind == Kind::WaitsForWrite) return waitWritable();
    asio::error_code error;
    m_socket.shutdown(m_socket.shutdown_send, error);
    if (error) return readSoon();  // the peer has reset; reading finds out
    m_finSent = true;
    m_notes.weFinished();
    watchFinish();
}

void Stream::watchFinish() {
    m_timer.expires_after(kFinishTime);
    m_timer.async_wait([weak = weak_from_this()](const asio::error_code& error) {
        const auto self = weak.lock();
        // Where it was set anew while this call was on its way, there is time left.
        if (error || !self || self->m_timer.expiry() > Clock::now()) return;
        if (self->m_endAfterQueue) return self->end(*self->m_endAfterQueue);
        self->end(Cause::Finished, self->m_finSent
                                       ? self->m_peer + " did not close its side within " +
                                             durationText(kFinishTime) + " of ours."
                                       : self->m_peer + " took no more of what was left to send.");
    });
}

void Stream::watchIdle() {
    m_idleTimer.expires_at(m_lastByte + m_idle);
    m_idleTimer.async_wait([weak = weak_from_this()](const asio::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->m_closed) return;
        if (Clock::now() < self->m_lastByte + self->m_idle) return self->watchIdle();
        self->end(Cause::Timeout, "Nothing has passed between us and " + self->m_peer + " for " +
                                      durationText(self->m_idle) + '.');
    });
}

void Stream::end(Cause cause, std::string sentence) {
    if (m_closed) return;
    close();
    TransportHandler* const handler = std::exchange(m_handler, nullptr);
    if (handler) handler->ended({cause, std::move(sentence)});
}

void Stream::pauseReading(bool paused) {
    if (std::exchange(m_paused, paused) && !paused) readSoon();
}

void Stream::reset() {
    if (m_closed) return;
    asio::error_code ignored;
    m_socket.set_option(asio::socket_base::linger(true, 0), ignored);
    m_notes.weReset();
    m_handler = nullptr;
    m_tls.reset();
    close();
}

void Stream::close() {
    if (std::exchange(m_closed, true)) return;
    m_timer.cancel();
    m_idleTimer.cancel();
    m_handshakeDone = nullptr;
    forgetQueue();
    if (m_tls && !m_finSent && !m_writeFailure) m_tls->shutDown();
    // The system sends FIN, or RST where bytes came that nobody has read (RFC 1122, 4.2.2.13).
    asio::error_code error;
    const bool unread = m_socket.available(error) > 0 && !error;
    if (unread) {
        m_notes.weReset();
    } else if (!m_finSent) {
        m_notes.weFinished();
    }
    m_notes.closed();
    m_socket.close(error);
}

}  // namespace framescope::net
