// Writes the blocks of a pcapng file (draft-ietf-opsawg-pcapng) into memory, in the byte order of
// the machine; whoever uses it brings them to a file. Knows no files, no clock, no libpcap.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope::pcapng {

/// Appends a section header block of unknown length, with the name of the program (shb_userappl).
void writeSectionHeader(Bytes& out, std::string_view application);

struct NewInterface {
    std::uint32_t linkType = 1;    ///< LINKTYPE_
    std::uint32_t snapLength = 0;  ///< 0: no limit
    std::string_view name = {};    ///< if_name; left out when empty
    std::string_view filter = {};  ///< if_filter, as libpcap's text; left out when empty
};
/// Appends an interface description block; times on it are nanoseconds (if_tsresol 9).
void writeInterface(Bytes& out, const NewInterface& interface);

struct NewPacket {
    std::uint32_t interface = 0;
    std::int64_t timeNs = 0;  ///< since 1970, UTC
    std::uint32_t originalLength = 0;
    /// Packets that were dropped between the packet before and this one (epb_dropcount); 0 leaves
    /// the option out.
    std::uint64_t dropped = 0;
    ByteView data = {};
    std::string_view comment = {};  ///< opt_comment, UTF-8; left out when empty
};
/// Appends an enhanced packet block.
void writePacket(Bytes& out, const NewPacket& packet);

struct NewStatistics {
    std::uint32_t interface = 0;
    std::int64_t timeNs = 0;
    std::optional<std::uint64_t> received = {};        ///< isb_ifrecv
    std::optional<std::uint64_t> interfaceDrops = {};  ///< isb_ifdrop
    std::optional<std::uint64_t> kernelDrops = {};     ///< isb_osdrop
};
/// Appends an interface statistics block.
void writeStatistics(Bytes& out, const NewStatistics& statistics);

}  // namespace framescope::pcapng
