// What came is looked at where it lies in the socket (MSG_PEEK) and then taken out up to the head's
// end, so that nothing has to be handed on.
#include "capture/net/proxy_tunnel.h"

#include <openssl/evp.h>
#include <utility>

#include "capture/net/end_sentences.h"
#include "capture/net/endpoints.h"
#include "dissector/http/start_line.h"

namespace framescope::net {
namespace {

/// Bytes of an answer's head at the most.
constexpr std::size_t kMaxHead = 65536;
/// Interim answers that are passed over.
constexpr int kMaxInterim = 32;

std::string base64(const std::string& text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int length = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                         reinterpret_cast<const unsigned char*>(text.data()),
                                         static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

Bytes connectRequest(const std::string& target, const std::string& userInfo) {
    http::Head head;
    head.method = "CONNECT";
    head.target = target;
    head.version = "HTTP/1.1";
    const auto add = [&head](std::string name, std::string value) {
        http::Header header;
        header.name = std::move(name);
        header.value = std::move(value);
        head.headers.push_back(std::move(header));
    };
    add("Host", target);
    if (!userInfo.empty()) add("Proxy-Authorization", "Basic " + base64(userInfo));
    Bytes bytes;
    ByteWriter out(bytes);
    http::encode(head, out);
    return bytes;
}

bool mustWait(const asio::error_code& error) {
    return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

ProxyTunnel::ProxyTunnel(std::shared_ptr<Stream> stream, std::string target,
                         const std::string& userInfo, Done done)
    : m_stream(std::move(stream)),
      m_target(std::move(target)),
      m_done(std::move(done)),
      m_request(connectRequest(m_target, userInfo)) {}

void ProxyTunnel::ask() {
    write();
}

void ProxyTunnel::write() {
    auto& socket = m_stream->socket();
    while (m_written < m_request.size()) {
        asio::error_code error;
        const ByteView rest = ByteView(m_request).subspan(m_written);
        const std::size_t n = socket.write_some(asio::buffer(rest.data(), rest.size()), error);
        if (mustWait(error)) {
            socket.async_wait(socket.wait_write,
                              [weak = weak_from_this()](const asio::error_code& failed) {
                                  const auto self = weak.lock();
                                  if (self && !failed) self->write();
                              });
            return;
        }
        // Reading finds out why, and perhaps an answer that came before.
        if (error) break;
        m_stream->notes().sent(rest.first(n));
        m_written += n;
    }
    read();
}

void ProxyTunnel::readWhenThereIsMore() {
    auto& socket = m_stream->socket();
    socket.async_wait(socket.wait_read, [weak = weak_from_this()](const asio::error_code& failed) {
        const auto self = weak.lock();
        if (self && !failed) self->read();
    });
}

void ProxyTunnel::read() {
    auto& socket = m_stream->socket();
    Bytes chunk(4096);
    while (m_done) {
        asio::error_code error;
        std::size_t n = socket.receive(asio::buffer(chunk), asio::socket_base::message_peek, error);
        if (mustWait(error)) return readWhenThereIsMore();
        if (error == asio::error::eof) {
            m_stream->notes().peerFinished();
            return fail("closed the connection before it had answered");
        }
        if (error) {
            const TransportEnd end = endOf({IoResult::Kind::Failed, 0, errorFrom(error), {}},
                                           "The proxy " + m_stream->peer());
            if (end.cause == TransportEnd::Cause::PeerReset) m_stream->notes().peerReset();
            return this->end(end);
        }
        const auto head = m_headEnd.feed(ByteView(chunk).first(n));
        if (head) n = *head;
        n = socket.read_some(asio::buffer(chunk.data(), n), error);
        const ByteView taken = ByteView(chunk).first(n);
        m_stream->notes().received(taken);
        m_head.insert(m_head.end(), taken.begin(), taken.end());
        if (http::looksLikeHttp(m_head) == http::Verdict::No || m_head.size() > kMaxHead) {
            return fail("does not answer as HTTP does");
        }
        if (head && judge()) return;
    }
}

bool ProxyTunnel::judge() {
    const auto parsed = http::parseHead(m_head);
    const http::Head* const head = parsed ? &*parsed : nullptr;
    if (head == nullptr || head->kind != http::HeadKind::Response || head->startLineMalformed) {
        fail("does not answer as HTTP does");
        return true;
    }
    if (head->status >= 100 && head->status < 200) {
        if (++m_interim > kMaxInterim) {
            fail("sends one interim answer after the other, and none that counts");
            return true;
        }
        m_head.clear();
        m_headEnd = {};
        return false;
    }
    if (head->status >= 200 && head->status < 300) {
        end(std::nullopt);
        return true;
    }
    std::string status = std::to_string(head->status);
    if (!head->phrase.empty()) status += ' ' + head->phrase;
    fail("refused to connect to " + m_target + ": " + status);
    return true;
}

void ProxyTunnel::fail(const std::string& what, TransportEnd::Cause cause) {
    end(TransportEnd{cause, "The proxy " + m_stream->peer() + ' ' + what + '.'});
}

void ProxyTunnel::end(std::optional<TransportEnd> failure) {
    if (const auto done = std::exchange(m_done, nullptr)) done(std::move(failure));
}

}  // namespace framescope::net
