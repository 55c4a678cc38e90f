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
    if (m_isOver) return false;
    if (!m_stretch.empty() && tryStretch(true)) return true;
    const std::size_t inNone = m_single + m_late.size();
    // Too few breaks by themselves, but those in no stretch may add to them.
    const bool areMended = m_breaks.inFile != 0 && m_breaks.inTime <= m_breaks.inFile / 2;
    return (inNone >= kEnough || (areMended && inNone != 0)) && ask();
}

bool OrderWatch::addLate(const Late& late) {
    while (!m_late.empty() && late.number - m_late.front().number > kNear) {
        m_late.pop_front();
        ++m_single;
    }
    m_late.push_back(late);
    // No stretch has all of those that lie all over the file.
    if (m_single >= kEnough) return ask();
    return m_late.size() >= kEnough && openStretch();
}

bool OrderWatch::openStretch() {
    const auto place = [this](std::uint64_t number) { return m_recent[number % kRemembered]; };
    std::uint64_t first = m_packets > kRemembered ? m_packets - kRemembered : 0;
    while (place(m_packets - 1) - place(first) > kMostBytesBefore) ++first;
    m_beginsFile = first == 0;
    m_stretch.reserve(2 * kRemembered);
    for (std::uint64_t i = first; i < m_packets; ++i) m_stretch.push_back(place(i));
    m_earliestLate = m_late.front().timeNs;
    for (const Late& late : m_late) m_earliestLate = std::min(m_earliestLate, late.timeNs);
    m_late.clear();
    m_quiet = 0;
    m_nextTrial = 2 * m_stretch.size();
    return tryStretch(false);
}

bool OrderWatch::addToStretch(const CapturedPacket& packet, bool isLate) {
    m_stretch.push_back(packet.recordOffset);
    m_quiet = isLate ? 0 : m_quiet + 1;
    if (isLate) m_earliestLate = std::min(m_earliestLate, packet.timeNs);
    if (m_stretch.size() >= kMostPackets) return ask();
    if (m_quiet == kQuiet) return tryStretch(true);
    if (m_stretch.size() < m_nextTrial) return false;
    m_nextTrial *= 2;
    return tryStretch(false);
}

/// Whether the whole file should be tried, as far as the stretch, and those before, tell.
bool OrderWatch::tryStretch(bool isOver) {
    const auto breaks = breaksOfStretch();
    if (!breaks) return ask();
    const Breaks all{m_breaks.inFile + breaks->inFile, m_breaks.inTime + breaks->inTime};
    if (isBetter(all.inTime, all.inFile)) return ask();
    if (!isOver) return false;
    if (++m_stretches == kMostStretches) return ask();
    m_breaks = all;
    m_stretch.clear();
    return false;
}

/// Nothing where the stretch cannot tell.
std::optional<OrderWatch::Breaks> OrderWatch::breaksOfStretch() const {
    if (m_stretch.back() - m_stretch.front() > kMostBytes) return std::nullopt;
    PacketIndex index;
    OrderBreaks breaks;
    PacketPicker picker(m_file, m_layout);
    CapturedPacket packet;
    packet.number = 0;
    for (const std::uint64_t offset : m_stretch) {
        if (picker.pick(offset, packet)) return std::nullopt;
        // Late ones belong in front of the stretch.
        if (packet.number == 0 && !m_beginsFile && packet.timeNs > m_earliestLate) {
            return std::nullopt;
        }
        ++packet.number;
        if (!index.add(packet)) return std::nullopt;
        breaks.add(packet);
    }
    if (breaks.count() == 0) return Breaks{};
    index.arrange([] { return true; });
    const auto inTime =
        breaksInTime(m_file, m_layout, index, breaks.count(), [](double) { return true; });
    return Breaks{breaks.count(), inTime.value_or(breaks.count())};
}

/// The whole file tells, so nothing more is watched.
bool OrderWatch::ask() {
    m_isOver = true;
    m_stretch = {};
    m_recent = {};
    m_late = {};
    return true;
}

}  // namespace framescope
