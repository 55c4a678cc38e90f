// The stream keeps itself alive by the exchange's own callback: it goes when the client is lost, or
// when its last event was sent.
#include "capture/server/event_stream.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "capture/server/client_table.h"

namespace framescope::server {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMostEvents = 1'000'000;
constexpr std::uint64_t kGreatestId = 1ULL << 53;
constexpr std::uint64_t kLongestInterval = 3'600'000;
/// Proxies cut connections that are silent; a comment keeps them open.
constexpr milliseconds kKeepAlive{15'000};

class EventStream : public std::enable_shared_from_this<EventStream> {
public:
    EventStream(net::Reactor& reactor, std::shared_ptr<Exchange> exchange, milliseconds interval,
                std::uint64_t last, std::optional<std::uint64_t> count)
        : m_exchange(std::move(exchange)),
          m_timer(reactor),
          m_keepAlive(reactor),
          m_interval(interval),
          m_last(last),
          m_left(count) {}

    void begin() {
        Response response;
        response.add("Content-Type", "text/event-stream");
        response.add("Cache-Control", "no-store");
        // The exchange holds the stream, which holds the exchange, until the client is gone.
        m_exchange->whenLost = [self = shared_from_this()] { self->stop(); };
        m_exchange->begin(std::move(response));
        m_exchange->write("retry: 2000\n\n");
        keepAlive();
        next();
    }

private:
    void next() {
        if (m_left == 0) {
            stop();
            m_exchange->end();
            return;
        }
        if (m_left) --*m_left;
        const std::string number = std::to_string(++m_last);
        m_exchange->write("id: " + number + "\ndata: {\"number\":" + number + "}\n\n");
        // A client that does not read may have been cut just now.
        if (!m_exchange->isOpen()) return;
        m_exchange->client().countOut();
        m_timer.start(m_interval, [self = weak_from_this()] {
            if (const auto stream = self.lock()) stream->next();
        });
    }
    void keepAlive() {
        m_keepAlive.start(kKeepAlive, [self = weak_from_this()] {
            const auto stream = self.lock();
            if (!stream) return;
            stream->m_exchange->write(": still here\n\n");
            stream->keepAlive();
        });
    }
    void stop() {
        m_timer.stop();
        m_keepAlive.stop();
    }

    std::shared_ptr<Exchange> m_exchange;
    net::Reactor::Timer m_timer;
    net::Reactor::Timer m_keepAlive;
    milliseconds m_interval;
    std::uint64_t m_last;
    std::optional<std::uint64_t> m_left;
};

std::uint64_t lastEventId(const Request& request) {
    const std::string_view text = request.head.value("Last-Event-ID");
    std::uint64_t id = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole = error == std::errc() && stop == text.data() + text.size();
    return whole && id < kGreatestId ? id : 0;
}

}  // namespace

void answerEvents(net::Reactor& reactor, const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    const auto interval = request.number("interval", 1000, 1, kLongestInterval);
    const auto count = request.number("count", 0, 1, kMostEvents);
    if (!interval || (request.parameter("count") && !count)) {
        exchange->answer(400, "count is a number from 1 to " + std::to_string(kMostEvents) +
                                  ", interval one from 1 to " + std::to_string(kLongestInterval) +
                                  " milliseconds.");
        return;
    }
    if (request.is("HEAD")) {
        Response response;
        response.add("Content-Type", "text/event-stream");
        exchange->answer(std::move(response));
        return;
    }
    exchange->client().setWhat("Events " + request.path);
    std::optional<std::uint64_t> limit;
    if (request.parameter("count")) limit = *count;
    std::make_shared<EventStream>(reactor, exchange, milliseconds(*interval), lastEventId(request),
                                  limit)
        ->begin();
}

}  // namespace framescope::server
