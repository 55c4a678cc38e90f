// Reads what a server says on one HTTP connection, piece by piece: responses with their bodies, and
// of an event stream the response at its head and then event by event. Bounded: a head 256 KiB, a
// body 64 MiB, an event 16 MiB.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "capture/replay/answer.h"
#include "dissector/http/body.h"
#include "dissector/http/chunked.h"
#include "dissector/http/content_decoder.h"
#include "dissector/sse/event_splitter.h"

namespace framescope::replay {

class HttpAnswers {
public:
    /// A request went out; its method says whether a body answers it.
    void asked(std::string method) { m_methods.push_back(std::move(method)); }
    /// Reads on, and appends what became complete. Interim responses (1xx) are passed over.
    void feed(ByteView bytes, std::vector<Answer>& answers);
    /// The connection ended, and with it a body that lasts as long, and an unfinished event.
    void end(std::vector<Answer>& answers);
    /// Why nothing is read any more, in a sentence; empty while it is.
    const std::string& fault() const { return m_fault; }

private:
    static constexpr std::size_t kMaxHead = 256U << 10;
    static constexpr std::size_t kMaxEvent = 16U << 20;

    bool readHead(std::vector<Answer>& answers);
    bool readBody(std::vector<Answer>& answers);
    void content(ByteView bytes, std::vector<Answer>& answers);
    void decoded(ByteView bytes, std::vector<Answer>& answers);
    void finish(std::vector<Answer>& answers);
    void endStream(std::vector<Answer>& answers);
    void event(std::vector<Answer>& answers, bool comment);
    void fail(std::string sentence);

    Bytes m_waiting;
    http::HeadEnd m_headEnd;
    std::size_t m_headSeen = 0;  ///< bytes of m_waiting that m_headEnd was given
    std::deque<std::string> m_methods;
    std::uint64_t m_exchange = 0;
    bool m_inBody = false;
    Answer m_answer;
    http::BodyFraming m_framing;
    std::uint64_t m_left = 0;
    http::ChunkDecoder m_chunks;
    std::optional<http::ContentDecoder> m_decoder;
    bool m_stream = false;  ///< an event stream
    sse::EventSplitter m_splitter;
    Bytes m_unit;  ///< bytes of the event that is being read
    std::string m_fault;
};

}  // namespace framescope::replay
