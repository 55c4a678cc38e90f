// Reads the requests of one connection (RFC 9112) from bytes as they come. Sans-I/O: fed, then
// asked for the next request until there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/server/request.h"
#include "dissector/http/chunked.h"

namespace framescope::server {

/// Why the connection's bytes are no request; nothing behind them can be read.
struct BadRequest {
    std::uint16_t status = 400;
    std::string sentence;
};

class HttpReader {
public:
    static constexpr std::size_t kMostHead = 64U << 10;

    explicit HttpReader(std::uint64_t mostBody) : m_mostBody(mostBody) {}

    void feed(ByteView bytes);
    /// The next request, once all of it is there.
    std::optional<Request> next();
    const std::optional<BadRequest>& fault() const { return m_fault; }
    /// True once for each request whose client waits for "100 Continue" before it sends the body.
    bool takeExpectation();
    /// Bytes behind the request that next() gave last; they are taken out.
    Bytes takeRest();
    /// Bytes that were fed and not yet read.
    std::size_t unread() const { return m_bytes.size() - m_at; }
    /// A request was begun and not finished.
    bool isInside() const { return m_head.has_value() || unread() != 0; }

private:
    bool readHead();
    bool readBody();
    void takeBody(ByteView bytes);
    void fail(std::uint16_t status, std::string sentence);

    std::uint64_t m_mostBody;
    Bytes m_bytes;
    std::size_t m_at = 0;       ///< read so far
    std::size_t m_scanned = 0;  ///< looked through for the head's end
    http::HeadEnd m_headEnd;
    std::optional<http::Head> m_head;  ///< read; its body is not
    Bytes m_body;
    std::optional<http::ChunkDecoder> m_chunks;
    std::uint64_t m_bodyLeft = 0;
    bool m_expectation = false;
    std::optional<BadRequest> m_fault;
};

}  // namespace framescope::server
