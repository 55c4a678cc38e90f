// Requests over one HTTP/1.1 connection after the other, for polling: one request at a time, the
// connection kept as long as the server keeps it. Where the server closed a kept connection while a
// GET was on its way to it, that is sent again, once, on a new one. Nothing else is: the server may
// have it already (RFC 9110 section 9.2.2).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/client/conversation.h"
#include "capture/client/held_transport.h"
#include "capture/client/response_reader.h"

namespace framescope::client {

/// What came of a request.
struct HttpAnswer {
    http::Head head;
    Bytes body;
    std::string fault;  ///< a sentence; then there is no answer
};

class HttpLink final : public net::TransportHandler, public std::enable_shared_from_this<HttpLink> {
public:
    /// Greatest body that is received, decoded.
    static constexpr std::size_t kMaxBody = 64U << 20;

    using Done = std::function<void(const HttpAnswer&)>;
    using Established = std::function<void(const net::Established&)>;

    explicit HttpLink(const Surroundings& surroundings) : m_surroundings(surroundings) {}

    /// Called each time a connection is there.
    void onEstablished(Established established) { m_onEstablished = std::move(established); }
    /// `done` is called once, unless the link is cut or abandoned before. Not while another request
    /// is under way.
    void request(Bytes bytes, std::string method, Done done);
    bool isBusy() const { return static_cast<bool>(m_done); }
    void cut();
    void abandon();

    void established(const net::Established& info) override;
    void received(ByteView bytes) override;
    void ended(const net::TransportEnd& end) override;

private:
    void open();
    void sendRequest();
    void answer(const HttpAnswer& answer);

    Surroundings m_surroundings;
    Established m_onEstablished;
    std::unique_ptr<HeldTransport> m_transport;
    bool m_connected = false;
    bool m_kept = false;  ///< the connection has carried an answer before
    Bytes m_request;
    std::string m_method;
    Done m_done;
    std::optional<ResponseReader> m_response;
};

}  // namespace framescope::client
