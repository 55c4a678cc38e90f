// What must be known about a capture file to make sense of any one record in it: byte order and
// interfaces. The reader finds it as it goes (a pcapng file may begin a new section or interface
// anywhere); it only ever grows, so that it can be handed to another thread piece by piece, each
// piece appended to the copy over there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace framescope {

/// The unit of an interface's timestamps: 10^-exponent or 2^-exponent seconds.
struct TimeResolution {
    bool binary = false;
    std::uint8_t exponent = 6;

    bool operator==(const TimeResolution&) const = default;
};

/// A run of records with one byte order and its own interfaces. A pcap file is one section.
struct CaptureSection {
    std::uint64_t offset = 0;          ///< Of the section header block.
    bool bigEndian = false;            ///< Byte order of its headers.
    std::uint32_t firstInterface = 0;  ///< Index in CaptureLayout::interfaces of its interface 0.

    bool operator==(const CaptureSection&) const = default;
};

struct CaptureInterface {
    std::uint32_t linkType = 0;    ///< LINKTYPE_ value, see linkTypeName().
    std::uint32_t snapLength = 0;  ///< Most bytes kept of a packet, as declared; 0: no limit.
    TimeResolution resolution;
    std::int64_t timeOffset = 0;  ///< Seconds to add to every timestamp.
    std::string name;             ///< As the capturing machine called it, cut at 256 bytes.
    std::string description;      ///< Likewise.

    bool operator==(const CaptureInterface&) const = default;
};

/// Keys that travel with the capture (pcapng decryption secrets block).
struct CaptureSecrets {
    /// `type` of a TLS key log, the only one that is common.
    static constexpr std::uint32_t tlsKeyLog = 0x544c534b;

    std::uint32_t type = 0;
    std::uint64_t offset =
        0;  ///< Of the secrets themselves; read them with CaptureFile::readBytes.
    std::uint32_t length = 0;

    bool operator==(const CaptureSecrets&) const = default;
};

struct CaptureLayout {
    std::vector<CaptureSection> sections;      ///< By ascending offset.
    std::vector<CaptureInterface> interfaces;  ///< Numbered through the whole file.
    std::vector<CaptureSecrets> secrets;

    bool empty() const { return sections.empty() && interfaces.empty() && secrets.empty(); }
    /// Adds what CaptureReader::takeNewLayout() handed out, in that order.
    void append(const CaptureLayout& more);
    /// The section that a record at `offset` lies in, or null.
    const CaptureSection* sectionAt(std::uint64_t offset) const;
    /// The index over the whole file of interface `id` of the section, or -1 when it has none.
    std::int64_t interfaceIndex(const CaptureSection& section, std::uint32_t id) const;

    bool operator==(const CaptureLayout&) const = default;
};

}  // namespace framescope
