// Recognising a capture file and reading single packets of it again; see capture_file.h. Whatever
// is read again is checked as if it had never been seen: the file may have become another
// meanwhile.
#include "capture/file/capture_file.h"

#include <algorithm>
#include <array>
#include <string>

#include "capture/file/file_kind.h"
#include "capture/file/growing_bytes.h"
#include "capture/file/memory_bytes.h"
#include "capture/file/pcapng_format.h"
#include "capture/file/read_ahead.h"

namespace framescope {
namespace {

// Enough for the header of either format and for telling what else a file may be.
constexpr std::size_t startLength = 64;

std::string quoted(const std::filesystem::path& path) {
    return '"' + path.string() + '"';
}

std::string cutHeader(const std::string& name, const char* format, std::size_t present) {
    return name + " is cut off within its " + format + " header: there are only " +
           std::to_string(present) + " bytes.";
}

/// What keeps a pcap file from being read, or empty.
std::string pcapFault(const std::string& name, ByteView start) {
    const auto header = parsePcapFileHeader(start);
    if (!header) return cutHeader(name, "pcap", start.size());
    if (!header->versionKnown()) {
        return name + " is a pcap file of version " + std::to_string(header->versionMajor) + "." +
               std::to_string(header->versionMinor) + "; only version 2 is known.";
    }
    return {};
}

/// What keeps a snoop file from being read, or empty.
std::string snoopFault(const std::string& name, ByteView start) {
    const auto header = parseSnoopFileHeader(start);
    if (!header) return cutHeader(name, "snoop", start.size());
    if (header->version != 2) {
        return name + " is a snoop file of version " + std::to_string(header->version) +
               "; only version 2 is known.";
    }
    if (!header->linkType) {
        return name + " is a snoop file of data link type " + std::to_string(header->datalink) +
               ", which is not read.";
    }
    return {};
}

/// The header of a pcap file, with its variant told by the first records. A file that is still
/// growing may have none yet; its variant is the one that the magic number stands for.
std::optional<PcapFileHeader> pcapHeaderOf(ByteSource& source, ByteView start) {
    auto header = parsePcapFileHeader(start);
    if (!header || source.mayGrow()) return header;
    Bytes sample(pcapVariantSample);
    const auto n = source.readOn(0, sample);
    if (n) tellPcapVariant(*header, ByteView(sample).first(*n), *n < sample.size());
    return header;
}

/// What keeps a pcapng file from being read, or empty.
std::string pcapngFault(const std::string& name, ByteView start) {
    if (start.size() < pcapng::blockStartLength) return cutHeader(name, "pcapng", start.size());
    if (!pcapng::sectionByteOrder(start)) {
        return name + " begins like a pcapng file, but its byte-order magic is damaged.";
    }
    return {};
}

/// The packet of a record, but for its bytes. `header` is of pcapRecordHeaderLength bytes.
StoredPacket emptyPcapPacket(const PcapFileHeader& file, ByteView header, std::uint64_t offset) {
    const PcapRecordHeader record = parsePcapRecordHeader(file, header);
    StoredPacket packet;
    packet.timeNs = record.timeNs;
    packet.hasTime = true;
    packet.capturedLength = record.capturedLength;
    packet.originalLength = record.originalLength;
    packet.linkType = file.linkType;
    packet.recordOffset = offset;
    packet.dataOffset = offset + file.recordHeaderLength;
    return packet;
}

/// The packet at `offset`, in a pcap file that begins with `section` within this one.
Result<StoredPacket> readFollowingPcapRecord(const CaptureFile& file, const CaptureSection& section,
                                             std::uint64_t offset) {
    const auto bytes = file.readBytes(section.offset, pcapFileHeaderLength);
    if (!bytes) return bytes.error();
    const auto following = parseFollowingPcapHeader(*file.pcapHeader(), *bytes);
    if (!following) {
        return Error{"At byte " + std::to_string(section.offset) + " of " + quoted(file.path()) +
                     " no capture begins any more: the file has been changed on disk."};
    }
    const auto header = file.readBytes(offset, pcapRecordHeaderLength);
    if (!header) return header.error();
    StoredPacket packet = emptyPcapPacket(*following, *header, offset);
    packet.interface = section.firstInterface;
    auto data = file.readBytes(packet.dataOffset, packet.capturedLength);
    if (!data) return data.error();
    packet.data = *std::move(data);
    return packet;
}

}  // namespace

const char* captureFormatName(CaptureFormat format) {
    switch (format) {
        case CaptureFormat::Pcap:
            return "pcap";
        case CaptureFormat::Pcapng:
            return "pcapng";
        case CaptureFormat::Snoop:
            return "snoop";
    }
    return "";
}

Result<std::shared_ptr<CaptureFile>> CaptureFile::open(const std::filesystem::path& path,
                                                       const std::filesystem::path& spoolFolder) {
    auto opened = openByteSource(path, spoolFolder);
    if (!opened) return opened.error();
    return recognise(path, *std::move(opened));
}

Result<std::shared_ptr<CaptureFile>> CaptureFile::ofGrowing(std::shared_ptr<GrowingBytes> bytes,
                                                            const std::filesystem::path& name) {
    return recognise(name, std::make_unique<GrowingFile>(std::move(bytes)));
}

Result<std::shared_ptr<CaptureFile>> CaptureFile::recognise(const std::filesystem::path& path,
                                                            std::unique_ptr<ByteSource> source) {
    std::array<std::uint8_t, startLength> room{};
    const auto n = source->readOn(0, room);
    if (!n) return n.error();
    const ByteView start = ByteView(room).first(*n);
    std::string name = quoted(path);
    if (source->isCompressed()) {
        if (start.empty()) {
            const auto notice = source->endNotice();
            const std::string what = name + " is " + source->compression() + "-compressed";
            // Of what is cut off or damaged at its beginning nobody can tell what it holds.
            return Error{notice
                             ? what + ", and nothing of it can be decompressed. " + notice->sentence
                             : what + " and holds nothing."};
        }
        name = "What is compressed in " + name;
    }

    CaptureFormat format = CaptureFormat::Pcap;
    std::string fault;
    if (startsLikePcap(start)) {
        fault = pcapFault(name, start);
    } else if (pcapng::startsLikePcapng(start)) {
        format = CaptureFormat::Pcapng;
        fault = pcapngFault(name, start);
    } else if (startsLikeSnoop(start)) {
        format = CaptureFormat::Snoop;
        fault = snoopFault(name, start);
    } else {
        fault = name + " is no pcap or pcapng file: it is " + describeFileKind(start) + ".";
    }
    if (!fault.empty()) return Error{fault};
    const auto pcapHeader = pcapHeaderOf(*source, start);
    return std::shared_ptr<CaptureFile>(
        new CaptureFile(path, std::move(source), format, pcapHeader, parseSnoopFileHeader(start)));
}

std::shared_ptr<CaptureFile> CaptureFile::ofBytes(Bytes bytes) {
    return std::shared_ptr<CaptureFile>(
        new CaptureFile({}, std::make_unique<MemoryBytes>(std::move(bytes)), CaptureFormat::Pcap,
                        std::nullopt, std::nullopt));
}

std::string CaptureFile::formatText() const {
    if (m_pcapHeader) return m_pcapHeader->formatText();
    // What has no header and is no pcapng was never a file.
    return m_format == CaptureFormat::Pcap ? std::string() : captureFormatName(m_format);
}

Result<StoredPacket> CaptureFile::readPacket(const CaptureLayout& layout,
                                             std::uint64_t recordOffset) const {
    if (ReadAhead::here() == nullptr) {
        if (const auto changed = m_source->changed()) return *changed;
    }
    switch (m_format) {
        case CaptureFormat::Pcap:
            if (const CaptureSection* const section = layout.sectionAt(recordOffset);
                section != nullptr && section->offset != 0) {
                return readFollowingPcapRecord(*this, *section, recordOffset);
            }
            return readPcapRecord(recordOffset);
        case CaptureFormat::Pcapng:
            return readPcapngBlock(layout, recordOffset);
        case CaptureFormat::Snoop:
            break;
    }
    return readSnoopRecord(recordOffset);
}

Result<Bytes> CaptureFile::readBytes(std::uint64_t offset, std::uint32_t length) const {
    if (ReadAhead::here() == nullptr) {
        if (const auto changed = m_source->changed()) return *changed;
    }
    return readExactly(offset, length);
}

Result<Bytes> CaptureFile::readExactly(std::uint64_t offset, std::uint32_t length) const {
    if (length > maxPacketLength) return gone(offset);
    Bytes bytes;
    if (ReadAhead* const ahead = ReadAhead::here()) {
        const ByteView view = ahead->view(*this, offset, length);
        if (!view.empty()) {
            bytes.assign(view.begin(), view.end());
            return bytes;
        }
        // The window looked when it was filled; what is read beside it is looked after here.
        if (const auto changed = m_source->changed()) return *changed;
    }
    // Room follows the bytes that are there: `length` may come from a file that has changed.
    constexpr std::size_t step = std::size_t{1} << 20;
    while (bytes.size() < length) {
        const std::size_t had = bytes.size();
        const std::size_t wanted = std::min(step, length - had);
        bytes.resize(had + wanted);
        const auto n = m_source->readAt(offset + had, std::span(bytes).subspan(had));
        if (!n) return n.error();
        if (*n < wanted) return gone(offset);
    }
    return bytes;
}

Error CaptureFile::gone(std::uint64_t offset) const {
    if (offset < m_source->firstReadable()) {
        return {"The packet at byte " + std::to_string(offset) +
                " of the capture is no longer there: the ring of files has let go of it."};
    }
    return {"The packet at byte " + std::to_string(offset) + " of " + quoted(m_path) +
            " is no longer there: the file has been changed on disk."};
}

Result<StoredPacket> CaptureFile::readPcapRecord(std::uint64_t offset) const {
    const auto header = readExactly(offset, pcapRecordHeaderLength);
    if (!header) return header.error();
    StoredPacket packet = emptyPcapPacket(*m_pcapHeader, *header, offset);
    auto data = readExactly(packet.dataOffset, packet.capturedLength);
    if (!data) return data.error();
    packet.data = *std::move(data);
    return packet;
}

/// Without the packets that were dropped before it: the file counts them from its beginning on.
Result<StoredPacket> CaptureFile::readSnoopRecord(std::uint64_t offset) const {
    const auto header = readExactly(offset, snoopRecordHeaderLength);
    if (!header) return header.error();
    const SnoopRecordHeader record = parseSnoopRecordHeader(*header);
    if (!record.plausible()) return gone(offset);

    StoredPacket packet;
    packet.timeNs = record.timeNs;
    packet.hasTime = true;
    packet.capturedLength = record.capturedLength;
    packet.originalLength = record.originalLength;
    packet.linkType = m_snoopHeader->linkType.value_or(0);
    packet.recordOffset = offset;
    packet.dataOffset = offset + snoopRecordHeaderLength;
    auto data = readExactly(packet.dataOffset, packet.capturedLength);
    if (!data) return data.error();
    packet.data = *std::move(data);
    return packet;
}

Result<StoredPacket> CaptureFile::readPcapngBlock(const CaptureLayout& layout,
                                                  std::uint64_t offset) const {
    const CaptureSection* section = layout.sectionAt(offset);
    if (section == nullptr) return gone(offset);
    const auto start = readExactly(offset, pcapng::blockStartLength);
    if (!start) return start.error();
    const auto header = pcapng::parseBlockHeader(*start, offset, FileOrder(section->bigEndian));
    if (!header || !header->plausible() || !pcapng::isPacketBlock(header->type))
        return gone(offset);

    const auto block = readExactly(offset, header->length);
    if (!block) return block.error();
    if (!pcapng::trailerAgrees(*header, ByteView(*block).last(4))) return gone(offset);
    const auto described = pcapng::describePacket(*header, *block, layout, *section);
    if (described.fault == pcapng::PacketFault::Malformed) return gone(offset);

    StoredPacket packet;
    static_cast<PacketHeader&>(packet) = described.packet;
    const auto first = block->begin() + static_cast<std::ptrdiff_t>(packet.dataOffset - offset);
    packet.data.assign(first, first + packet.capturedLength);
    std::vector<ByteView> comments;
    if (described.commented) pcapng::packetComments(header->order, described.options, comments);
    for (const ByteView comment : comments) packet.comments.emplace_back(asText(comment));
    return packet;
}

}  // namespace framescope
