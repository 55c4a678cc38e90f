// What stands in a packet where the walk through it ends without TCP: the first thing that is not
// read, by the number that announces it. Said of captures as a whole, so that nobody has to guess
// what the packets are that make no rows.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace framescope {

struct UnreadContent {
    /// Whose numbers these are.
    enum class By : std::uint8_t {
        Nothing,  ///< the layer in front has no number for it
        EtherType,
        IpProtocol,
        UdpPort,  ///< see servicePort()
        PppProtocol,
        LlcSap,     ///< of the destination, IEEE 802.2
        WlanFrame,  ///< type (first three bits) and subtype (four) of IEEE 802.11
        Encrypted,  ///< whatever it is: MACsec (0x88e5), or 802.11 (0)
    };

    By by = By::Nothing;
    std::uint16_t number = 0;

    auto operator<=>(const UnreadContent&) const = default;
};

/// The one of a datagram's ports that tells what it carries: of a service that is known here, or
/// the lower one.
std::uint16_t servicePort(std::uint16_t source, std::uint16_t destination);
/// "UDP port 53 (DNS)", "EtherType ARP (0x0806)", "IP protocol ICMP (1)".
std::string unreadContentText(UnreadContent content);

}  // namespace framescope
