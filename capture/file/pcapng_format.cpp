// Reading the heads of blocks and the blocks that hold a packet; see pcapng_format.h, and
// pcapng_details.cpp for the other blocks. Section numbers are those of
// draft-ietf-opsawg-pcapng.
#include "capture/file/pcapng_format.h"

#include <algorithm>
#include <limits>

#include "capture/file/pcapng_options.h"

namespace framescope::pcapng {
namespace {

constexpr std::uint32_t byteOrderMagic = 0x1a2b3c4d;
// Of an enhanced packet block, section 4.3.
constexpr std::uint16_t optionPacketDrops = 4;
/// The obsolete packet block's drop count when nobody counted, appendix A.
constexpr std::uint16_t dropsUnknown = 0xffff;

/// Seconds, and nanoseconds beyond them.
struct Moment {
    std::uint64_t seconds;
    std::uint64_t nanoseconds;
};

std::uint64_t powerOfTen(unsigned exponent) {
    std::uint64_t power = 1;
    for (unsigned i = 0; i < exponent; ++i) power *= 10;
    return power;
}

Moment decimalMoment(std::uint64_t timestamp, unsigned exponent) {
    constexpr unsigned largestPower = 19;  // 10^20 has no room in 64 bits.
    if (exponent <= 9) {
        const std::uint64_t unit = powerOfTen(exponent);
        return {timestamp / unit, timestamp % unit * powerOfTen(9 - exponent)};
    }
    if (exponent - 9 > largestPower) return {0, 0};
    const std::uint64_t nanoseconds = timestamp / powerOfTen(exponent - 9);
    return {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
}

Moment binaryMoment(std::uint64_t timestamp, unsigned exponent) {
    if (exponent == 0) return {timestamp, 0};
    const std::uint64_t seconds = exponent < 64 ? timestamp >> exponent : 0;
    // The fraction as 32 bits times 2^-32 s, which is a quarter of a nanosecond: enough, and its
    // product with 10^9 has room in 64 bits.
    std::uint64_t fraction = exponent < 64 ? timestamp - (seconds << exponent) : timestamp;
    if (exponent <= 32) return {seconds, fraction * 1'000'000'000 >> exponent};
    const unsigned excess = exponent - 32;
    fraction = excess < 64 ? fraction >> excess : 0;
    return {seconds, fraction * 1'000'000'000 >> 32};
}

}  // namespace

bool startsLikePcapng(ByteView start) {
    return start.size() >= 4 && readBe32(start.data()) == SectionHeader;
}

std::optional<FileOrder> sectionByteOrder(ByteView blockStart) {
    if (blockStart.size() < blockStartLength) return std::nullopt;
    for (const bool bigEndian : {false, true}) {
        const FileOrder order(bigEndian);
        if (order.u32(blockStart, 8) == byteOrderMagic) return order;
    }
    return std::nullopt;
}

std::optional<BlockHeader> parseBlockHeader(ByteView blockStart, std::uint64_t offset,
                                            FileOrder sectionOrder) {
    BlockHeader header;
    header.offset = offset;
    header.order = sectionOrder;
    if (startsLikePcapng(blockStart)) {
        const auto order = sectionByteOrder(blockStart);
        if (!order) return std::nullopt;
        header.order = *order;
    }
    header.type = header.order.u32(blockStart, 0);
    header.length = header.order.u32(blockStart, 4);
    return header;
}

bool trailerAgrees(const BlockHeader& header, ByteView trailer) {
    return trailer.size() == trailerLength && header.order.u32(trailer, 0) == header.length;
}

bool isPacketBlock(std::uint32_t type) {
    return type == EnhancedPacket || type == SimplePacket || type == ObsoletePacket;
}

PacketBlock describePacket(const BlockHeader& header, ByteView block, const CaptureLayout& layout,
                           const CaptureSection& section) {
    const FileOrder order = header.order;
    const bool simple = header.type == SimplePacket;
    const std::size_t dataPosition = simple ? 12 : 28;
    if (block.size() < dataPosition + trailerLength)
        return {PacketFault::Malformed, 0, {}, {}, false};
    const std::size_t room = block.size() - dataPosition - trailerLength;

    PacketBlock result;
    // The obsolete block has a 16-bit interface and a drop count where the enhanced one has 32
    // bits; a simple block belongs to the section's first interface.
    if (header.type == EnhancedPacket) result.interfaceId = order.u32(block, 8);
    if (header.type == ObsoletePacket) result.interfaceId = order.u16(block, 8);
    const std::int64_t index = layout.interfaceIndex(section, result.interfaceId);
    // Packets in front of the description were read without it.
    const bool known =
        index >= 0 && layout.interfaces[static_cast<std::size_t>(index)].described < header.offset;
    if (!known) result.fault = PacketFault::UnknownInterface;
    static const CaptureInterface undescribed;
    const CaptureInterface& interface =
        known ? layout.interfaces[static_cast<std::size_t>(index)] : undescribed;

    PacketHeader& packet = result.packet;
    packet.interface = known ? static_cast<std::uint32_t>(index) : result.interfaceId;
    packet.linkType = known ? interface.linkType : unknownLinkType;
    packet.recordOffset = header.offset;
    packet.dataOffset = header.offset + dataPosition;
    if (simple) {
        // How much was kept is not said; it follows from the snapshot length.
        packet.originalLength = order.u32(block, 8);
        std::size_t kept = std::min<std::size_t>(packet.originalLength, room);
        if (interface.snapLength != 0) kept = std::min<std::size_t>(kept, interface.snapLength);
        packet.capturedLength = static_cast<std::uint32_t>(kept);
        return result;
    }
    packet.capturedLength = order.u32(block, 20);
    packet.originalLength = order.u32(block, 24);
    if (packet.capturedLength > room) result.fault = PacketFault::Malformed;
    const auto timestamp = std::uint64_t{order.u32(block, 12)} << 32 | order.u32(block, 16);
    const auto time = timeInNs(timestamp, interface.resolution, interface.timeOffset);
    // How the interface counts time is not known either.
    packet.hasTime = known && time.has_value();
    packet.timeNs = packet.hasTime ? *time : 0;
    if (result.fault == PacketFault::Malformed) return result;
    if (header.type == ObsoletePacket) {
        if (const std::uint16_t dropped = order.u16(block, 10); dropped != dropsUnknown)
            packet.dropped = dropped;
    }
    const std::size_t optionsPosition = std::min(paddedLength(packet.capturedLength), room);
    result.options = block.subspan(dataPosition + optionsPosition, room - optionsPosition);
    std::optional<std::uint64_t> dropped;
    walkOptions(order, result.options, [&](std::uint16_t code, ByteView value) {
        if (code == optionComment && !value.empty()) result.commented = true;
        if (code == optionPacketDrops && header.type == EnhancedPacket && !dropped)
            dropped = countOf(order, value);
    });
    if (dropped) packet.dropped = *dropped;
    return result;
}

bool packetComments(FileOrder order, ByteView options, std::vector<ByteView>& comments) {
    bool all = true;
    walkOptions(order, options, [&](std::uint16_t code, ByteView value) {
        if (code != optionComment || value.empty()) return;
        if (comments.size() == maxPacketComments) {
            all = false;
        } else {
            comments.push_back(value);
        }
    });
    return all;
}

std::optional<std::int64_t> timeInNs(std::uint64_t timestamp, TimeResolution resolution,
                                     std::int64_t offsetSeconds) {
    const Moment moment = resolution.binary ? binaryMoment(timestamp, resolution.exponent)
                                            : decimalMoment(timestamp, resolution.exponent);
    // Whole seconds either way from 1970, 146 years: half of what 64 bits of nanoseconds can hold,
    // so that the distance between any two times can be told in as many.
    constexpr std::int64_t range = std::numeric_limits<std::int64_t>::max() / 2'000'000'000 - 1;
    if (moment.seconds > static_cast<std::uint64_t>(4 * range)) return std::nullopt;
    if (offsetSeconds > 4 * range || offsetSeconds < -4 * range) return std::nullopt;
    const std::int64_t seconds = static_cast<std::int64_t>(moment.seconds) + offsetSeconds;
    if (seconds > range || seconds < -range) return std::nullopt;
    return seconds * 1'000'000'000 + static_cast<std::int64_t>(moment.nanoseconds);
}

}  // namespace framescope::pcapng
