// Where in the capture packets are missing. The kernel only counts what it dropped, so its figure
// is looked at every few milliseconds: what was added has been dropped since the look before. It is
// noted on the first packet that is younger than that look, the first that can stand behind the
// hole.
#pragma once

#include <cstdint>
#include <deque>

namespace framescope::helper {

/// libpcap's figures, 32 bits wide, which wrap.
struct KernelFigures {
    std::uint32_t drops = 0;
    std::uint32_t interfaceDrops = 0;
};

class DropAccounting {
public:
    /// `figures` as the capture begins, at the time `nowNs` (since 1970).
    void begin(const KernelFigures& figures, std::int64_t nowNs);
    /// The figures at a later time.
    void look(const KernelFigures& figures, std::int64_t nowNs);
    /// How many packets were dropped before a packet of this time; told once.
    std::uint64_t takeBefore(std::int64_t packetTimeNs) {
        return m_holes.empty() ? 0 : takeHoles(packetTimeNs);
    }

    std::uint64_t kernelDrops() const { return m_kernelDrops; }
    std::uint64_t interfaceDrops() const { return m_interfaceDrops; }

private:
    struct Hole {
        std::int64_t afterNs;
        std::uint64_t packets;
    };

    std::uint64_t takeHoles(std::int64_t packetTimeNs);

    KernelFigures m_seen;
    std::int64_t m_seenNs = 0;
    std::uint64_t m_kernelDrops = 0;
    std::uint64_t m_interfaceDrops = 0;
    std::deque<Hole> m_holes;  ///< not on a packet yet, oldest first
};

}  // namespace framescope::helper
