// Notices, while a capture is read in the order of the file, that the order of time may be the
// better one.
//
// Trying out both orders means going through the whole file once more (time_order.h), which takes
// as long as reading it. But times often run back for a moment only: a clock that was set back by a
// few milliseconds, or a processor that delivered its packets late. So once there are enough late
// packets (TimeWatch) it is waited until none come any more, and both orders are tried with the
// packets of that stretch and those just before it. Only where the order of time mends stretches,
// or where they are too long to tell, the whole file is worth trying.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/file/time_watch.h"

namespace framescope {

class CaptureFile;

class OrderWatch {
public:
    /// Packets in front of the one with which late ones are enough: a stretch begins with them.
    static constexpr std::size_t kRemembered = 4096;
    /// Packets in a row of which none is late, behind which a stretch is over.
    static constexpr std::uint32_t kQuiet = 1024;
    /// Packets of a stretch that is too long to tell.
    static constexpr std::size_t kMostPackets = std::size_t{1} << 16;
    /// Stretches that are tried by themselves; who has more is looked at as a whole.
    static constexpr std::uint32_t kMostStretches = 64;

    /// `layout` is what the reader of the packets knows of the file, and must outlive this.
    OrderWatch(std::shared_ptr<CaptureFile> file, const CaptureLayout& layout);

    /// The next packet. True once, when the order of time should be tried with the whole file.
    bool add(const CapturedPacket& packet) {
        if (m_isOver) return false;
        m_recent[m_packets++ % kRemembered] = packet.recordOffset;
        const bool isLate = packet.hasTime && m_watch.add(packet.timeNs);
        return (isLate || !m_stretch.empty()) && look(packet, isLate);
    }
    /// Behind the last packet, which may lie in the midst of a stretch; true as above.
    bool finish();

private:
    bool look(const CapturedPacket& packet, bool isLate);
    bool closeStretch(bool wanted);
    bool isMended();

    std::shared_ptr<CaptureFile> m_file;
    const CaptureLayout& m_layout;
    TimeWatch m_watch;
    std::vector<std::uint64_t> m_recent;  ///< places of records, by number modulo kRemembered
    std::uint64_t m_packets = 0;
    std::uint64_t m_firstLate = 0;  ///< number of the first late packet since the last stretch
    std::int64_t m_earliestLate = std::numeric_limits<std::int64_t>::max();
    bool m_hasLate = false;
    std::vector<std::uint64_t> m_stretch;  ///< places of its records; empty outside of one
    std::uint32_t m_quiet = 0;             ///< packets since the last late one
    std::uint32_t m_stretches = 0;
    std::uint64_t m_breaksInFile = 0;  ///< of all stretches so far, as OrderBreaks counts them
    std::uint64_t m_breaksInTime = 0;
    bool m_isOver = false;  ///< no more is told
};

}  // namespace framescope
