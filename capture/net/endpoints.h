// Between Asio's addresses and errors and ours.
#pragma once

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <system_error>

#include "dissector/ip/ip_address.h"

namespace framescope::net {

/// An IPv4 address inside an IPv6 one, as a socket for both gives it, is the IPv4 address.
inline Endpoint endpointFrom(const asio::ip::tcp::endpoint& from) {
    Endpoint endpoint;
    endpoint.port = from.port();
    asio::ip::address address = from.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        endpoint.address.version = 4;
        std::copy(bytes.begin(), bytes.end(), endpoint.address.bytes.begin());
    } else {
        endpoint.address.version = 6;
        endpoint.address.bytes = address.to_v6().to_bytes();
    }
    return endpoint;
}

inline asio::ip::tcp::endpoint asioEndpoint(const IpAddress& address, std::uint16_t port) {
    if (address.version == 6) return {asio::ip::address_v6(address.bytes), port};
    asio::ip::address_v4::bytes_type bytes{};
    std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
    return {asio::ip::address_v4(bytes), port};
}

/// Asio's category of the system's errors does not compare with std::errc.
inline std::error_code errorFrom(const asio::error_code& error) {
    return {error.value(), std::generic_category()};
}

}  // namespace framescope::net
