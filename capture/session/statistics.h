// The figures of a capture as a whole: what -q prints and the status bar shows.
#pragma once

#include <array>
#include <cstdint>

#include "capture/session/unread_contents.h"
#include "dissector/record/record.h"

namespace framescope {

struct Statistics {
    std::uint64_t packets = 0;           ///< all packets of the capture
    std::uint64_t tcpPackets = 0;        ///< packets that reached TCP
    std::uint64_t tunnelledPackets = 0;  ///< with an IP header inside of another one
    std::uint64_t udpPackets = 0;
    std::uint64_t otherIpPackets = 0;  ///< IP with another protocol inside
    std::uint64_t ipFragments = 0;     ///< packets that are fragments, of whatever protocol
    // What became of the fragments: datagrams put together, datagrams given up since fragments are
    // missing, and fragments that no datagram can have.
    std::uint64_t ipDatagrams = 0;
    std::uint64_t ipDatagramsGivenUp = 0;
    std::uint64_t ipFragmentsRefused = 0;
    std::uint64_t notIpPackets = 0;  ///< ARP and whatever else the link layer carries
    /// What the UDP datagrams, other IP and not IP hold; a datagram that came in fragments, once it
    /// is put together, counts once.
    UnreadContents unreadContents;
    std::uint64_t unknownLinkPackets = 0;  ///< of a link type that is not read
    std::uint64_t undescribedPackets = 0;  ///< of an interface that the capture does not describe
    std::uint64_t leftOutPackets = 0;      ///< not among `packets`: they do not fit their blocks
    std::uint64_t malformedPackets = 0;    ///< headers that do not fit their packet
    std::uint64_t emptyPackets = 0;        ///< without a byte
    std::uint64_t untimedPackets = 0;      ///< to which the capture gives no time
    // What a snap length did.
    std::uint64_t cutShortPackets = 0;    ///< less was captured than the headers down to TCP
    std::uint64_t cutPayloadPackets = 0;  ///< of tcpPackets: less was captured than their payload
    std::uint64_t droppedPackets = 0;     ///< by the capturing system, as the packets tell
    std::uint64_t connections = 0;
    std::array<std::uint64_t, kProtocolCount> rows{};  ///< by Protocol
    std::array<std::uint64_t, 4> issues{};             ///< by Severity
    std::uint64_t greatestLength = 0;                  ///< of a row
    /// Of the first packet that has a time, and the latest one. Meaningless where none has.
    std::int64_t firstTimeNs = 0;
    std::int64_t lastTimeNs = 0;
    std::uint64_t bytesRead = 0;   ///< of the capture file, for progress
    std::uint64_t bytesTotal = 0;  ///< 0 where unknown

    bool hasTimes() const { return packets > untimedPackets; }
};

}  // namespace framescope
