// Reading the two headers of pcap; see pcap_format.h.
#include "capture/file/pcap_format.h"

#include <utility>

#include "capture/file/file_order.h"

namespace framescope {
namespace {

constexpr std::uint32_t magicMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t magicNanoseconds = 0xa1b23c4d;
// The upper six bits of the link type field: FCS length, whether it is given, and reserved.
constexpr std::uint32_t linkTypeMask = 0x03ffffff;

}  // namespace

CaptureLayout PcapFileHeader::layout() const {
    CaptureSection section;
    section.bigEndian = bigEndian;
    CaptureInterface only;
    only.linkType = linkType;
    only.snapLength = snapLength;
    only.resolution.exponent = nanoseconds ? 9 : 6;
    CaptureLayout layout;
    layout.sections.push_back(section);
    layout.interfaces.push_back(only);
    return layout;
}

bool startsLikePcap(ByteView start) {
    if (start.size() < 4) return false;
    for (const bool bigEndian : {false, true}) {
        const std::uint32_t magic = FileOrder(bigEndian).u32(start, 0);
        if (magic == magicMicroseconds || magic == magicNanoseconds) return true;
    }
    return false;
}

std::optional<PcapFileHeader> parsePcapFileHeader(ByteView bytes) {
    if (bytes.size() < pcapFileHeaderLength || !startsLikePcap(bytes)) return std::nullopt;
    PcapFileHeader header;
    header.bigEndian = bytes[0] == 0xa1;
    const FileOrder order(header.bigEndian);
    header.nanoseconds = order.u32(bytes, 0) == magicNanoseconds;
    header.versionMajor = order.u16(bytes, 4);
    header.versionMinor = order.u16(bytes, 6);
    header.snapLength = order.u32(bytes, 16);
    header.linkType = order.u32(bytes, 20) & linkTypeMask;
    return header;
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
    const bool old = file.versionMajor == 2 && file.versionMinor < 3;
    const bool doubtful = file.versionMajor == 2 && file.versionMinor == 3 &&
                          header.capturedLength > header.originalLength;
    if (old || doubtful) std::swap(header.capturedLength, header.originalLength);
    return header;
}

}  // namespace framescope
