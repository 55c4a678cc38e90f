// Goes through a capture file once, from front to back, and gives its packets one by one.
//
// Strategy: a window of a few blocks slides over the file; packets are views into it. Nothing is
// allocated from a length that the file declares, only from bytes that came. Whatever is wrong with
// the file ends up in notices(); every packet before the damage has been given out by then.
//
//     CaptureReader reader(file);
//     CapturedPacket packet;
//     while (reader.next(packet) == ReadStep::Packet) use(packet);
//     for (const Notice& notice : reader.notices()) show(notice.sentence);
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/file/capture_layout.h"
#include "capture/file/notice.h"
#include "capture/file/read_window.h"
#include "dissector/core/bytes.h"

namespace framescope {

namespace pcapng {
struct BlockHeader;
}

/// A packet as it lies in the file.
struct CapturedPacket : PacketHeader {
    std::uint32_t number = 0;  ///< Counted from 1.
    ByteView data;             ///< Valid until the reader is used again, as are its comments.
    std::span<const ByteView> comments;  ///< At most maxPacketComments, none of them empty.
};

enum class ReadStep {
    Packet,   ///< The packet was filled in.
    End,      ///< The end of what there is. Asking again looks whether it has grown; see mayGrow().
    Damaged,  ///< Reading ended early; the last notice says where and why. Final.
};

/// What the file held beside packets.
struct ReadCounts {
    std::uint64_t packets = 0;         ///< Given out.
    std::uint64_t skippedPackets = 0;  ///< Not given out: they do not fit their blocks.
    std::uint64_t nameResolutionBlocks = 0;
    std::uint64_t statisticsBlocks = 0;
    std::uint64_t secretsBlocks = 0;
    std::uint64_t customBlocks = 0;
    std::uint64_t unknownBlocks = 0;
};

/// What the capturing system says it lost on one interface, all told; the last that it said.
struct InterfaceDrops {
    std::uint64_t kernel = 0;     ///< No room was left for them.
    std::uint64_t interface = 0;  ///< The interface itself, or its driver, lost them.

    bool operator==(const InterfaceDrops&) const = default;
};

/// How much a reader takes on. Packets are numbered in 32 bits; the others bound memory, for a
/// small file could otherwise consist of nothing else.
struct ReadLimits {
    std::uint64_t packets = 0xffffffff;
    std::size_t sections = 1 << 20;
    std::size_t interfaces = 1 << 16;
    std::size_t secrets = 1 << 16;
    std::size_t hostNames = 1 << 16;
    /// Bytes of what the file says of itself: names of hosts, and of sections and interfaces
    /// their comments and whatever else is in their details.
    std::size_t text = std::size_t{16} << 20;
};

class CaptureReader {
public:
    explicit CaptureReader(std::shared_ptr<CaptureFile> file, ReadLimits limits = {});

    ReadStep next(CapturedPacket& packet);

    /// After an End: true when somebody still writes the capture, so that it is not its end.
    bool mayGrow() const { return m_growing; }
    /// Waits until there may be more to read than when next() gave End; false when the time was
    /// over first.
    bool waitForMore(std::chrono::milliseconds time) const {
        return m_file->source().waitBeyond(m_seen, time);
    }

    /// All notices so far. At most one of each kind that lets reading go on (ReadCounts tells how
    /// often), so they are few.
    const std::vector<Notice>& notices() const { return m_notices; }
    const ReadCounts& counts() const { return m_counts; }

    /// Losses by index in CaptureLayout::interfaces; only of interfaces that had some.
    const std::map<std::uint32_t, InterfaceDrops>& drops() const { return m_drops; }

    /// From now on another thread reads the file's bytes a little ahead, as far as it can
    /// (ReadWindow::readAhead()). For a file that is complete, and whoever goes through it faster
    /// than it is read.
    void readAhead() { m_window.readAhead(); }

    /// Everything known of the file's layout so far.
    const CaptureLayout& layout() const { return m_layout; }
    /// The part of layout() that no earlier call has handed out; mostly empty. A packet's interface
    /// and section are in what was handed out after next() gave the packet.
    CaptureLayout takeNewLayout();

    /// Progress in bytes of the file on disk. Of a file that nobody is known to write to, its size
    /// may be an earlier one until the end is met.
    std::uint64_t bytesRead() const;
    std::uint64_t bytesTotal() const;

private:
    enum class BlockResult { Packet, NoPacket, NotYet, Stopped };

    void skipWhatWasLetGo();
    ReadStep nextInPcap(CapturedPacket& packet);
    enum class HeaderInstead { None, Passed, NotYet };
    HeaderInstead passPcapHeader();
    ReadStep nextInSnoop(CapturedPacket& packet);
    bool passSnoopHeader(ByteView start);
    void remarkAnotherFile();
    ReadStep recordTooLong(std::uint64_t claimed);
    ReadStep nextInPcapng(CapturedPacket& packet);
    BlockResult readBlock(const pcapng::BlockHeader& header, CapturedPacket& packet);
    bool readPacketBlock(const pcapng::BlockHeader& header, ByteView block, CapturedPacket& packet);
    void readComments(const pcapng::BlockHeader& header, ByteView options, CapturedPacket& packet);
    bool readSectionHeader(const pcapng::BlockHeader& header, ByteView block);
    void readInterface(const pcapng::BlockHeader& header, ByteView block);
    void readSecrets(const pcapng::BlockHeader& header);
    void readStatistics(const pcapng::BlockHeader& header, ByteView block);
    void readNames(const pcapng::BlockHeader& header, ByteView block);
    bool keepText(std::size_t bytes, std::uint64_t offset);
    void remarkTextLimit(std::uint64_t offset);
    void countOtherBlock(std::uint32_t type);

    /// The packet is filled in; the next record stands at `recordEnd`.
    ReadStep deliver(CapturedPacket& packet, std::uint64_t recordEnd) {
        if (m_counts.packets == m_limits.packets) return tooManyPackets();
        packet.number = static_cast<std::uint32_t>(++m_counts.packets);
        m_position = recordEnd;
        return ReadStep::Packet;
    }
    ReadStep tooManyPackets();
    ReadStep endInHeader(bool betweenRecords, std::size_t length);
    ReadStep endInPacket(std::uint32_t length);
    ReadStep endOfBytes(bool betweenRecords, const std::string& what);
    BlockResult blockEndsEarly(const pcapng::BlockHeader& header);
    ReadStep stop(NoticeCode code, std::uint64_t offset, std::string sentence);
    void remark(NoticeCode code, std::uint64_t offset, std::string sentence);

    std::shared_ptr<CaptureFile> m_file;
    ReadLimits m_limits;
    ReadWindow m_window;
    std::uint64_t m_position = 0;    // Of the next record or block.
    PcapFileHeader m_pcap;           // That of the file at m_position, where it is pcap.
    std::uint32_t m_snoopDrops = 0;  // As the record before counted them.
    std::uint64_t m_seen = 0;        // Bytes there were when the end was met.
    bool m_growing = true;  // As far as is known; false once and for all when nothing more comes.
    bool m_atEnd = false;   // The end was met.
    mutable std::uint64_t m_size = 0;           // Of the file as it was when asked last; 0: never,
    mutable std::uint64_t m_sizeAskedFrom = 0;  // and where m_position was then.
    bool m_mayLetGo;  // What was written before may be gone before it is read.
    bool m_stopped = false;
    ReadCounts m_counts;
    std::vector<Notice> m_notices;
    std::map<std::uint32_t, InterfaceDrops> m_drops;
    CaptureLayout m_layout;
    std::size_t m_sectionsTaken = 0;
    std::size_t m_interfacesTaken = 0;
    std::size_t m_secretsTaken = 0;
    std::size_t m_hostNamesTaken = 0;
    std::map<std::uint32_t, InterfaceCounts> m_freshStatistics;
    std::map<IpAddress, std::vector<std::uint32_t>> m_hosts;  // Names by address, as indices.
    std::vector<ByteView> m_comments;                         // Of the packet given out last.
    std::size_t m_textBytes = 0;                              // Kept so far, see ReadLimits::text.
};

}  // namespace framescope
