// Notices, while a capture is read in the order of the file, that the order of time may be the
// better one.
//
// Trying out both orders means going through the whole file once more (time_order.h), which takes
// as long as reading it. But times often run back for a moment only: a clock that was set back by a
// few milliseconds, or a processor that delivered its packets late. So once there are enough late
// packets near each other (TimeWatch), both orders are tried with them and those just before, and
// again with twice as many for as long as late ones come. Only where the order of time mends such
// stretches, or where they are too long to tell, the whole file is worth trying.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/file/time_watch.h"

namespace framescope {

class CaptureFile;

class OrderWatch {
public:
    /// Late packets that are something to look into: so many among kNear packets, which begin a
    /// stretch, or so many that lie in none.
    static constexpr std::size_t kEnough = TimeWatch::kEnough;
    static constexpr std::uint64_t kNear = 2048;
    /// Packets in front of the one with which late ones are enough: a stretch begins with them, as
    /// far as they lie within so many bytes.
    static constexpr std::size_t kRemembered = 4096;
    static constexpr std::uint64_t kMostBytesBefore = std::uint64_t{16} << 20;
    /// Packets in a row of which none is late, behind which a stretch is over.
    static constexpr std::uint32_t kQuiet = 1024;
    /// Packets of a stretch that is too long to tell, and bytes of the file in which it lies.
    static constexpr std::size_t kMostPackets = std::size_t{1} << 16;
    static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
    /// Stretches that are tried by themselves; who has more is looked at as a whole.
    static constexpr std::uint32_t kMostStretches = 64;

    /// `layout` is what the reader of the packets knows of the file, and must outlive this.
    OrderWatch(std::shared_ptr<CaptureFile> file, const CaptureLayout& layout);

    /// The next packet. True once, when the order of time should be tried with the whole file.
    bool add(const CapturedPacket& packet) {
        if (m_isOver) return false;
        m_recent[m_packets++ % kRemembered] = packet.recordOffset;
        const bool isLate = packet.hasTime && m_watch.add(packet.timeNs);
        if (!m_stretch.empty()) return addToStretch(packet, isLate);
        return isLate && addLate({m_packets, packet.timeNs});
    }
    /// Behind the last packet, which may lie in the midst of a stretch; true as above.
    bool finish();

private:
    struct Late {
        std::uint64_t number = 0;
        std::int64_t timeNs = 0;
    };
    /// What the two orders of some packets break (OrderBreaks).
    struct Breaks {
        std::uint64_t inFile = 0;
        std::uint64_t inTime = 0;
    };

    bool addLate(const Late& late);
    bool openStretch();
    bool addToStretch(const CapturedPacket& packet, bool isLate);
    bool tryStretch(bool isOver);
    std::optional<Breaks> breaksOfStretch() const;
    bool ask();

    std::shared_ptr<CaptureFile> m_file;
    const CaptureLayout& m_layout;
    TimeWatch m_watch;
    std::vector<std::uint64_t> m_recent;  ///< places of records, by number modulo kRemembered
    std::uint64_t m_packets = 0;
    std::deque<Late> m_late;               ///< those in no stretch, of the last kNear packets
    std::size_t m_single = 0;              ///< and those before
    std::vector<std::uint64_t> m_stretch;  ///< places of its records; empty outside of one
    bool m_beginsFile = false;             ///< it has the first packet
    std::int64_t m_earliestLate = 0;       ///< time of one of the stretch
    std::size_t m_nextTrial = 0;           ///< packets with which it is tried again
    std::uint32_t m_quiet = 0;             ///< packets since its last late one
    std::uint32_t m_stretches = 0;         ///< that are over
    Breaks m_breaks;                       ///< of those
    bool m_isOver = false;                 ///< no more is told
};

}  // namespace framescope
