// The pcap file format (draft-ietf-opsawg-pcap): one file header, then records, each a header of 16
// bytes and the packet. The magic number at the start tells the byte order and the unit of time.
//
// There are variants. Those with a magic number of their own are told by it: IXIA's lcap has four
// more bytes in the file header, patched libpcaps of 1999 have 8 or 12 more in each record's. Two
// others (Red Hat 6.1's, and Nokia's with 4 more) use the ordinary number; they are told by the
// first records, which make sense in one way only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "capture/file/capture_layout.h"
#include "dissector/core/bytes.h"

namespace framescope {

inline constexpr std::size_t pcapFileHeaderLength = 24;
inline constexpr std::size_t pcapRecordHeaderLength = 16;

struct PcapFileHeader {
    bool bigEndian = false;
    bool nanoseconds = false;
    bool modified = false;  ///< The magic number of patched libpcaps.
    bool ixia = false;      ///< IXIA's lcap.
    /// Bytes of a record in front of its packet: 16, 20, 24 or 28.
    std::uint8_t recordHeaderLength = pcapRecordHeaderLength;
    std::uint8_t firstRecord = pcapFileHeaderLength;  ///< Where it begins.
    std::uint16_t versionMajor = 0;
    std::uint16_t versionMinor = 0;
    std::uint32_t snapLength = 0;
    std::uint32_t linkType = 0;             ///< Without the bits above it that speak of the FCS.
    std::optional<std::uint8_t> fcsLength;  ///< Bytes of checksum behind each packet, if told.

    /// Version 2, or DG/UX's, which is 543 and otherwise an early version 2.
    bool versionKnown() const { return versionMajor == 2 || versionMajor == 543; }
    /// The file as one section with one interface.
    CaptureLayout layout() const;
    /// "pcap", "pcap with nanoseconds", "pcap with record headers of 24 bytes".
    std::string formatText() const;
};

struct PcapRecordHeader {
    std::int64_t timeNs = 0;
    std::uint32_t capturedLength = 0;
    std::uint32_t originalLength = 0;
};

/// True when a file that starts like this (at least 4 bytes) is pcap in one of the variants.
bool startsLikePcap(ByteView start);

/// Reads a file header; none when there are fewer than pcapFileHeaderLength bytes or the magic
/// number is another.
std::optional<PcapFileHeader> parsePcapFileHeader(ByteView bytes);

/// The header of another file that was written behind the records of this one, as `cat` does; none
/// where `bytes`, pcapFileHeaderLength of them, are anything else. A record of these bytes would be
/// empty and of the year 2055 or later. Variants are not told within a file.
std::optional<PcapFileHeader> parseFollowingPcapHeader(const PcapFileHeader& file, ByteView bytes);

/// Bytes of a file that are enough for tellPcapVariant().
inline constexpr std::size_t pcapVariantSample = std::size_t{64} << 10;

/// Corrects the length of record headers by what the file begins with. The length that the magic
/// number stands for stays unless the first or the second record makes no sense with it, while all
/// records do with another one, at least two of them or one that ends where the file does. `whole`:
/// `start` is all there is.
void tellPcapVariant(PcapFileHeader& header, ByteView start, bool whole);

/// Reads a record header of pcapRecordHeaderLength bytes, which every variant has in front; nothing
/// in it is checked.
PcapRecordHeader parsePcapRecordHeader(const PcapFileHeader& file, ByteView bytes);

}  // namespace framescope
