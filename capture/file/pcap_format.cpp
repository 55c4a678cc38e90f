// Reading the two headers of pcap, and telling its variants apart; see pcap_format.h.
#include "capture/file/pcap_format.h"

#include <span>
#include <utility>

#include "capture/file/file_order.h"

namespace framescope {
namespace {

constexpr std::uint32_t magicMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t magicNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magicModified = 0xa1b2cd34;
constexpr std::uint32_t magicIxiaHardware = 0x1c0001ac;  // Nanoseconds.
constexpr std::uint32_t magicIxiaSoftware = 0x1c0001ab;  // Microseconds.
constexpr std::uint32_t magics[] = {magicMicroseconds, magicNanoseconds, magicModified,
                                    magicIxiaHardware, magicIxiaSoftware};

/// What stands in the four bytes of the link type.
constexpr std::uint32_t linkTypeMask = 0x0000ffff;
constexpr std::uint32_t fcsLengthGiven = 0x04000000;
constexpr unsigned fcsLengthShift = 28;  // In units of 16 bits.

/// The magic number in the order in which it is one; 0 if it is none.
struct Magic {
    std::uint32_t value = 0;
    bool bigEndian = false;
};

Magic magicOf(ByteView start) {
    if (start.size() < 4) return {};
    for (const bool bigEndian : {false, true}) {
        const std::uint32_t value = FileOrder(bigEndian).u32(start, 0);
        for (const std::uint32_t magic : magics) {
            if (value == magic) return {magic, bigEndian};
        }
    }
    return {};
}

/// How far records with headers of one length make sense.
struct Walk {
    std::size_t records = 0;
    bool sound = true;   ///< As far as there are bytes.
    bool toEnd = false;  ///< The last one ends where the bytes do.
};

Walk walkRecords(const PcapFileHeader& file, std::size_t headerLength, ByteView bytes) {
    // No packet of a network is longer; one that is does not count against its variant alone.
    constexpr std::uint32_t longestPacket = 256U << 10;
    const std::uint32_t fractions = file.nanoseconds ? 1'000'000'000 : 1'000'000;
    const FileOrder order(file.bigEndian);
    Walk walk;
    std::size_t at = file.firstRecord;
    while (bytes.size() >= at + headerLength) {
        const ByteView record = bytes.subspan(at);
        const std::uint32_t captured = order.u32(record, 8);
        const std::uint32_t original = order.u32(record, 12);
        walk.sound = order.u32(record, 4) < fractions && captured <= longestPacket &&
                     captured <= original && original <= longestPacket;
        if (!walk.sound) return walk;
        ++walk.records;
        at += headerLength + captured;
    }
    walk.toEnd = at == bytes.size();
    return walk;
}

}  // namespace

CaptureLayout PcapFileHeader::layout() const {
    CaptureSection section;
    section.bigEndian = bigEndian;
    CaptureInterface only;
    only.linkType = linkType;
    only.snapLength = snapLength;
    only.resolution.exponent = nanoseconds ? 9 : 6;
    if (fcsLength) {
        InterfaceDetails details;
        details.fcsLength = fcsLength;
        only.details = std::make_shared<const InterfaceDetails>(std::move(details));
    }
    CaptureLayout layout;
    layout.sections.push_back(section);
    layout.interfaces.push_back(only);
    return layout;
}

std::string PcapFileHeader::formatText() const {
    std::string text = ixia ? "pcap as IXIA writes it (lcap)" : "pcap";
    if (nanoseconds) text += " with nanoseconds";
    if (recordHeaderLength != pcapRecordHeaderLength)
        text += " with record headers of " + std::to_string(recordHeaderLength) + " bytes";
    return text;
}

bool startsLikePcap(ByteView start) {
    return magicOf(start).value != 0;
}

std::optional<PcapFileHeader> parsePcapFileHeader(ByteView bytes) {
    constexpr std::uint8_t modifiedRecordHeader = 24;
    constexpr std::uint8_t ixiaFileHeader = 28;
    const Magic magic = magicOf(bytes);
    if (bytes.size() < pcapFileHeaderLength || magic.value == 0) return std::nullopt;
    PcapFileHeader header;
    header.bigEndian = magic.bigEndian;
    header.nanoseconds = magic.value == magicNanoseconds || magic.value == magicIxiaHardware;
    header.modified = magic.value == magicModified;
    header.ixia = magic.value == magicIxiaHardware || magic.value == magicIxiaSoftware;
    if (header.modified) header.recordHeaderLength = modifiedRecordHeader;
    if (header.ixia) header.firstRecord = ixiaFileHeader;
    const FileOrder order(header.bigEndian);
    header.versionMajor = order.u16(bytes, 4);
    header.versionMinor = order.u16(bytes, 6);
    header.snapLength = order.u32(bytes, 16);
    const std::uint32_t type = order.u32(bytes, 20);
    header.linkType = type & linkTypeMask;
    if ((type & fcsLengthGiven) != 0)
        header.fcsLength = static_cast<std::uint8_t>((type >> fcsLengthShift) * 2);
    return header;
}

std::optional<PcapFileHeader> parseFollowingPcapHeader(const PcapFileHeader& file, ByteView bytes) {
    const auto isOrdinary = [](const PcapFileHeader& header) {
        return !header.modified && !header.ixia && header.versionMajor == 2 &&
               header.versionMinor == 4 && header.recordHeaderLength == pcapRecordHeaderLength;
    };
    auto header = parsePcapFileHeader(bytes);
    if (!header || !isOrdinary(*header) || !isOrdinary(file)) return std::nullopt;
    // Correction to GMT and accuracy of times, which nothing sets.
    if (FileOrder(false).u64(bytes, 8) != 0) return std::nullopt;
    return header;
}

void tellPcapVariant(PcapFileHeader& header, ByteView start, bool whole) {
    // No variant came from a version other than 2.4, and none with nanoseconds.
    if (header.nanoseconds || header.ixia || header.versionMajor != 2 || header.versionMinor != 4)
        return;
    const Walk known = walkRecords(header, header.recordHeaderLength, start);
    if (known.sound || known.records > 1) return;
    static constexpr std::uint8_t ordinary[] = {24, 20};
    static constexpr std::uint8_t patched[] = {28};
    const std::span<const std::uint8_t> others =
        header.modified ? std::span<const std::uint8_t>(patched) : ordinary;
    for (const std::uint8_t length : others) {
        const Walk walk = walkRecords(header, length, start);
        if (walk.sound && (walk.records > 1 || (walk.records == 1 && whole && walk.toEnd))) {
            header.recordHeaderLength = length;
            return;
        }
    }
}

PcapRecordHeader parsePcapRecordHeader(const PcapFileHeader& file, ByteView bytes) {
    const FileOrder order(file.bigEndian);
    const std::int64_t seconds = order.u32(bytes, 0);
    const std::int64_t fraction = order.u32(bytes, 4);
    PcapRecordHeader header;
    header.timeNs = seconds * 1'000'000'000 + fraction * (file.nanoseconds ? 1 : 1000);
    header.capturedLength = order.u32(bytes, 8);
    header.originalLength = order.u32(bytes, 12);
    // Before version 2.3 the two lengths stood the other way round, and some programs that
    // wrote 2.3 had not noticed the change.
    const bool old = (file.versionMajor == 2 && file.versionMinor < 3) || file.versionMajor != 2;
    const bool doubtful = file.versionMajor == 2 && file.versionMinor == 3 &&
                          header.capturedLength > header.originalLength;
    if (old || doubtful) std::swap(header.capturedLength, header.originalLength);
    return header;
}

}  // namespace framescope
