// Numbered datagrams on 127.0.0.1, for tests that count what a capture holds of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/file/file_descriptor.h"
#include "dissector/core/bytes.h"

namespace framescope::test {

class UdpBurst {
public:
    /// Receives at a port that is free, so that nobody answers with ICMP.
    UdpBurst();
    /// To an address where nobody needs to be.
    UdpBurst(const char* address, std::uint16_t port);

    std::uint16_t port() const { return m_port; }
    /// A capture filter for these datagrams.
    std::string filter() const { return "udp dst port " + std::to_string(m_port); }
    /// Sends `count` datagrams of `length` bytes of payload, at least 8; each begins with its
    /// number, which goes on from the last call's.
    void send(std::uint64_t count, std::size_t length = 64);
    std::uint64_t sent() const { return m_next; }
    /// The number that an Ethernet packet of this burst carries.
    static std::optional<std::uint64_t> numberIn(ByteView packet);

private:
    FileDescriptor m_receiver;
    FileDescriptor m_sender;
    std::uint16_t m_port = 0;
    std::uint64_t m_next = 0;
};

}  // namespace framescope::test
