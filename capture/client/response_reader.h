// One HTTP/1.1 response, read piece by piece: interim responses are passed over, the body's framing
// and its codings are undone, and head and body have a greatest size. No I/O: bytes in, a value
// out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/http/body.h"
#include "dissector/http/chunked.h"
#include "dissector/http/content_decoder.h"
#include "dissector/http/head.h"

namespace framescope::client {

/// Greatest size of a response's head.
inline constexpr std::size_t kMaxResponseHead = 256U << 10;

class ResponseReader {
public:
    enum class State : std::uint8_t {
        Head,
        Body,
        Done,
        Failed,  ///< fault() says why
    };

    /// `method` is that of the request. A body greater than `maxBody` fails, or where `cutBody` is
    /// set its beginning is what counts and the response is done.
    ResponseReader(std::string method, std::size_t maxBody, bool cutBody)
        : m_method(std::move(method)), m_maxBody(maxBody), m_cutBody(cutBody) {}

    /// Reads on; returns how many bytes belong to the response. Behind a head that ends HTTP (101)
    /// it is done.
    std::size_t feed(ByteView bytes);
    /// The connection ended: done where the body goes to the end of it, else failed.
    void end();

    State state() const { return m_state; }
    bool finished() const { return m_state == State::Done || m_state == State::Failed; }
    /// Nothing of the response has come.
    bool untouched() const { return m_state == State::Head && m_headBytes.empty() && !m_interim; }
    /// The head is there.
    bool hasHead() const { return m_state == State::Body || m_state == State::Done || m_headRead; }
    const http::Head& head() const { return m_head; }
    const Bytes& body() const { return m_body; }
    /// The connection can carry another request behind this response.
    bool keepsAlive() const;
    /// A whole sentence.
    const std::string& fault() const { return m_fault; }

private:
    std::size_t feedHead(ByteView bytes);
    std::size_t feedBody(ByteView bytes);
    void beginBody();
    void take(ByteView bytes);
    void append(ByteView bytes);
    void finish();
    void fail(std::string sentence);

    std::string m_method;
    std::size_t m_maxBody;
    bool m_cutBody;
    State m_state = State::Head;
    http::HeadEnd m_headEnd;
    Bytes m_headBytes;
    bool m_interim = false;
    bool m_headRead = false;
    http::Head m_head;
    http::BodyFraming m_framing;
    std::uint64_t m_left = 0;
    http::ChunkDecoder m_chunks;
    std::optional<http::ContentDecoder> m_decoder;
    Bytes m_body;
    std::string m_fault;
};

}  // namespace framescope::client
