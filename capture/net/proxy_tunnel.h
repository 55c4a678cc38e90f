// Asks a proxy for a tunnel: CONNECT and the answer's head (RFC 9110 section 9.3.6). Not one byte
// behind the head is read; it belongs to the server at the tunnel's other end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/net/stream.h"
#include "dissector/http/head.h"

namespace framescope::net {

class ProxyTunnel : public std::enable_shared_from_this<ProxyTunnel> {
public:
    /// Called once, with why there is no tunnel, if there is none.
    using Done = std::function<void(std::optional<TransportEnd>)>;

    /// Over `stream`, which leads to the proxy and is not open yet. `target`: "example.org:443";
    /// `userInfo`: "user:password", empty for none.
    ProxyTunnel(std::shared_ptr<Stream> stream, std::string target, const std::string& userInfo,
                Done done);

    void ask();

private:
    void write();
    void read();
    void readWhenThereIsMore();
    /// The head is complete. False when it was only an interim one.
    bool judge();
    void fail(const std::string& what, TransportEnd::Cause cause = TransportEnd::Cause::Failed);
    void end(std::optional<TransportEnd> failure);

    std::shared_ptr<Stream> m_stream;
    std::string m_target;
    Done m_done;
    Bytes m_request;
    std::size_t m_written = 0;
    http::HeadEnd m_headEnd;
    Bytes m_head;
    int m_interim = 0;  ///< answers that were passed over
};

}  // namespace framescope::net
