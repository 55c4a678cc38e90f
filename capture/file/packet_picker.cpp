#include "capture/file/packet_picker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "capture/file/pcap_format.h"
#include "capture/file/pcapng_format.h"
#include "capture/file/snoop_format.h"

namespace framescope {

std::optional<Error> PacketPicker::pick(std::uint64_t recordOffset, CapturedPacket& packet) {
    packet.comments = {};
    bool isThere = false;
    switch (m_file->format()) {
        case CaptureFormat::Pcap:
            isThere = pickPcap(recordOffset, packet);
            break;
        case CaptureFormat::Pcapng:
            isThere = pickPcapng(recordOffset, packet);
            break;
        case CaptureFormat::Snoop:
            isThere = pickSnoop(recordOffset, packet);
            break;
    }
    if (isThere) return std::nullopt;
    // Whoever reads single packets knows why.
    const auto again = m_file->readPacket(m_layout, recordOffset);
    if (!again) return again.error();
    return Error{"The packet at byte " + std::to_string(recordOffset) +
                 " of the capture cannot be read again."};
}

/// Empty where there are not so many.
ByteView PacketPicker::bytesAt(std::uint64_t offset, std::size_t length) {
    if (length <= FileWindow::kMaxView) return m_window.view(*m_file, offset, length);
    auto bytes = m_file->readBytes(offset, static_cast<std::uint32_t>(length));
    if (!bytes) return {};
    m_large = *std::move(bytes);
    return m_large;
}

namespace {

/// What records of pcap and snoop say alike: `whole` is the record at `offset`, header and data.
template <typename Record>
void fill(CapturedPacket& packet, const Record& record, std::uint64_t offset, ByteView whole,
          std::size_t headerLength) {
    packet.timeNs = record.timeNs;
    packet.hasTime = true;
    packet.capturedLength = record.capturedLength;
    packet.originalLength = record.originalLength;
    packet.interface = 0;
    packet.recordOffset = offset;
    packet.dataOffset = offset + headerLength;
    packet.dropped = 0;
    packet.data = whole.subspan(headerLength);
}

}  // namespace

bool PacketPicker::pickPcap(std::uint64_t offset, CapturedPacket& packet) {
    // Behind the header of another file; see parseFollowingPcapHeader().
    const CaptureSection* const section = m_layout.sectionAt(offset);
    if (section != nullptr && section->offset != 0) {
        auto stored = m_file->readPacket(m_layout, offset);
        if (!stored) return false;
        static_cast<PacketHeader&>(packet) = *stored;
        m_large = std::move(stored->data);
        packet.data = m_large;
        return true;
    }
    const PcapFileHeader& file = *m_file->pcapHeader();
    const ByteView start = bytesAt(offset, pcapRecordHeaderLength);
    if (start.empty()) return false;
    const PcapRecordHeader record = parsePcapRecordHeader(file, start);
    if (record.capturedLength > maxPacketLength) return false;
    const ByteView whole = bytesAt(offset, file.recordHeaderLength + record.capturedLength);
    if (whole.empty()) return false;
    fill(packet, record, offset, whole, file.recordHeaderLength);
    packet.linkType = m_layout.interfaces.front().linkType;
    return true;
}

bool PacketPicker::pickSnoop(std::uint64_t offset, CapturedPacket& packet) {
    const ByteView start = bytesAt(offset, snoopRecordHeaderLength);
    if (start.empty()) return false;
    const SnoopRecordHeader record = parseSnoopRecordHeader(start);
    if (!record.plausible() || record.recordLength > maxPacketLength) return false;
    const ByteView whole = bytesAt(offset, snoopRecordHeaderLength + record.capturedLength);
    if (whole.empty()) return false;
    fill(packet, record, offset, whole, snoopRecordHeaderLength);
    packet.linkType = m_layout.interfaces.front().linkType;
    return true;
}

bool PacketPicker::pickPcapng(std::uint64_t offset, CapturedPacket& packet) {
    const CaptureSection* const section = m_layout.sectionAt(offset);
    if (section == nullptr) return false;
    const ByteView start = bytesAt(offset, pcapng::blockStartLength);
    if (start.empty()) return false;
    const auto header = pcapng::parseBlockHeader(start, offset, FileOrder(section->bigEndian));
    if (!header || !header->plausible() || !pcapng::isPacketBlock(header->type)) return false;
    if (header->length > maxPacketLength) return false;
    const ByteView block = bytesAt(offset, header->length);
    if (block.empty() || !pcapng::trailerAgrees(*header, block.last(4))) return false;
    const auto described = pcapng::describePacket(*header, block, m_layout, *section);
    if (described.fault == pcapng::PacketFault::Malformed) return false;
    static_cast<PacketHeader&>(packet) = described.packet;
    packet.data =
        block.subspan(static_cast<std::size_t>(packet.dataOffset - offset), packet.capturedLength);
    if (described.commented) {
        m_comments.clear();
        pcapng::packetComments(header->order, described.options, m_comments);
        packet.comments = m_comments;
    }
    return true;
}

}  // namespace framescope
