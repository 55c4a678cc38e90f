// Requests that come while one is being answered wait in the reader; when too much waits, nothing
// is read. The same holds for a client that does not read what it is sent: reading and answering
// pause, and a client that takes nothing for a while is cut.
#include "capture/server/connection.h"

#include <array>
#include <charconv>
#include <utility>

#include "dissector/http/body.h"

namespace framescope::server {
namespace {

/// Pipelined bytes that wait behind a request that is not answered yet.
constexpr std::size_t kMostPipelined = 256U << 10;
/// From so many bytes on that wait for the client, nothing more is read from it.
constexpr std::size_t kPauseAt = 12U << 20;
/// A client for which that much waits must take some of it in this time.
constexpr std::chrono::seconds kMostStalled{30};

std::string chunkSize(std::size_t size) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), size, 16).ptr;
    return std::string(text.data(), end) + "\r\n";
}

}  // namespace

Connection::Connection(ConnectionHost& host, std::uint64_t id,
                       std::unique_ptr<net::AcceptedTransport> transport)
    : m_host(host),
      m_id(id),
      m_address(transport->info().remote.text()),
      m_transport(std::move(transport)),
      m_outlet(host.reactor(), *m_transport,
               [this] {
                   cut("The client does not read: more than " +
                       std::to_string(Outlet::kMostWaiting >> 20) + " MiB waited for it.");
               }),
      m_inlet(host.reactor(), *m_transport, [this](ByteView bytes) { take(bytes); }),
      m_reader(host.mostBody()),
      m_stalled(host.reactor()) {}

Connection::~Connection() {
    if (std::exchange(m_over, true)) return;
    if (m_stream) m_stream->ended();
    if (m_exchange) m_exchange->lose();
}

void Connection::start() {
    const FaultList faults = m_host.faultsOfServer();
    m_outlet.setFaults(faults);
    m_inlet.setFaults(faults);
    m_transport->attach(*this);
}

void Connection::established(const net::Established&) {}

void Connection::received(ByteView bytes) {
    m_outlet.cork();
    m_inlet.received(bytes);
    m_outlet.uncork();
    // Requests may have been left because too much was collected for the client.
    serve();
}

void Connection::drained() {
    serve();
}

void Connection::ended(const net::TransportEnd& end) {
    over(end.sentence);
}

void Connection::take(ByteView bytes) {
    if (m_over) return;
    if (m_stream) {
        m_stream->received(bytes);
        return;
    }
    if (m_outlet.isClosed()) return;
    m_reader.feed(bytes);
    serve();
}

void Connection::serve() {
    if (std::exchange(m_serving, true)) return;
    while (!m_exchange && !m_stream && !m_over && !m_outlet.isClosed() &&
           m_outlet.waiting() <= kPauseAt) {
        auto request = m_reader.next();
        if (!request) break;
        m_keepAlive = http::keepsAlive(request->head);
        m_head = request->is("HEAD");
        auto faults = m_host.faultsOf(*request);
        m_exchange = std::make_shared<Exchange>(
            static_cast<ExchangeEnd&>(*this), std::move(*request), faults ? *faults : FaultList());
        if (!faults) {
            m_exchange->answer(400, faults.error().sentence);
            continue;
        }
        m_outlet.setFaults(*faults);
        m_inlet.setFaults(*faults);
        m_host.handle(m_exchange);
    }
    m_serving = false;
    if (m_reader.fault() && !m_exchange && !m_stream && !m_outlet.isClosed()) {
        refuse(*m_reader.fault());
    }
    if (m_reader.takeExpectation()) m_outlet.send(asBytes("HTTP/1.1 100 Continue\r\n\r\n"));
    watchWaiting();
}

void Connection::refuse(const BadRequest& bad) {
    client();
    m_keepAlive = false;
    m_head = false;
    send(textResponse(bad.status, bad.sentence), false);
}

void Connection::writeHead(const Response& response) {
    http::Head head;
    head.kind = http::HeadKind::Response;
    head.version = "HTTP/1.1";
    head.status = response.status;
    head.phrase = statusPhrase(response.status);
    head.headers = response.headers;
    Bytes bytes;
    ByteWriter writer(bytes);
    http::encode(head, writer);
    m_outlet.send(bytes);
}

void Connection::send(Response response, bool more) {
    const bool oldClient = m_exchange && m_exchange->request().head.version == "HTTP/1.0";
    // RFC 9110 sections 6.4.1 and 8.6: these have no body.
    const bool bodiless = response.status == 204 || response.status == 304;
    m_chunked = more && !oldClient && !bodiless;
    if (more && oldClient) m_keepAlive = false;
    if (m_chunked) {
        response.add("Transfer-Encoding", "chunked");
    } else if (!more && !bodiless) {
        response.add("Content-Length", std::to_string(response.body.size()));
    }
    if (!m_keepAlive) {
        response.add("Connection", "close");
    } else if (oldClient) {
        response.add("Connection", "keep-alive");
    }
    writeHead(response);
    if (!more) {
        if (!m_head && !bodiless) m_outlet.send(response.body);
        m_chunked = false;
        answered();
    }
}

void Connection::sendPart(ByteView bytes) {
    if (bytes.empty() || m_head) return;
    if (!m_chunked) {
        m_outlet.send(bytes);
        return;
    }
    Bytes chunk;
    ByteWriter writer(chunk);
    writer.text(chunkSize(bytes.size()));
    writer.bytes(bytes);
    writer.text("\r\n");
    m_outlet.send(chunk);
}

void Connection::endBody() {
    if (m_chunked && !m_head) m_outlet.send(asBytes("0\r\n\r\n"));
    answered();
}

void Connection::answered() {
    m_exchange.reset();
    if (m_over) return;
    if (!m_keepAlive) {
        m_outlet.finish();
    } else {
        serve();
    }
}

void Connection::switchTo(Response response, std::unique_ptr<StreamHandler> handler) {
    writeHead(response);
    m_exchange.reset();
    if (m_over) {
        // The client was cut for what already waited for it.
        handler->ended();
        return;
    }
    m_stream = std::move(handler);
    m_stream->opened(*this);
    const Bytes rest = m_reader.takeRest();
    if (!rest.empty() && !m_over) m_stream->received(rest);
}

void Connection::reset(std::string sentence) {
    cut(std::move(sentence));
}

void Connection::cut(std::string sentence) {
    m_outlet.reset();
    over(std::move(sentence));
}

void Connection::noteEnding(std::string sentence) {
    if (m_entry) m_entry->end(std::move(sentence));
}

ClientEntry& Connection::client() {
    if (!m_entry) m_entry = m_host.clients().add(m_address, "HTTP");
    return *m_entry;
}

void Connection::watchWaiting() {
    if (m_over) return;
    const std::size_t waiting = m_outlet.waiting();
    const bool clogged = waiting > kPauseAt;
    const bool busy = m_exchange && m_reader.unread() > kMostPipelined;
    if (m_inlet.isPaused() != (clogged || busy)) m_inlet.pause(clogged || busy);
    if (!clogged) {
        m_stalled.stop();
    } else if (!m_stalled.isRunning()) {
        m_waitedBefore = waiting;
        m_stalled.start(kMostStalled, [this] {
            if (m_outlet.waiting() < m_waitedBefore) {
                serve();
            } else {
                cut("The client does not read: it took nothing for " +
                    std::to_string(kMostStalled.count()) + " seconds.");
            }
        });
    }
}

void Connection::over(std::string sentence) {
    if (std::exchange(m_over, true)) return;
    m_stalled.stop();
    m_inlet.close();
    // What the handler has to say of its end is the better sentence.
    if (m_stream) m_stream->ended();
    noteEnding(std::move(sentence));
    if (const auto exchange = std::exchange(m_exchange, nullptr)) exchange->lose();
    m_host.retire(m_id);
}

}  // namespace framescope::server
