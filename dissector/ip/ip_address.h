// An IPv4 or IPv6 address, and an address with a TCP port.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "dissector/core/bytes.h"

namespace framescope {

/// Version 4 uses the first four bytes of `bytes`, the rest stay zero. Version 0: no address.
struct IpAddress {
    std::uint8_t version = 0;
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const IpAddress&) const = default;
    ByteView view() const {
        return ByteView(bytes).first(version == 6 ? 16 : version == 4 ? 4 : 0);
    }
    /// "127.0.0.1" or "::1"; empty without an address.
    std::string text() const;
};

/// One end of a TCP connection.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
    /// "127.0.0.1:3000" or "[::1]:3000".
    std::string text() const;
};

}  // namespace framescope
