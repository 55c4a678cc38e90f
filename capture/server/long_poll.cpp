// Who waits stands in a list, each with a timer; a post empties it.
#include "capture/server/long_poll.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "capture/server/client_table.h"

namespace framescope::server {
namespace {

constexpr std::uint64_t kTimeout = 25'000;
constexpr std::uint64_t kLongestTimeout = 600'000;

}  // namespace

void LongPoll::handle(const std::shared_ptr<Exchange>& exchange) {
    exchange->client().setWhat("Long polling " + exchange->request().path);
    if (exchange->request().is("POST")) {
        publish(exchange);
    } else if (exchange->request().is("HEAD")) {
        exchange->answer(Response{});
    } else {
        wait(exchange);
    }
}

void LongPoll::answer(Exchange& exchange, const Post& post) {
    if (!exchange.isOpen()) return;
    Response response;
    response.add("Content-Type", post.type);
    response.add("Cache-Control", "no-store");
    response.add("X-Number", std::to_string(post.number));
    response.body = post.body;
    exchange.client().countOut();
    exchange.answer(std::move(response));
}

void LongPoll::wait(const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    const auto timeout = request.number("timeout", kTimeout, 1, kLongestTimeout);
    const auto since =
        request.number("since", m_number, 0, std::numeric_limits<std::int64_t>::max());
    if (!timeout || !since) {
        exchange->answer(400, "timeout is a number from 1 to " + std::to_string(kLongestTimeout) +
                                  " milliseconds, since the number of a post.");
        return;
    }
    const auto post =
        std::ranges::find_if(m_posts, [&since](const Post& kept) { return kept.number > *since; });
    if (post != m_posts.end()) {
        answer(*exchange, *post);
        return;
    }
    if (m_waiting.size() == kMostWaiting) {
        exchange->answer(503, "Too many clients wait here already.");
        return;
    }
    const auto place = m_waiting.emplace(m_waiting.end(), m_reactor, exchange);
    exchange->whenLost = [this, place] { m_waiting.erase(place); };
    place->timer.start(std::chrono::milliseconds(*timeout), [this, place] {
        const std::shared_ptr<Exchange> waited = place->exchange;
        m_waiting.erase(place);
        Response nothing;
        nothing.status = 204;
        waited->answer(std::move(nothing));
    });
}

void LongPoll::publish(const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    if (request.body.size() > kMostPost) {
        exchange->answer(413, "A post may have " + std::to_string(kMostPost) + " bytes.");
        return;
    }
    exchange->client().countIn();
    const std::string type(request.head.value("Content-Type"));
    const Post post{++m_number, type.empty() ? "text/plain; charset=utf-8" : type, request.body};
    m_posts.push_back(post);
    if (m_posts.size() > kKeptPosts) m_posts.pop_front();
    const std::list<Waiting> waiting = std::exchange(m_waiting, {});
    for (const Waiting& one : waiting) answer(*one.exchange, post);
    exchange->answer(200, "Given to " + std::to_string(waiting.size()) +
                              (waiting.size() == 1 ? " client." : " clients."));
}

}  // namespace framescope::server
