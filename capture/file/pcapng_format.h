// The pcapng file format (draft-ietf-opsawg-pcapng): a row of blocks, each with its type, its
// length before and after its body, and options at the end of many. These functions read one block
// that lies whole in memory; going from block to block is the reader's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

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
    PacketHeader packet;            ///< Only without a fault.
};

/// Options were not well-formed: some may be missing.
struct InterfaceBlock {
    CaptureInterface interface;
    bool optionsCut = false;
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

/// What an interface statistics block says was lost; nothing where it does not say.
struct StatisticsBlock {
    std::uint32_t interfaceId = 0;                ///< Within the section.
    std::optional<std::uint64_t> interfaceDrops;  ///< isb_ifdrop
    std::optional<std::uint64_t> kernelDrops;     ///< isb_osdrop
};

/// True for the three block types that hold a packet.
bool isPacketBlock(std::uint32_t type);

/// Reads a whole packet block (sections 4.3 and 4.4, and the obsolete one of appendix A). `layout`
/// has at least what lies before the block, `section` is the one in `layout` that it belongs to.
PacketBlock describePacket(const BlockHeader& header, ByteView block, const CaptureLayout& layout,
                           const CaptureSection& section);

/// Reads an interface description block (section 4.2). None when it is too short.
std::optional<InterfaceBlock> parseInterface(FileOrder order, ByteView block);

/// Reads an interface statistics block (section 4.6). None when it is too short.
std::optional<StatisticsBlock> parseStatistics(FileOrder order, ByteView block);

/// Major version of a section header block (section 4.1); none when it is too short.
std::optional<std::uint16_t> parseSectionVersion(FileOrder order, ByteView block);

/// A timestamp in nanoseconds since 1970, rounded down; none where 64 bits cannot hold it.
std::optional<std::int64_t> timeInNs(std::uint64_t timestamp, TimeResolution resolution,
                                     std::int64_t offsetSeconds);

}  // namespace pcapng
}  // namespace framescope
