// Nothing leads to a record in the midst of a file, so the first place is taken from which a few
// records follow one another that all make sense. A place that only seems to be one costs a closer
// look at the file, nothing else.
#include "capture/file/time_sample.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "capture/file/capture_reader.h"
#include "capture/file/pcap_format.h"
#include "capture/file/pcapng_format.h"
#include "capture/file/snoop_format.h"
#include "capture/file/time_watch.h"

namespace framescope {
namespace {

constexpr std::uint64_t kHead = std::uint64_t{4} << 20;
constexpr std::uint64_t kStretches = 16;
constexpr std::size_t kStretch = std::size_t{256} << 10;
/// Records that must make sense one behind the other.
constexpr int kChain = 4;
/// Longer ones are not looked for.
constexpr std::uint32_t kLongest = kStretch / kChain;
/// No capture takes longer than that.
constexpr std::int64_t kMostApartNs = std::int64_t{365} * 24 * 3600 * 1'000'000'000;

/// A record, or block, that makes sense.
struct Sampled {
    std::size_t length = 0;
    std::optional<std::int64_t> timeNs;  ///< of a packet
};

class Stretch {
public:
    Stretch(const CaptureFile& file, const CaptureLayout& layout, std::int64_t firstTimeNs,
            std::uint64_t offset, ByteView bytes)
        : m_file(file),
          m_layout(layout),
          m_firstTimeNs(firstTimeNs),
          m_offset(offset),
          m_bytes(bytes) {}

    /// Calls `visit` with the time of each packet in it, in their order; not at all where no record
    /// is found.
    template <typename Visit>
    void visitTimes(Visit visit) const {
        std::size_t at = 0;
        while (at < m_bytes.size() && !isChain(at)) ++at;
        while (const auto record = sampledAt(at)) {
            if (record->timeNs) visit(*record->timeNs);
            at += record->length;
        }
    }

private:
    bool isChain(std::size_t at) const {
        for (int i = 0; i < kChain; ++i) {
            const auto record = sampledAt(at);
            if (!record) return false;
            at += record->length;
        }
        return true;
    }

    std::optional<Sampled> sampledAt(std::size_t at) const {
        switch (m_file.format()) {
            case CaptureFormat::Pcap:
                return pcapRecord(at);
            case CaptureFormat::Pcapng:
                return pcapngBlock(at);
            case CaptureFormat::Snoop:
                return snoopRecord(at);
        }
        return std::nullopt;
    }

    bool isNear(std::int64_t timeNs) const {
        return timeNs > m_firstTimeNs - kMostApartNs && timeNs < m_firstTimeNs + kMostApartNs;
    }

    /// The bytes from there on, if there are so many.
    ByteView from(std::size_t at, std::size_t length) const {
        if (at > m_bytes.size() || m_bytes.size() - at < length) return {};
        return m_bytes.subspan(at, length);
    }

    std::optional<Sampled> pcapRecord(std::size_t at) const {
        const PcapFileHeader& header = *m_file.pcapHeader();
        const ByteView start = from(at, header.recordHeaderLength);
        if (start.empty()) return std::nullopt;
        const std::uint32_t fraction = FileOrder(header.bigEndian).u32(start, 4);
        const PcapRecordHeader record = parsePcapRecordHeader(header, start);
        if (fraction >= (header.nanoseconds ? 1'000'000'000U : 1'000'000U) ||
            record.capturedLength > kLongest || record.originalLength < record.capturedLength ||
            record.originalLength == 0 || !isNear(record.timeNs)) {
            return std::nullopt;
        }
        return Sampled{header.recordHeaderLength + record.capturedLength, record.timeNs};
    }

    std::optional<Sampled> snoopRecord(std::size_t at) const {
        const ByteView start = from(at, snoopRecordHeaderLength);
        if (start.empty()) return std::nullopt;
        const SnoopRecordHeader record = parseSnoopRecordHeader(start);
        if (!record.plausible() || record.recordLength > kLongest ||
            record.originalLength < record.capturedLength || record.capturedLength == 0 ||
            !isNear(record.timeNs)) {
            return std::nullopt;
        }
        return Sampled{record.recordLength, record.timeNs};
    }

    /// Blocks lie at multiples of four, and end with their length.
    std::optional<Sampled> pcapngBlock(std::size_t at) const {
        if ((m_offset + at) % 4 != 0) return std::nullopt;
        const ByteView start = from(at, pcapng::blockStartLength);
        const CaptureSection* const section = m_layout.sectionAt(m_offset + at);
        if (start.empty() || section == nullptr) return std::nullopt;
        const auto header =
            pcapng::parseBlockHeader(start, m_offset + at, FileOrder(section->bigEndian));
        if (!header || !header->plausible() || header->length > kLongest) return std::nullopt;
        const ByteView block = from(at, header->length);
        if (block.empty() || !pcapng::trailerAgrees(*header, block.last(4))) return std::nullopt;
        Sampled sampled{header->length, std::nullopt};
        if (!pcapng::isPacketBlock(header->type)) return sampled;
        const auto described = pcapng::describePacket(*header, block, m_layout, *section);
        if (described.fault == pcapng::PacketFault::None && described.packet.hasTime) {
            sampled.timeNs = described.packet.timeNs;
        }
        return sampled;
    }

    const CaptureFile& m_file;
    const CaptureLayout& m_layout;
    std::int64_t m_firstTimeNs;
    std::uint64_t m_offset;
    ByteView m_bytes;
};

/// Whether packets of a stretch are older than those of the stretches before, the latest of which
/// is `latest`, or than others of their own. `latest` is that of all behind it.
bool runsBack(const Stretch& stretch, std::int64_t& latest) {
    const std::int64_t before = latest;
    std::size_t all = 0;
    std::size_t late = 0;
    TimeWatch watch;
    stretch.visitTimes([&](std::int64_t time) {
        ++all;
        if (time < before) ++late;
        watch.add(time);
        latest = std::max(latest, time);
    });
    return watch.isEnough() || (late != 0 && (late >= TimeWatch::kEnough || late == all));
}

}  // namespace

bool timesSeemToRunBack(const std::shared_ptr<CaptureFile>& file) {
    CaptureReader reader(file);
    CapturedPacket packet;
    TimeWatch watch;
    std::optional<std::int64_t> first;
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    std::uint64_t position = 0;
    while (position < kHead) {
        if (reader.next(packet) != ReadStep::Packet) return false;
        position = packet.dataOffset + packet.capturedLength;
        if (!packet.hasTime) continue;
        watch.add(packet.timeNs);
        if (watch.isEnough()) return true;
        if (!first) first = packet.timeNs;
        latest = std::max(latest, packet.timeNs);
    }
    const auto size = file->source().size();
    if (!first || file->isCompressed() || !size || *size <= position) return false;
    Bytes bytes(kStretch);
    const std::uint64_t step = std::max<std::uint64_t>((*size - position) / kStretches, kStretch);
    for (std::uint64_t offset = position; offset < *size; offset += step) {
        const auto read = file->source().readAt(offset, bytes);
        if (!read) return false;
        const Stretch stretch(*file, reader.layout(), *first, offset, ByteView(bytes).first(*read));
        if (runsBack(stretch, latest)) return true;
    }
    return false;
}

}  // namespace framescope
