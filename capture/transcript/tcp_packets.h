// The packets of one TCP connection as they would have been captured, made from what passed: IP and
// TCP headers with correct lengths and checksums around bytes that were never seen as packets.
//
// Sequence and acknowledgement numbers follow what was given so far, so whoever puts the stream
// together again finds no hole; a side that only listens acknowledges from time to time, so that no
// window would have been overrun. Knows no clock and no files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "dissector/core/bytes.h"
#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"

namespace framescope::transcript {

class TcpPackets {
public:
    /// Payload of a segment at the most.
    static constexpr std::size_t kMaxSegment = 32768;

    /// Where a packet goes, beginning with its IP header; valid during the call only.
    using Sink = std::function<void(ByteView)>;

    /// Both addresses are of the same version. The first sequence numbers are those of the SYNs, by
    /// Direction. `packet` is where packets are laid out; connections may share it.
    TcpPackets(const Endpoint& client, const Endpoint& server,
               std::array<std::uint32_t, 2> firstSequence, Bytes& packet);

    /// SYN, SYN and ACK, ACK.
    void open(const Sink& sink);
    /// As many segments as the bytes need. Nothing of a side that has ended.
    void data(Direction direction, ByteView bytes, const Sink& sink);
    /// FIN, and the other side's ACK.
    void finish(Direction by, const Sink& sink);
    /// RST. Nothing follows it.
    void reset(Direction by, const Sink& sink);

    /// Nothing can follow any more.
    bool over() const { return m_reset || (m_finished[0] && m_finished[1]); }
    /// One side has ended, or both.
    bool ending() const { return m_reset || m_finished[0] || m_finished[1]; }

private:
    void packet(Direction from, std::uint16_t flags, ByteView options, ByteView payload,
                const Sink& sink);
    void acknowledge(Direction from, const Sink& sink);

    std::array<Endpoint, 2> m_ends;       ///< by Direction: whoever sends in it
    std::array<std::uint32_t, 2> m_next;  ///< sequence number of the next byte
    std::array<std::uint64_t, 2> m_unacknowledged{};
    std::array<std::uint16_t, 2> m_identification{};
    std::array<bool, 2> m_finished{};
    bool m_reset = false;
    Bytes& m_packet;
};

}  // namespace framescope::transcript
