#include "tests/support/udp_burst.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

#include <QtGlobal>

namespace framescope::test {

UdpBurst::UdpBurst()
    : m_receiver(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      m_sender(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(m_receiver.get(), plain, length) != 0 ||
        ::getsockname(m_receiver.get(), plain, &length) != 0 ||
        ::connect(m_sender.get(), plain, length) != 0) {
        qFatal("no datagrams on 127.0.0.1: %s", std::strerror(errno));
    }
    m_port = ntohs(address.sin_port);
}

UdpBurst::UdpBurst(const char* address, std::uint16_t port)
    : m_sender(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), m_port(port) {
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &target.sin_addr);
    if (::connect(m_sender.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
        qFatal("no datagrams to %s: %s", address, std::strerror(errno));
    }
}

void UdpBurst::send(std::uint64_t count, std::size_t length) {
    Bytes payload(length, 'x');
    for (const std::uint64_t end = m_next + count; m_next < end; ++m_next) {
        std::memcpy(payload.data(), &m_next, sizeof m_next);
        if (::send(m_sender.get(), payload.data(), payload.size(), 0) < 0) {
            qFatal("a datagram was not sent: %s", std::strerror(errno));
        }
    }
}

std::optional<std::uint64_t> UdpBurst::numberIn(ByteView packet) {
    constexpr std::size_t kHeaders = 14 + 20 + 8;
    std::uint64_t number = 0;
    if (packet.size() < kHeaders + sizeof number) return std::nullopt;
    std::memcpy(&number, packet.data() + kHeaders, sizeof number);
    return number;
}

}  // namespace framescope::test
