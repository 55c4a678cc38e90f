#include "capture/ingest/order_watch.h"

#include <algorithm>
#include <utility>

#include "capture/file/capture_file.h"
#include "capture/file/packet_index.h"
#include "capture/file/packet_picker.h"
#include "capture/ingest/order_breaks.h"
#include "capture/ingest/time_order.h"

namespace framescope {

OrderWatch::OrderWatch(std::shared_ptr<CaptureFile> file, const CaptureLayout& layout)
    : m_file(std::move(file)), m_layout(layout), m_recent(kRemembered) {}

bool OrderWatch::finish() {
    return !m_isOver && !m_stretch.empty() && closeStretch(isMended());
}

/// A packet that is late, or lies in a stretch.
bool OrderWatch::look(const CapturedPacket& packet, bool isLate) {
    if (isLate) {
        if (!std::exchange(m_hasLate, true)) m_firstLate = m_packets;
        m_earliestLate = std::min(m_earliestLate, packet.timeNs);
        m_quiet = 0;
    } else {
        ++m_quiet;
    }
    if (!m_stretch.empty()) {
        m_stretch.push_back(packet.recordOffset);
        if (m_stretch.size() >= kMostPackets) return closeStretch(true);
        return m_quiet >= kQuiet && closeStretch(isMended());
    }
    if (!m_watch.isEnough()) return false;
    // Single ones, all over the file: no stretch of it has them all.
    if (m_packets - m_firstLate > kRemembered / 2) return closeStretch(true);
    const std::uint64_t first = m_packets > kRemembered ? m_packets - kRemembered : 0;
    m_stretch.reserve(2 * kRemembered);
    for (std::uint64_t i = first; i < m_packets; ++i) {
        m_stretch.push_back(m_recent[i % kRemembered]);
    }
    return false;
}

/// Where the other order is `wanted`, the watch is over, too. Whether it is to be told.
bool OrderWatch::closeStretch(bool wanted) {
    m_isOver = wanted || ++m_stretches == kMostStretches;
    if (m_isOver) {
        m_stretch = {};
        m_recent = {};
        return true;
    }
    m_stretch.clear();
    m_watch.forgive();
    m_hasLate = false;
    m_earliestLate = std::numeric_limits<std::int64_t>::max();
    m_quiet = 0;
    return false;
}

/// Tries both orders with the packets of the stretch. Whether all stretches so far say that the
/// order of time is the better one, or this one cannot tell.
bool OrderWatch::isMended() {
    PacketIndex index;
    OrderBreaks breaks;
    PacketPicker picker(m_file, m_layout);
    CapturedPacket packet;
    packet.number = 0;
    const bool beginsFile = m_stretch.size() == m_packets;
    for (const std::uint64_t offset : m_stretch) {
        if (picker.pick(offset, packet)) return true;
        // Late ones belong in front of the stretch.
        if (packet.number == 0 && packet.timeNs > m_earliestLate && !beginsFile) return true;
        ++packet.number;
        if (!index.add(packet)) return true;
        breaks.add(packet);
    }
    m_breaksInFile += breaks.count();
    if (breaks.count() != 0) {
        const auto always = [](double) { return true; };
        index.arrange([] { return true; });
        m_breaksInTime +=
            breaksInTime(m_file, m_layout, index, breaks.count(), always).value_or(breaks.count());
    }
    return isBetter(m_breaksInTime, m_breaksInFile);
}

}  // namespace framescope
