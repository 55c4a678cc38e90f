#include "capture/client/http_link.h"

#include <utility>

namespace framescope::client {

void HttpLink::open() {
    m_connected = false;
    m_kept = false;
    m_transport.reset();
    m_transport = std::make_unique<HeldTransport>(m_surroundings, weak_from_this());
}

void HttpLink::request(Bytes bytes, std::string method, Done done) {
    m_request = std::move(bytes);
    m_method = std::move(method);
    m_done = std::move(done);
    if (!m_transport) {
        open();
    } else if (m_connected) {
        sendRequest();
    }
}

void HttpLink::sendRequest() {
    m_response.emplace(m_method, kMaxBody, false);
    m_transport->send(m_request);
}

void HttpLink::established(const net::Established& info) {
    m_connected = true;
    // A copy, since what is called may abandon the link.
    if (const Established tell = m_onEstablished) tell(info);
    if (m_transport && m_done) sendRequest();
}

void HttpLink::received(ByteView bytes) {
    if (!m_response) {
        // Nobody asked: what follows would be taken for the answer to the next request.
        m_transport.reset();
        return;
    }
    const std::size_t taken = m_response->feed(bytes);
    if (!m_response->finished()) return;
    HttpAnswer result{m_response->head(), m_response->body(), m_response->fault()};
    if (m_response->keepsAlive() && taken == bytes.size()) {
        m_kept = true;
    } else {
        m_transport.reset();
    }
    m_response.reset();
    answer(result);
}

void HttpLink::ended(const net::TransportEnd& end) {
    m_transport.reset();
    m_connected = false;
    if (!m_done) return;
    const bool unanswered = m_response && m_response->untouched() && m_kept;
    if (unanswered && m_method == "GET") {
        m_response.reset();
        open();
        return;
    }
    HttpAnswer result;
    result.fault = end.sentence;
    if (m_response && end.cause == net::TransportEnd::Cause::PeerFinished) {
        m_response->end();
        result = {m_response->head(), m_response->body(), m_response->fault()};
    }
    if (unanswered) {
        result.fault += " The " + m_method + " is not sent again: the server may have it already.";
    }
    m_response.reset();
    answer(result);
}

void HttpLink::answer(const HttpAnswer& answer) {
    m_request = {};
    if (const Done done = std::exchange(m_done, nullptr)) done(answer);
}

void HttpLink::cut() {
    if (m_transport) m_transport->reset();
    abandon();
}

void HttpLink::abandon() {
    m_done = nullptr;
    m_onEstablished = nullptr;
    m_response.reset();
    m_transport.reset();
}

}  // namespace framescope::client
