// What a capture file says of itself, as a value to be shown: its format, who wrote it, the
// interfaces with what was counted on them, comments, and names of hosts.
//
// Texts are the file's own bytes, mostly UTF-8; whoever shows them makes them printable. How many
// there can be is bounded where they are read (ReadLimits).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/capture_layout.h"

namespace framescope {

class CaptureFile;

struct SectionProperties {
    bool bigEndian = false;
    SectionDetails details;
    std::uint32_t firstInterface = 0;  ///< Index in CaptureProperties::interfaces.
    std::uint32_t interfaceCount = 0;
};

struct InterfaceProperties {
    std::string name;  ///< May be empty, as may all texts.
    std::string description;
    std::string linkType;          ///< "Ethernet (1)", see linkTypeText().
    std::uint32_t snapLength = 0;  ///< 0: no limit.
    std::string resolution;        ///< Of its timestamps: "1 µs", "2^-20 s".
    std::int64_t timeOffset = 0;   ///< Seconds added to each.
    InterfaceDetails details;
    std::optional<InterfaceCounts> statistics;
};

struct CaptureProperties {
    std::string format;             ///< "pcapng", "pcap with nanoseconds"; empty without a file.
    std::string compression;        ///< "zstd"; empty for a file that is read as it is.
    std::uint64_t storedBytes = 0;  ///< Of the file on disk.
    std::vector<SectionProperties> sections;  ///< One, but for pcapng.
    std::vector<InterfaceProperties> interfaces;
    std::vector<HostName> hostNames;  ///< In the order of the file; an address may have several.
};

/// `layout` is what a reader has found in `file` so far.
CaptureProperties captureProperties(const CaptureFile& file, const CaptureLayout& layout);

}  // namespace framescope
