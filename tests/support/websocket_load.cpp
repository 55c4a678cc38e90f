// One thread writes on all connections in turns, a millisecond's share at a time; one reads and
// throws away. The handshake is the example of RFC 6455 section 1.3.
#include "tests/support/websocket_load.h"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace framescope::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kRequest =
    "GET /load HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kResponse =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool sendAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool receiveAll(int fd, std::size_t size) {
    std::array<char, 1024> room{};
    while (size > 0) {
        const ssize_t n = ::recv(fd, room.data(), std::min(room.size(), size), 0);
        if (n <= 0) return false;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

/// A masked text frame of 61 bytes that says its number.
class Frame {
public:
    std::string_view numbered(std::uint64_t number, std::uint8_t key) {
        char text[kPayload + 1];
        std::snprintf(text, sizeof text, "{\"n\":%020llu,\"pad\":\"....................\"}",
                      static_cast<unsigned long long>(number));
        m_bytes[0] = '\x81';
        m_bytes[1] = static_cast<char>(0x80 | kPayload);
        for (std::size_t i = 0; i < 4; ++i) {
            m_bytes[2 + i] = static_cast<char>(key + 31 * i + number % 97);
        }
        for (std::size_t i = 0; i < kPayload; ++i) {
            m_bytes[6 + i] = static_cast<char>(text[i] ^ m_bytes[2 + i % 4]);
        }
        return {m_bytes.data(), m_bytes.size()};
    }

private:
    static constexpr std::size_t kPayload = 55;
    std::array<char, 6 + kPayload> m_bytes{};
};

struct Pair {
    int client = -1;
    int server = -1;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool open(std::uint16_t port, unsigned count, std::vector<Pair>& pairs) {
    const sockaddr_in address = loopback(port);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 16) != 0) {
        return false;
    }
    for (unsigned i = 0; i < count; ++i) {
        Pair pair;
        pair.client = ::socket(AF_INET, SOCK_STREAM, 0);
        ::setsockopt(pair.client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (::connect(pair.client, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
            return false;
        }
        pair.server = ::accept(listener, nullptr, nullptr);
        if (!sendAll(pair.client, kRequest) || !receiveAll(pair.server, kRequest.size()) ||
            !sendAll(pair.server, kResponse) || !receiveAll(pair.client, kResponse.size())) {
            return false;
        }
        pairs.push_back(pair);
    }
    ::close(listener);
    return true;
}

/// Reads from all servers' sides until each has ended.
void drain(const std::vector<Pair>& pairs) {
    std::vector<pollfd> polled;
    polled.reserve(pairs.size());
    for (const Pair& pair : pairs) polled.push_back({pair.server, POLLIN, 0});
    std::vector<char> room(std::size_t{1} << 18);
    std::size_t open = polled.size();
    while (open > 0 && ::poll(polled.data(), polled.size(), -1) > 0) {
        for (pollfd& entry : polled) {
            if (entry.fd < 0 || entry.revents == 0) continue;
            if (::recv(entry.fd, room.data(), room.size(), 0) > 0) continue;
            entry.fd = -1;
            --open;
        }
    }
}

/// Sends datagrams of 200 bytes to a socket of this machine until it is told to stop.
void sendDatagrams(std::uint16_t port, std::uint64_t perSecond, LoadFigures& figures,
                   const std::atomic<bool>& over) {
    const sockaddr_in address = loopback(port);
    const int sink = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int source = ::socket(AF_INET, SOCK_DGRAM, 0);
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    // Without them nothing is sent, which the figures show.
    const bool ready =
        ::bind(sink, where, sizeof address) == 0 && ::connect(source, where, sizeof address) == 0;
    std::array<char, 200> payload{};
    iovec bytes{payload.data(), payload.size()};
    std::array<mmsghdr, 64> messages{};
    for (mmsghdr& message : messages) {
        message.msg_hdr.msg_iov = &bytes;
        message.msg_hdr.msg_iovlen = 1;
    }
    const auto start = Clock::now();
    while (ready && !over) {
        const auto due =
            static_cast<std::uint64_t>(secondsSince(start) * static_cast<double>(perSecond));
        while (!over && figures.datagrams < due) {
            const auto count = static_cast<unsigned>(
                std::min<std::uint64_t>(messages.size(), due - figures.datagrams));
            const int n = ::sendmmsg(source, messages.data(), count, 0);
            if (n > 0) figures.datagrams += static_cast<std::uint64_t>(n);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::close(source);
    ::close(sink);
}

}  // namespace

std::optional<std::string> playLoad(const LoadRequest& request, LoadFigures& figures) {
    std::vector<Pair> pairs;
    if (!open(request.port, request.connections, pairs)) {
        return std::string("the connections cannot be opened: ") + std::strerror(errno);
    }
    std::thread reader(drain, std::cref(pairs));
    std::atomic<bool> over = false;
    std::thread noise([&] {
        if (request.datagramsPerSecond == 0) return;
        sendDatagrams(request.port, request.datagramsPerSecond, figures, over);
    });

    Frame frame;
    std::uint64_t sent = 0;
    const auto start = Clock::now();
    const auto isOver = [&] {
        if (figures.stop) return true;
        return request.frames != 0 ? sent >= request.frames
                                   : secondsSince(start) >= request.seconds;
    };
    bool ok = true;
    while (ok && !isOver()) {
        std::uint64_t due = sent + 256;
        if (request.framesPerSecond != 0) {
            due = static_cast<std::uint64_t>(secondsSince(start) *
                                             static_cast<double>(request.framesPerSecond));
        }
        if (request.frames != 0) due = std::min(due, request.frames);
        for (; ok && sent < due; ++sent) {
            const std::size_t at = sent % pairs.size();
            ok = sendAll(pairs[at].client, frame.numbered(sent, static_cast<std::uint8_t>(at)));
            figures.frames = sent + 1;
        }
        if (request.framesPerSecond != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    over = true;
    noise.join();
    for (const Pair& pair : pairs) ::close(pair.client);
    reader.join();
    for (const Pair& pair : pairs) ::close(pair.server);
    if (!ok) return "a connection broke";
    return std::nullopt;
}

}  // namespace framescope::test
