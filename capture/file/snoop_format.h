// The snoop file format of Solaris (RFC 1761, version 2): a header of 16 bytes, then records, each
// a header of 24 bytes, the packet, and padding. All integers are big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/file/capture_layout.h"
#include "dissector/core/bytes.h"

namespace framescope {

inline constexpr std::size_t snoopFileHeaderLength = 16;
inline constexpr std::size_t snoopRecordHeaderLength = 24;

struct SnoopFileHeader {
    std::uint32_t version = 0;
    std::uint32_t datalink = 0;
    std::optional<std::uint32_t> linkType;  ///< LINKTYPE_ value for it; none where there is none.

    /// The file as one section with one interface.
    CaptureLayout layout() const;
};

struct SnoopRecordHeader {
    std::uint32_t originalLength = 0;
    std::uint32_t capturedLength = 0;
    std::uint32_t recordLength = 0;  ///< All of it, padding as well.
    std::uint32_t drops = 0;         ///< Packets lost since the first one of the file.
    std::int64_t timeNs = 0;

    /// The record has room for its packet.
    bool plausible() const {
        return recordLength >= snoopRecordHeaderLength &&
               capturedLength <= recordLength - snoopRecordHeaderLength;
    }
};

/// True when a file that starts like this (at least 8 bytes) is snoop.
bool startsLikeSnoop(ByteView start);

/// Reads a file header; none when there are fewer than snoopFileHeaderLength bytes.
std::optional<SnoopFileHeader> parseSnoopFileHeader(ByteView bytes);

/// Reads a record header of snoopRecordHeaderLength bytes; nothing in it is checked.
SnoopRecordHeader parseSnoopRecordHeader(ByteView bytes);

}  // namespace framescope
