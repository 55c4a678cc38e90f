// Reading the two headers of snoop; see snoop_format.h.
#include "capture/file/snoop_format.h"

#include "capture/file/file_order.h"

namespace framescope {
namespace {

const FileOrder order(true);

/// The data link types of RFC 1761 that have a LINKTYPE_ value.
std::optional<std::uint32_t> linkTypeOf(std::uint32_t datalink) {
    switch (datalink) {
        case 0:  // IEEE 802.3: its frames are told from Ethernet's by their length field.
        case 4:
            return 1;
        case 2:
            return 6;  // Token ring.
        case 8:
            return 10;  // FDDI.
        default:
            return std::nullopt;
    }
}

}  // namespace

CaptureLayout SnoopFileHeader::layout() const {
    CaptureSection section;
    section.bigEndian = true;
    CaptureInterface only;
    only.linkType = linkType.value_or(0);
    CaptureLayout layout;
    layout.sections.push_back(section);
    layout.interfaces.push_back(only);
    return layout;
}

bool startsLikeSnoop(ByteView start) {
    constexpr std::uint64_t magic = 0x736e6f6f70000000;  // "snoop" and three zeros.
    return start.size() >= 8 && order.u64(start, 0) == magic;
}

std::optional<SnoopFileHeader> parseSnoopFileHeader(ByteView bytes) {
    if (bytes.size() < snoopFileHeaderLength || !startsLikeSnoop(bytes)) return std::nullopt;
    SnoopFileHeader header;
    header.version = order.u32(bytes, 8);
    header.datalink = order.u32(bytes, 12);
    header.linkType = linkTypeOf(header.datalink);
    return header;
}

SnoopRecordHeader parseSnoopRecordHeader(ByteView bytes) {
    SnoopRecordHeader header;
    header.originalLength = order.u32(bytes, 0);
    header.capturedLength = order.u32(bytes, 4);
    header.recordLength = order.u32(bytes, 8);
    header.drops = order.u32(bytes, 12);
    header.timeNs = std::int64_t{order.u32(bytes, 16)} * 1'000'000'000 +
                    std::int64_t{order.u32(bytes, 20)} * 1000;
    return header;
}

}  // namespace framescope
