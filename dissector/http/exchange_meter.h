// What the exchanges of one connection take, in time and in bytes: measured while the connection is
// read, and handed to the tracker of polls when an exchange is over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "dissector/core/queue.h"
#include "dissector/http/body.h"
#include "dissector/layer/layer.h"

namespace framescope {
struct Exchange;
}

namespace framescope::http {

/// An answer that did not come on for so long was held back.
inline constexpr std::int64_t kPauseNs = 200'000'000;

/// A request and its answer as far as they tell of polling.
struct MeasuredExchange {
    std::string method;
    std::string target;
    bool growingPage = false;  ///< answered with text/html without a length
    std::int64_t requestTimeNs = 0;
    std::int64_t headTimeNs = 0;  ///< of the answer's head
    std::int64_t endTimeNs = 0;   ///< of the answer's last byte
    std::int64_t quietNs = 0;     ///< in pauses of at least kPauseNs inside the answer
    std::uint32_t pieces = 1;     ///< of the answer, with such pauses between them
    std::uint64_t requestHeaderBytes = 0;
    std::uint64_t responseHeaderBytes = 0;
    std::uint64_t payloadBytes = 0;
};

class ExchangeMeter {
public:
    /// A head was read, and the body behind it begins; what has none is over at once.
    void begin(const Exchange& exchange, const BodyFraming& framing, LayerOutput& out);
    /// So many bytes of the body behind the last head of this direction.
    void body(Direction direction, std::uint64_t bytes, const LayerOutput& out);
    void bodyEnd(Direction direction, LayerOutput& out);

private:
    /// Requests that wait for their answer; the oldest of more are not measured.
    static constexpr std::size_t kMaxWaiting = 64;

    void beginRequest(const Exchange& exchange, const LayerOutput& out);
    void beginResponse(const Exchange& exchange, const BodyFraming& framing,
                       const LayerOutput& out);

    Queue<std::pair<RecordId, MeasuredExchange>> m_waiting;
    std::optional<MeasuredExchange> m_answering;
};

}  // namespace framescope::http
