#include "capture/net/lookup.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>

#include "capture/net/loop.h"

namespace framescope::net {
namespace {

/// More than these are not tried anyway.
constexpr std::size_t kMaxAddresses = 16;

std::string failure(const std::string& host, int error) {
    switch (error) {
        case EAI_NONAME:
#ifdef EAI_NODATA
        case EAI_NODATA:
#endif
            return "The name \"" + host + "\" is not known.";
        case EAI_AGAIN:
            return "The name \"" + host + "\" cannot be looked up: no name server answers.";
        case EAI_SYSTEM:
            return "The name \"" + host +
                   "\" cannot be looked up: " + std::generic_category().message(errno) + '.';
        default:
            return "The name \"" + host + "\" cannot be looked up: " + ::gai_strerror(error) + '.';
    }
}

IpAddress addressFrom(const sockaddr& from) {
    IpAddress address;
    if (from.sa_family == AF_INET) {
        address.version = 4;
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4);
    } else if (from.sa_family == AF_INET6) {
        address.version = 6;
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr,
                    16);
    }
    return address;
}

Result<std::vector<IpAddress>> ask(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error != 0) return Error{failure(host, error)};
    std::vector<IpAddress> addresses;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        const IpAddress address = addressFrom(*at->ai_addr);
        const bool known =
            std::find(addresses.begin(), addresses.end(), address) != addresses.end();
        if (address.version == 0 || known || addresses.size() >= kMaxAddresses) continue;
        addresses.push_back(address);
    }
    ::freeaddrinfo(found);
    if (addresses.empty()) return Error{failure(host, EAI_NONAME)};
    return addresses;
}

}  // namespace

IpAddress addressOf(const std::string& text) {
    IpAddress address;
    if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
        address.version = 4;
    } else if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
        address.version = 6;
    }
    return address;
}

void lookUp(Reactor::Loop& loop, const std::string& host, LookupDone done) {
    if (const IpAddress address = addressOf(host); address.version != 0) {
        loop.post([address, done = std::move(done)] { done(std::vector{address}); });
        return;
    }
    const bool runs = loop.lookups->run([weak = loop.weak_from_this(), host, done] {
        auto result = ask(host);
        if (const auto alive = weak.lock()) {
            alive->post([result = std::move(result), done] { done(result); });
        }
    });
    if (runs) return;
    loop.post([host, done] {
        done(Error{"The name \"" + host +
                   "\" cannot be looked up: the system has no thread left for it."});
    });
}

bool LookupQueue::run(std::function<void()> work) {
    const std::lock_guard lock(m_mutex);
    m_waiting.push_back(std::move(work));
    if (m_threads >= kMaxThreads) return true;
    try {
        std::thread([self = shared_from_this()] { self->work(); }).detach();
    } catch (const std::system_error&) {
        // Those that run already come to it as well.
        if (m_threads > 0) return true;
        m_waiting.pop_back();
        return false;
    }
    ++m_threads;
    return true;
}

void LookupQueue::work() {
    std::unique_lock lock(m_mutex);
    while (!m_waiting.empty()) {
        const auto next = std::move(m_waiting.front());
        m_waiting.pop_front();
        lock.unlock();
        next();
        lock.lock();
    }
    --m_threads;
}

}  // namespace framescope::net
