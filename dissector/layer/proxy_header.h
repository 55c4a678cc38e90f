// The header of the PROXY protocol, versions 1 (a line of text) and 2 (binary), with which a load
// balancer says in front of everything else on a connection whose connection it passes on. The
// document that defines it is proxy-protocol.txt of HAProxy.
//
// It is told by its signature and its grammar, every part of which must fit; what stands behind it
// is read as if it were not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"
#include "dissector/layer/protocols.h"

namespace framescope {

/// What a header says. Addresses of another kind than IP, and those that are not said, have no
/// version.
struct ProxyHeader {
    int version = 1;          ///< of the PROXY protocol: 1 or 2
    bool local = false;       ///< the load balancer speaks for itself, as for a health check
    std::string transport;    ///< "TCP over IPv4"; empty where it is not said
    Endpoint source;          ///< whose connection is passed on
    Endpoint destination;     ///< what that was connected to
    std::string authority;    ///< host name that was asked for (TLV 0x02); any bytes
    std::string application;  ///< protocol that was agreed on by ALPN (TLV 0x01); any bytes
};

/// Record::form of a TcpSegment that is such a header.
inline constexpr std::uint8_t kProxyHeaderForm = 1;
/// Greatest header that is recognised.
inline constexpr std::size_t kMaxProxyHeader = 8192;

/// Whether a stream begins with a header, and how many bytes that has; 0 unless Yes.
struct ProxyHeaderFound {
    Recognition recognition = Recognition::No;
    std::size_t size = 0;
};
ProxyHeaderFound findProxyHeader(ByteView beginning);

/// The header at the front, of which the end may be cut off behind its addresses; none where
/// there is no header.
std::optional<ProxyHeader> parseProxyHeader(ByteView bytes);

/// "version 1: 1.2.3.4:1234 → 5.6.7.8:80, TCP over IPv4".
std::string proxyHeaderText(const ProxyHeader& header);

/// Appends the layer; `bytes` is what `header` was parsed from.
FieldIndex describeProxyHeader(const ProxyHeader& header, ByteView bytes, FieldTree& tree,
                               Place place);

/// How many bytes of a header of version 1 stand in front of a request, of which the beginning was
/// not captured, or a byte is damaged. 0 where nothing says so.
std::size_t remainsOfProxyLine(ByteView beginning);

}  // namespace framescope
