// The fixed part of a TCP header, read without a call: every packet of a capture has one.
#pragma once

#include "dissector/tcp/tcp_header.h"

namespace framescope::tcp {

/// Bytes of the header as it says itself; `at` has the fixed part.
inline std::size_t headerLengthAt(const std::uint8_t* at) {
    return std::size_t{at[12]} / 16 * 4;
}

/// Reads the kMinimumHeader bytes at `at`.
inline void readFixed(const std::uint8_t* at, Header& header) {
    header.sourcePort = readBe16(at);
    header.destinationPort = readBe16(at + 2);
    header.sequence = readBe32(at + 4);
    header.acknowledgment = readBe32(at + 8);
    header.headerLength = static_cast<std::uint8_t>(headerLengthAt(at));
    header.flags = readBe16(at + 12) & 0x0fff;
    header.window = readBe16(at + 14);
    header.checksum = readBe16(at + 16);
    header.urgentPointer = readBe16(at + 18);
}

}  // namespace framescope::tcp
