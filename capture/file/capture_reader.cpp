// What reading either format shares, and reading pcap; pcapng is in capture_reader_pcapng.cpp.
#include "capture/file/capture_reader.h"

#include <algorithm>
#include <utility>

#include "capture/file/file_order.h"
#include "capture/file/pcap_format.h"
#include "capture/file/snoop_format.h"

namespace framescope {

CaptureReader::CaptureReader(std::shared_ptr<CaptureFile> file, ReadLimits limits)
    : m_file(std::move(file)),
      m_limits(limits),
      m_window(m_file->source()),
      m_mayLetGo(m_file->source().mayGrow() || m_file->source().firstReadable() != 0) {
    if (const auto& header = m_file->pcapHeader()) {
        m_pcap = *header;
        m_layout = header->layout();
        m_position = header->firstRecord;
    }
    if (const auto& header = m_file->snoopHeader()) {
        m_layout = header->layout();
        m_position = snoopFileHeaderLength;
    }
}

ReadStep CaptureReader::next(CapturedPacket& packet) {
    if (m_stopped) return ReadStep::Damaged;
    // Asked before anything is read: what comes meanwhile is found by asking again.
    m_growing = m_growing && m_file->source().mayGrow();
    if (m_growing) m_seen = m_file->source().storedSize();
    if (m_mayLetGo) skipWhatWasLetGo();
    switch (m_file->format()) {
        case CaptureFormat::Pcap:
            return nextInPcap(packet);
        case CaptureFormat::Pcapng:
            return nextInPcapng(packet);
        case CaptureFormat::Snoop:
            break;
    }
    return nextInSnoop(packet);
}

/// A ring whose files fill faster than they are read goes on with the oldest that is still there;
/// each of them begins with a section of its own.
void CaptureReader::skipWhatWasLetGo() {
    const std::uint64_t first = m_file->source().firstReadable();
    if (m_position >= first) return;
    remark(NoticeCode::LetGo, m_position,
           "The ring of files let go of packets before they were read, first at byte " +
               std::to_string(m_position) + ". They are missing among the rows.");
    m_position = first;
}

ReadStep CaptureReader::recordTooLong(std::uint64_t claimed) {
    return stop(NoticeCode::Damaged, m_position,
                "The capture is damaged at byte " + std::to_string(m_position) +
                    ": a packet there claims " + std::to_string(claimed) +
                    " bytes. The packets before it are complete.");
}

/// As parsePcapRecordHeader(), without a call for what nearly every file is.
static inline PcapRecordHeader readRecordHeader(const PcapFileHeader& file, ByteView start) {
    if (file.bigEndian || file.versionMajor != 2 || file.versionMinor < 4) {
        return parsePcapRecordHeader(file, start);
    }
    const FileOrder order(false);
    const std::int64_t seconds = order.u32(start, 0);
    const std::int64_t fraction = order.u32(start, 4);
    return {seconds * 1'000'000'000 + fraction * (file.nanoseconds ? 1 : 1000), order.u32(start, 8),
            order.u32(start, 12)};
}

/// Where an empty record stands at m_position: goes behind it if it is the header of another file,
/// whose records are a section of their own. More of such a header may still come.
CaptureReader::HeaderInstead CaptureReader::passPcapHeader() {
    const ByteView start = m_window.view(m_position, pcapFileHeaderLength);
    if (!startsLikePcap(start)) return HeaderInstead::None;
    if (m_growing && start.size() < pcapFileHeaderLength) return HeaderInstead::NotYet;
    const auto header = parseFollowingPcapHeader(m_pcap, start);
    if (!header || m_layout.sections.size() == m_limits.sections ||
        m_layout.interfaces.size() == m_limits.interfaces) {
        return HeaderInstead::None;
    }
    remarkAnotherFile();
    CaptureLayout more = header->layout();
    more.sections.front().offset = m_position;
    more.sections.front().firstInterface = static_cast<std::uint32_t>(m_layout.interfaces.size());
    m_layout.append(more);
    m_pcap = *header;
    m_position += pcapFileHeaderLength;
    return HeaderInstead::Passed;
}

void CaptureReader::remarkAnotherFile() {
    remark(NoticeCode::AnotherFile, m_position,
           "At byte " + std::to_string(m_position) +
               " another capture begins, as if files had been written one behind the other. It "
               "was read on behind its header.");
}

ReadStep CaptureReader::nextInPcap(CapturedPacket& packet) {
    const std::size_t headerLength = m_pcap.recordHeaderLength;
    PcapRecordHeader record;
    HeaderInstead instead = HeaderInstead::None;
    do {
        const ByteView start = m_window.view(m_position, headerLength);
        if (start.size() < headerLength) return endInHeader(start.empty(), headerLength);
        record = readRecordHeader(m_pcap, start);
        const bool empty = (record.capturedLength | record.originalLength) == 0;
        if (empty) instead = passPcapHeader();
        if (instead == HeaderInstead::NotYet) return ReadStep::End;
    } while (std::exchange(instead, HeaderInstead::None) == HeaderInstead::Passed);
    const std::uint64_t offset = m_position;
    if (record.capturedLength > maxPacketLength) return recordTooLong(record.capturedLength);
    const std::size_t length = headerLength + record.capturedLength;
    const ByteView whole = m_window.view(offset, length);
    if (whole.size() < length) return endInPacket(record.capturedLength);
    packet.timeNs = record.timeNs;
    packet.hasTime = true;
    packet.capturedLength = record.capturedLength;
    packet.originalLength = record.originalLength;
    packet.linkType = m_pcap.linkType;
    packet.interface = m_layout.sections.back().firstInterface;
    packet.recordOffset = offset;
    packet.dataOffset = offset + headerLength;
    packet.dropped = 0;
    packet.data = whole.subspan(headerLength);
    packet.comments = {};
    return deliver(packet, offset + whole.size());
}

/// Goes behind the header of another file, of the same link type, that stands in front of a record;
/// `start` is what there is of both.
bool CaptureReader::passSnoopHeader(ByteView start) {
    const auto header = parseSnoopFileHeader(start);
    const auto& first = m_file->snoopHeader();
    if (!header || header->version != first->version || header->datalink != first->datalink) {
        return false;
    }
    remarkAnotherFile();
    m_snoopDrops = 0;
    m_position += snoopFileHeaderLength;
    return true;
}

ReadStep CaptureReader::nextInSnoop(CapturedPacket& packet) {
    ByteView start = m_window.view(m_position, snoopRecordHeaderLength);
    while (passSnoopHeader(start)) start = m_window.view(m_position, snoopRecordHeaderLength);
    const std::uint64_t offset = m_position;
    if (start.size() < snoopRecordHeaderLength) {
        return endInHeader(start.empty(), snoopRecordHeaderLength);
    }
    const SnoopRecordHeader record = parseSnoopRecordHeader(start);
    if (!record.plausible()) {
        return stop(
            NoticeCode::Damaged, offset,
            "The capture is damaged at byte " + std::to_string(offset) + ": a packet of " +
                std::to_string(record.capturedLength) + " bytes does not fit into its record of " +
                std::to_string(record.recordLength) + ". The packets before it are complete.");
    }
    if (record.recordLength > maxPacketLength) return recordTooLong(record.recordLength);
    const ByteView whole = m_window.view(offset, record.recordLength);
    // The padding behind the last packet may be missing.
    const std::size_t wanted =
        m_growing ? record.recordLength : snoopRecordHeaderLength + record.capturedLength;
    if (whole.size() < wanted) {
        return endInPacket(record.capturedLength);
    }
    packet.timeNs = record.timeNs;
    packet.hasTime = true;
    packet.capturedLength = record.capturedLength;
    packet.originalLength = record.originalLength;
    packet.linkType = m_layout.interfaces.front().linkType;
    packet.interface = 0;
    packet.recordOffset = offset;
    packet.dataOffset = offset + snoopRecordHeaderLength;
    // A counter that runs backwards tells nothing.
    packet.dropped = record.drops > m_snoopDrops ? record.drops - m_snoopDrops : 0;
    m_snoopDrops = record.drops;
    packet.data = whole.subspan(snoopRecordHeaderLength, record.capturedLength);
    packet.comments = {};
    return deliver(packet, offset + whole.size());
}

ReadStep CaptureReader::tooManyPackets() {
    return stop(NoticeCode::TooMany, m_position,
                "The capture has more than " + std::to_string(m_limits.packets) +
                    " packets; those from byte " + std::to_string(m_position) +
                    " on are not read.");
}

/// What was read of compressed data that did not end as it should. Only at its end could it have
/// been told that all of it is right.
static const char* whatIsThere(NoticeCode code) {
    switch (code) {
        case NoticeCode::CompressedChecksumWrong:
            return "Any of the packets may be damaged.";
        case NoticeCode::CompressedDamaged:
            return "The packets before that place were read; the damage may begin earlier than it "
                   "shows.";
        default:
            return "The packets before that place are complete.";
    }
}

/// Sentences are put together apart from what every packet goes through.
ReadStep CaptureReader::endInHeader(bool betweenRecords, std::size_t length) {
    return endOfBytes(betweenRecords, "a record header of " + std::to_string(length) + " bytes");
}

ReadStep CaptureReader::endInPacket(std::uint32_t length) {
    return endOfBytes(false, "a packet of " + std::to_string(length) + " bytes");
}

/// The bytes ended before `what` at m_position was complete: because the disk failed, because the
/// compression around it ended early, at the end of the file as it should be, or within it.
ReadStep CaptureReader::endOfBytes(bool betweenRecords, const std::string& what) {
    m_atEnd = true;
    if (!m_window.error().empty())
        return stop(NoticeCode::ReadFailed, m_position, m_window.error());
    if (m_growing) return ReadStep::End;
    if (const auto notice = m_file->source().endNotice()) {
        if (endsReading(notice->code)) {
            return stop(notice->code, notice->offset,
                        notice->sentence + ' ' + whatIsThere(notice->code));
        }
        remark(notice->code, notice->offset, notice->sentence);
    }
    const auto size = m_file->source().size();
    if (size && *size < m_position) {
        return stop(NoticeCode::CutOff, *size,
                    "The file has shrunk to " + std::to_string(*size) +
                        " bytes while it was being read; byte " + std::to_string(m_position) +
                        " and what follows could not be read.");
    }
    if (betweenRecords) return ReadStep::End;
    return stop(NoticeCode::CutOff, m_position,
                "The capture is cut off: it ends within " + what + " that begins at byte " +
                    std::to_string(m_position) + ". The packets before it are complete.");
}

ReadStep CaptureReader::stop(NoticeCode code, std::uint64_t offset, std::string sentence) {
    m_atEnd = m_stopped = true;
    m_notices.push_back({code, offset, std::move(sentence)});
    return ReadStep::Damaged;
}

void CaptureReader::remark(NoticeCode code, std::uint64_t offset, std::string sentence) {
    const bool known = std::any_of(m_notices.begin(), m_notices.end(),
                                   [code](const Notice& notice) { return notice.code == code; });
    if (!known) m_notices.push_back({code, offset, std::move(sentence)});
}

CaptureLayout CaptureReader::takeNewLayout() {
    const auto from = [](const auto& all, std::size_t& taken) {
        auto begin = all.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken, all.size()));
        return std::remove_cvref_t<decltype(all)>(begin, all.end());
    };
    CaptureLayout fresh;
    fresh.sections = from(m_layout.sections, m_sectionsTaken);
    fresh.interfaces = from(m_layout.interfaces, m_interfacesTaken);
    fresh.secrets = from(m_layout.secrets, m_secretsTaken);
    fresh.hostNames = from(m_layout.hostNames, m_hostNamesTaken);
    fresh.statistics = std::exchange(m_freshStatistics, {});
    return fresh;
}

std::uint64_t CaptureReader::bytesRead() const {
    return std::min(m_file->source().storedPosition(m_position), bytesTotal());
}

std::uint64_t CaptureReader::bytesTotal() const {
    // Asking the system costs more than reading a few packets.
    constexpr std::uint64_t kAskEvery = std::uint64_t{4} << 20;
    if (m_size == 0 || m_atEnd || m_growing || m_position - m_sizeAskedFrom >= kAskEvery) {
        m_size = m_file->source().storedSize();
        m_sizeAskedFrom = m_position;
    }
    return m_size;
}

}  // namespace framescope
