// What is wrong with a packet that cannot be read down to TCP: which header, where, and why, in one
// sentence. Found by walking the packet once more, so that reading does not pay for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/packet/unread_reason.h"

namespace framescope {

/// `reason` is Header, IpHeader, TcpHeader or CutShort.
struct PacketFault {
    UnreadReason reason = UnreadReason::Header;
    std::string header;        ///< "TCP header": the one that is at fault
    std::size_t offset = 0;    ///< of that header in the packet
    std::size_t captured = 0;  ///< bytes from there on that may belong to it
    std::string sentence;      ///< what is wrong, without the header's name in front
};

/// Nothing where decodePacket() calls the packet neither malformed nor cut short.
std::optional<PacketFault> findFault(std::uint32_t linkType, ByteView packet,
                                     std::uint32_t originalLength);

}  // namespace framescope
