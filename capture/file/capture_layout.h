// What must be known about a capture file to make sense of any one record in it (byte order and
// interfaces), and what the file says of itself beside its packets. The reader finds it as it goes
// (a pcapng file may begin a new section or interface anywhere); it only ever grows, so that it can
// be handed to another thread piece by piece, each piece appended to the copy over there.
//
// Texts are shared between the copies, and made only where there are some: a capture of many
// sections costs no more for them than it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dissector/ip/ip_address.h"

namespace framescope {

/// The unit of an interface's timestamps: 10^-exponent or 2^-exponent seconds.
struct TimeResolution {
    bool binary = false;
    std::uint8_t exponent = 6;

    bool operator==(const TimeResolution&) const = default;
};

/// What a section says of who wrote it. Texts are bytes of the file: mostly UTF-8, not always.
struct SectionDetails {
    std::string hardware;
    std::string system;
    std::string application;
    std::vector<std::string> comments;
    std::optional<std::uint64_t> length;  ///< Bytes behind its header, where it says so.
};

/// What is told of an interface beside what its packets need.
struct InterfaceDetails {
    std::string filter;  ///< As it was typed, or how long the program is that stands for it.
    std::string hardware;
    std::string system;
    std::vector<std::string> comments;
    std::optional<std::uint64_t> speed;     ///< Bits per second.
    std::optional<std::uint8_t> fcsLength;  ///< Bytes of checksum behind each packet.
};

/// What the capturing system counted on an interface; nothing where it does not say.
struct InterfaceCounts {
    std::optional<std::int64_t> beginNs;          ///< When counting began, since 1970.
    std::optional<std::int64_t> endNs;            ///< When it ended.
    std::optional<std::uint64_t> received;        ///< By the interface.
    std::optional<std::uint64_t> interfaceDrops;  ///< Lost by the interface or its driver.
    std::optional<std::uint64_t> accepted;        ///< By the filter.
    std::optional<std::uint64_t> kernelDrops;     ///< No room was left for them.
    std::optional<std::uint64_t> delivered;       ///< To the capturing program.
    std::string comment;

    /// Takes over what `later` says; what it is silent about stays.
    void update(const InterfaceCounts& later);
    bool operator==(const InterfaceCounts&) const = default;
};

/// What the file calls an address.
struct HostName {
    IpAddress address;
    std::string name;

    bool operator==(const HostName&) const = default;
};

/// A run of records with one byte order and its own interfaces. A pcap file is one section.
struct CaptureSection {
    std::uint64_t offset = 0;          ///< Of the section header block.
    bool bigEndian = false;            ///< Byte order of its headers.
    std::uint32_t firstInterface = 0;  ///< Index in CaptureLayout::interfaces of its interface 0.
    std::shared_ptr<const SectionDetails> details;  ///< Null where it says nothing.

    bool operator==(const CaptureSection&) const = default;
};

struct CaptureInterface {
    std::uint32_t linkType = 0;    ///< LINKTYPE_ value, see linkTypeText().
    std::uint32_t snapLength = 0;  ///< Most bytes kept of a packet, as declared; 0: no limit.
    TimeResolution resolution;
    std::int64_t timeOffset = 0;  ///< Seconds to add to every timestamp.
    std::uint64_t described = 0;  ///< Position of the block that does; only in pcapng.
    std::string name;             ///< As the capturing machine called it, cut at 256 bytes.
    std::string description;      ///< Likewise.
    std::shared_ptr<const InterfaceDetails> details;  ///< Null where nothing more is said.

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
    std::vector<HostName> hostNames;  ///< In the order of the file, none twice.
    /// By index in `interfaces`; the last that was said of each.
    std::map<std::uint32_t, InterfaceCounts> statistics;

    bool empty() const {
        return sections.empty() && interfaces.empty() && secrets.empty() && hostNames.empty() &&
               statistics.empty();
    }
    /// Adds what CaptureReader::takeNewLayout() handed out, in that order.
    void append(const CaptureLayout& more);
    /// The section that a record at `offset` lies in, or null.
    const CaptureSection* sectionAt(std::uint64_t offset) const;
    /// The index over the whole file of interface `id` of the section, or -1 when it has none.
    std::int64_t interfaceIndex(const CaptureSection& section, std::uint32_t id) const;

    bool operator==(const CaptureLayout&) const = default;
};

}  // namespace framescope
