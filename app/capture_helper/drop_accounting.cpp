// libpcap's figures are 32 bits wide; differences in 32 bits come out right when they wrap.
#include "app/capture_helper/drop_accounting.h"

namespace framescope::helper {

void DropAccounting::begin(const KernelFigures& figures, std::int64_t nowNs) {
    m_seen = figures;
    m_seenNs = nowNs;
}

void DropAccounting::look(const KernelFigures& figures, std::int64_t nowNs) {
    const std::uint32_t drops = figures.drops - m_seen.drops;
    const std::uint32_t interfaceDrops = figures.interfaceDrops - m_seen.interfaceDrops;
    // A driver whose figure goes back was reset; that is no loss of four thousand million packets.
    constexpr std::uint32_t kImplausible = 1u << 31;
    if (drops < kImplausible) m_kernelDrops += drops;
    if (interfaceDrops < kImplausible) m_interfaceDrops += interfaceDrops;
    if (drops != 0 && drops < kImplausible) {
        // A ring holds some seconds at most; if it held more, places become coarser, not more.
        constexpr std::size_t kMostHoles = 4096;
        if (m_holes.size() < kMostHoles) {
            m_holes.push_back({m_seenNs, drops});
        } else {
            m_holes.back().packets += drops;
        }
    }
    m_seen = figures;
    m_seenNs = nowNs;
}

std::uint64_t DropAccounting::takeHoles(std::int64_t packetTimeNs) {
    std::uint64_t packets = 0;
    while (!m_holes.empty() && packetTimeNs > m_holes.front().afterNs) {
        packets += m_holes.front().packets;
        m_holes.pop_front();
    }
    return packets;
}

}  // namespace framescope::helper
