// The work of the helper once its rights are gone: packets from the kernel to the files that the
// parent hands over, until it or a limit says stop.
//
// One round: wait for packets or a word from the parent, take the packets that are there, write
// them in one piece, say how many. A round takes a limited number of packets, so that under any
// load the parent is heard within milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "app/capture_helper/drop_accounting.h"
#include "app/capture_helper/packet_source.h"
#include "app/capture_helper/parent_link.h"
#include "app/capture_helper/spool_output.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::helper {

struct ParentGone {};
using CaptureEnd = std::variant<Stopped, Failed, ParentGone>;

class CaptureLoop {
public:
    CaptureLoop(const Request& request, PacketSource& source, ParentLink& parent);

    /// Runs to the end of the capture. Everything but how it ended has been told to the parent
    /// then.
    CaptureEnd run();

private:
    bool isRunning() const { return !m_end; }
    void end(const CaptureEnd& how) {
        if (!m_end) m_end = how;
    }

    void waitForFirstFile();
    void round();
    void waitForSomething();
    std::int64_t nextDeadline(std::int64_t now) const;
    void obeyParent();
    void takePackets();
    static void onPacket(unsigned char* self, const pcap_pkthdr* header, const unsigned char* data);
    void takePacket(const pcap_pkthdr& header, const unsigned char* data);
    std::int64_t timeOf(const pcap_pkthdr& header) const;

    void flush();
    void lookAtDrops(bool now);
    bool reached(const Limits& limits) const;
    void checkLimits();
    void fileIsFull();
    void switchTo(FileDescriptor file);
    void addStatistics();

    Counters counters() const;
    void tellCounters();

    void takeTheRest();
    void takeWhatTheKernelHolds(std::int64_t untilWallNs);

    const Request& m_request;
    PacketSource& m_source;
    ParentLink& m_parent;
    SpoolOutput m_output;
    DropAccounting m_drops;
    std::optional<CaptureEnd> m_end;
    std::optional<Failed> m_writeFailure;  ///< nothing can be written any more

    std::uint64_t m_packets = 0;  ///< taken from the kernel, written or not
    std::int64_t m_lastPacketNs = 0;
    bool m_mayHaveMore = false;  ///< the round was full
    bool m_limitReached = false;
    bool m_waitsForFile = false;

    std::uint64_t m_fileNumber = 0;
    std::uint64_t m_filePackets = 0;
    std::int64_t m_fileBegan = 0;  ///< monotonic, like the following
    std::int64_t m_captureBegan = 0;
    std::int64_t m_lookedAtDrops = 0;
    bool m_dropsAreOld = false;  ///< packets came since the last look
    std::int64_t m_told = 0;
    Counters m_toldCounters;
};

}  // namespace framescope::helper
