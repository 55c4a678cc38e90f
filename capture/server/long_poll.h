// /poll: a GET waits until somebody posts something, or for a time; then 204 says that there was
// nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "capture/net/reactor.h"
#include "capture/server/exchange.h"

namespace framescope::server {

class LongPoll {
public:
    static constexpr std::size_t kKeptPosts = 64;
    static constexpr std::size_t kMostPost = 256U << 10;
    static constexpr std::size_t kMostWaiting = 10'000;

    explicit LongPoll(net::Reactor& reactor) : m_reactor(reactor) {}

    /// GET: the next post, or with `since` the first kept one behind that number; `timeout` in
    /// milliseconds (25,000). POST: a post.
    void handle(const std::shared_ptr<Exchange>& exchange);

private:
    struct Post {
        std::uint64_t number = 0;
        std::string type;
        Bytes body;
    };
    struct Waiting {
        Waiting(net::Reactor& reactor, std::shared_ptr<Exchange> who)
            : exchange(std::move(who)), timer(reactor) {}
        std::shared_ptr<Exchange> exchange;
        net::Reactor::Timer timer;
    };

    void wait(const std::shared_ptr<Exchange>& exchange);
    void publish(const std::shared_ptr<Exchange>& exchange);
    void answer(Exchange& exchange, const Post& post);

    net::Reactor& m_reactor;
    std::list<Waiting> m_waiting;
    std::deque<Post> m_posts;
    std::uint64_t m_number = 0;
};

}  // namespace framescope::server
