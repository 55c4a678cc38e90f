// The pcap file format (draft-ietf-opsawg-pcap): one file header, then records, each a header of 16
// bytes and the packet. The magic number at the start tells the byte order and the unit of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/file/capture_layout.h"
#include "dissector/core/bytes.h"

namespace framescope {

inline constexpr std::size_t pcapFileHeaderLength = 24;
inline constexpr std::size_t pcapRecordHeaderLength = 16;

struct PcapFileHeader {
    bool bigEndian = false;
    bool nanoseconds = false;
    std::uint16_t versionMajor = 0;
    std::uint16_t versionMinor = 0;
    std::uint32_t snapLength = 0;
    std::uint32_t linkType = 0;  ///< Without the bits above it that speak of the FCS.

    /// The file as one section with one interface.
    CaptureLayout layout() const;
};

struct PcapRecordHeader {
    std::int64_t timeNs = 0;
    std::uint32_t capturedLength = 0;
    std::uint32_t originalLength = 0;
};

/// True when a file that starts like this (at least 4 bytes) is pcap in one of the four variants.
bool startsLikePcap(ByteView start);

/// Reads a file header; none when there are fewer than pcapFileHeaderLength bytes or the magic
/// number is another.
std::optional<PcapFileHeader> parsePcapFileHeader(ByteView bytes);

/// Reads a record header of pcapRecordHeaderLength bytes; nothing in it is checked.
PcapRecordHeader parsePcapRecordHeader(const PcapFileHeader& file, ByteView bytes);

}  // namespace framescope
