// The pcapng file format (draft-ietf-opsawg-pcapng): a row of blocks, each with its type, its
// length before and after its body, and options at the end of many. These functions read one block
// that lies whole in memory; going from block to block is the reader's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "capture/file/capture_layout.h"
#include "capture/file/file_order.h"
#include "capture/file/packet_header.h"
#include "dissector/core/bytes.h"

namespace framescope {

namespace pcapng {

/// Block types (section 4, and the registry in section 11.1).
enum BlockType : std::uint32_t {
    InterfaceDescription = 1,
    ObsoletePacket = 2,
    SimplePacket = 3,
    NameResolution = 4,
    InterfaceStatistics = 5,
    EnhancedPacket = 6,
    DecryptionSecrets = 10,
    Custom = 0x00000bad,
    CustomNotCopied = 0x40000bad,
    SectionHeader = 0x0a0d0d0a,  ///< Reads the same in both byte orders.
};

/// Type, length and, in a section header, the byte-order magic behind them.
inline constexpr std::size_t blockStartLength = 12;
/// A block without a body: type and twice the length.
inline constexpr std::size_t minBlockLength = 12;

/// What the start of a block says.
struct BlockHeader {
    std::uint64_t offset = 0;
    std::uint32_t type = 0;
    std::uint32_t length = 0;  ///< Of the whole block.
    FileOrder order{false};

    /// A length that a block can have: not too small, and a multiple of 4.
    bool plausible() const { return length >= minBlockLength && length % 4 == 0; }
};

/// What is wrong inside a packet block.
enum class PacketFault { None, Malformed, UnknownInterface };

struct PacketBlock {
    PacketFault fault = PacketFault::None;
    std::uint32_t interfaceId = 0;  ///< Within the section.
    PacketHeader packet;            ///< Unless it is malformed.
    ByteView options;               ///< As they stand in the block.
    bool commented = false;         ///< There is a comment among them.
};

struct SectionBlock {
    std::uint16_t version = 0;  ///< The major one.
    SectionDetails details;
    bool optionsCut = false;  ///< They were not well-formed: some may be missing.
};

struct InterfaceBlock {
    CaptureInterface interface;  ///< Without its details.
    InterfaceDetails details;
    bool optionsCut = false;  ///< As in a section.
};

/// True when a file that starts like this (at least 4 bytes) is pcapng or means to be.
bool startsLikePcapng(ByteView start);

/// The byte order that a section header's magic (at byte 8) tells; none when it is no magic.
std::optional<FileOrder> sectionByteOrder(ByteView blockStart);

/// Reads the first blockStartLength bytes of a block. A section header brings its own byte order,
/// other blocks have that of the section. None for a section header without a byte-order magic.
std::optional<BlockHeader> parseBlockHeader(ByteView blockStart, std::uint64_t offset,
                                            FileOrder sectionOrder);

/// True when the length behind the body repeats the one before it, as it must.
bool trailerAgrees(const BlockHeader& header, ByteView trailer);

/// True for the three block types that hold a packet.
bool isPacketBlock(std::uint32_t type);

/// Reads a whole packet block (sections 4.3 and 4.4, and the obsolete one of appendix A). `layout`
/// has at least what lies before the block, `section` is the one in `layout` that it belongs to.
PacketBlock describePacket(const BlockHeader& header, ByteView block, const CaptureLayout& layout,
                           const CaptureSection& section);

/// The comments among the options of a packet, in their order, into `comments`; views into them,
/// none of them empty. False when there are more than maxPacketComments; the others are left out.
bool packetComments(FileOrder order, ByteView options, std::vector<ByteView>& comments);

/// Reads a section header block (section 4.1). None when it is too short.
std::optional<SectionBlock> parseSection(FileOrder order, ByteView block);

/// Reads an interface description block (section 4.2). None when it is too short.
std::optional<InterfaceBlock> parseInterface(FileOrder order, ByteView block);

/// The shortest interface statistics block (section 4.6); the next two want at least as much.
inline constexpr std::size_t statisticsLength = 24;
/// Which interface of the section it is about.
std::uint32_t statisticsInterface(FileOrder order, ByteView block);
/// What it says; without the interface its times cannot be told.
InterfaceCounts parseStatistics(FileOrder order, ByteView block, const CaptureInterface* interface);

/// Hands out the names in a name resolution block (section 4.5), each cut at 256 bytes. False when
/// a record does not fit; those before it have been handed out.
bool parseNames(FileOrder order, ByteView block,
                const std::function<void(const IpAddress&, std::string_view)>& use);

/// A timestamp in nanoseconds since 1970, rounded down; none where 64 bits cannot hold it.
std::optional<std::int64_t> timeInNs(std::uint64_t timestamp, TimeResolution resolution,
                                     std::int64_t offsetSeconds);

}  // namespace pcapng
}  // namespace framescope
