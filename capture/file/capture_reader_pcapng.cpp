// Going through a pcapng file block by block. Blocks that matter are looked at whole; of the others
// only the length, before and behind, so that one of any size is passed over without reading it.
#include <algorithm>
#include <string>

#include "capture/file/capture_reader.h"
#include "capture/file/pcapng_format.h"
#include "capture/file/pcapng_options.h"

namespace framescope {
namespace {

using pcapng::trailerLength;

std::string blockAt(const pcapng::BlockHeader& header) {
    return "the block at byte " + std::to_string(header.offset);
}

std::string damagedAt(std::uint64_t offset) {
    return "The capture is damaged at byte " + std::to_string(offset) + ": ";
}

constexpr const char* completeBefore = " The packets before it are complete.";

/// Statistics are a few figures and perhaps a comment; a block that is longer is passed over.
constexpr std::uint32_t maxStatisticsLength = 64U << 10;
/// Likewise a block of names: there is no room for so many.
constexpr std::uint32_t maxNamesLength = 16U << 20;
/// Names that are kept of one address.
constexpr std::size_t maxNamesOfHost = 64;

/// What a text costs that is kept, with what lies around it.
std::size_t costOf(const std::string& text) {
    return text.size() + sizeof text;
}

std::size_t costOf(const std::vector<std::string>& texts) {
    std::size_t cost = 0;
    for (const std::string& text : texts) cost += costOf(text);
    return cost;
}

/// What the details cost; 0 where nothing is said.
std::size_t costOf(const SectionDetails& details) {
    const bool silent = details.hardware.empty() && details.system.empty() &&
                        details.application.empty() && details.comments.empty() && !details.length;
    if (silent) return 0;
    return sizeof details + details.hardware.size() + details.system.size() +
           details.application.size() + costOf(details.comments);
}

std::size_t costOf(const InterfaceDetails& details) {
    const bool silent = details.filter.empty() && details.hardware.empty() &&
                        details.system.empty() && details.comments.empty() && !details.speed &&
                        !details.fcsLength;
    if (silent) return 0;
    return sizeof details + details.filter.size() + details.hardware.size() +
           details.system.size() + costOf(details.comments);
}

/// True for blocks whose body this program reads.
bool readWhole(const pcapng::BlockHeader& header) {
    if (header.type == pcapng::InterfaceStatistics) return header.length <= maxStatisticsLength;
    if (header.type == pcapng::NameResolution) return header.length <= maxNamesLength;
    return pcapng::isPacketBlock(header.type) || header.type == pcapng::SectionHeader ||
           header.type == pcapng::InterfaceDescription;
}

}  // namespace

ReadStep CaptureReader::nextInPcapng(CapturedPacket& packet) {
    while (true) {
        const std::uint64_t offset = m_position;
        const ByteView start = m_window.view(offset, pcapng::blockStartLength);
        if (start.size() < pcapng::blockStartLength)
            return endOfBytes(start.empty(), "a block header");

        const bool bigEndian = !m_layout.sections.empty() && m_layout.sections.back().bigEndian;
        const auto header = pcapng::parseBlockHeader(start, offset, FileOrder(bigEndian));
        if (!header) {
            return stop(NoticeCode::Damaged, offset,
                        damagedAt(offset) + "the section header there has no byte-order magic." +
                            completeBefore);
        }
        if (!header->plausible()) {
            return stop(NoticeCode::Damaged, offset,
                        damagedAt(offset) + "a block there claims " +
                            std::to_string(header->length) +
                            " bytes, which is no length of a block." + completeBefore);
        }
        switch (readBlock(*header, packet)) {
            case BlockResult::Packet:
                return deliver(packet, offset + header->length);
            case BlockResult::NotYet:
                return ReadStep::End;
            case BlockResult::Stopped:
                return ReadStep::Damaged;
            case BlockResult::NoPacket:
                m_position = offset + header->length;
        }
    }
}

CaptureReader::BlockResult CaptureReader::readBlock(const pcapng::BlockHeader& header,
                                                    CapturedPacket& packet) {
    const bool whole = readWhole(header);
    if (whole && header.length > maxPacketLength) {
        stop(NoticeCode::Damaged, header.offset,
             damagedAt(header.offset) + "a block there claims " + std::to_string(header.length) +
                 " bytes." + completeBefore);
        return BlockResult::Stopped;
    }
    // For a block that is passed over, the window slides to its last four bytes.
    const std::size_t looked = whole ? header.length : trailerLength;
    const ByteView block = m_window.view(header.offset + header.length - looked, looked);
    if (block.size() < looked) return blockEndsEarly(header);
    if (!pcapng::trailerAgrees(header, block.last(trailerLength))) {
        stop(
            NoticeCode::Damaged, header.offset,
            damagedAt(header.offset) + "the two lengths of a block there differ." + completeBefore);
        return BlockResult::Stopped;
    }

    if (header.type == pcapng::SectionHeader)
        return readSectionHeader(header, block) ? BlockResult::NoPacket : BlockResult::Stopped;
    if (m_layout.sections.empty()) {
        stop(NoticeCode::Damaged, header.offset,
             damagedAt(header.offset) + "the section header is missing.");
        return BlockResult::Stopped;
    }
    if (pcapng::isPacketBlock(header.type))
        return readPacketBlock(header, block, packet) ? BlockResult::Packet : BlockResult::NoPacket;
    if (header.type == pcapng::InterfaceDescription) {
        readInterface(header, block);
    } else {
        if (header.type == pcapng::DecryptionSecrets) readSecrets(header);
        if (header.type == pcapng::InterfaceStatistics && whole) readStatistics(header, block);
        if (header.type == pcapng::NameResolution) {
            if (whole) {
                readNames(header, block);
            } else {
                remarkTextLimit(header.offset);
            }
        }
        countOtherBlock(header.type);
    }
    return BlockResult::NoPacket;
}

CaptureReader::BlockResult CaptureReader::blockEndsEarly(const pcapng::BlockHeader& header) {
    const ReadStep step =
        endOfBytes(false, "a block of " + std::to_string(header.length) + " bytes");
    return step == ReadStep::End ? BlockResult::NotYet : BlockResult::Stopped;
}

bool CaptureReader::readPacketBlock(const pcapng::BlockHeader& header, ByteView block,
                                    CapturedPacket& packet) {
    const auto described =
        pcapng::describePacket(header, block, m_layout, m_layout.sections.back());
    if (described.fault == pcapng::PacketFault::Malformed) {
        remark(
            NoticeCode::MalformedBlock, header.offset,
            "The packet in " + blockAt(header) + " does not fit into its block; it was left out.");
        ++m_counts.skippedPackets;
        return false;
    }
    if (described.fault == pcapng::PacketFault::UnknownInterface) {
        remark(NoticeCode::UnknownInterface, header.offset,
               "The packet in " + blockAt(header) + " names interface " +
                   std::to_string(described.interfaceId) +
                   ", which the capture does not describe; such packets are listed only.");
    }
    static_cast<PacketHeader&>(packet) = described.packet;
    packet.data = block.subspan(static_cast<std::size_t>(packet.dataOffset - header.offset),
                                packet.capturedLength);
    packet.comments = {};
    if (described.commented) readComments(header, described.options, packet);
    return true;
}

void CaptureReader::readComments(const pcapng::BlockHeader& header, ByteView options,
                                 CapturedPacket& packet) {
    m_comments.clear();
    if (!pcapng::packetComments(header.order, options, m_comments)) {
        remark(NoticeCode::CommentLimit, header.offset,
               "The packet in " + blockAt(header) + " has more than " +
                   std::to_string(maxPacketComments) + " comments; the others are not shown.");
    }
    packet.comments = m_comments;
}

/// False, and a remark, when there is no room for so many bytes of what the file says of itself.
bool CaptureReader::keepText(std::size_t bytes, std::uint64_t offset) {
    if (bytes <= m_limits.text - m_textBytes) {
        m_textBytes += bytes;
        return true;
    }
    remarkTextLimit(offset);
    return false;
}

void CaptureReader::remarkTextLimit(std::uint64_t offset) {
    remark(NoticeCode::TextLimit, offset,
           "The capture says more of itself (names of hosts, remarks on sections and interfaces) "
           "than is kept; some of it, first at byte " +
               std::to_string(offset) + ", is not shown.");
}

bool CaptureReader::readSectionHeader(const pcapng::BlockHeader& header, ByteView block) {
    auto parsed = pcapng::parseSection(header.order, block);
    if (!parsed || parsed->version != 1) {
        stop(NoticeCode::Damaged, header.offset,
             damagedAt(header.offset) +
                 (parsed ? "a section there has version " + std::to_string(parsed->version) +
                               ", which is not known."
                         : "a section header there is too short.") +
                 completeBefore);
        return false;
    }
    if (parsed->optionsCut) {
        remark(NoticeCode::MalformedBlock, header.offset,
               "The options of the section header at byte " + std::to_string(header.offset) +
                   " are malformed.");
    }
    if (m_layout.sections.size() == m_limits.sections) {
        stop(NoticeCode::TooMany, header.offset,
             "The capture has more than " + std::to_string(m_limits.sections) +
                 " sections; those from byte " + std::to_string(header.offset) +
                 " on are not read.");
        return false;
    }
    CaptureSection section;
    section.offset = header.offset;
    section.bigEndian = header.order.bigEndian();
    section.firstInterface = static_cast<std::uint32_t>(m_layout.interfaces.size());
    if (const std::size_t cost = costOf(parsed->details);
        cost != 0 && keepText(cost, header.offset)) {
        section.details = std::make_shared<const SectionDetails>(std::move(parsed->details));
    }
    m_layout.sections.push_back(std::move(section));
    return true;
}

void CaptureReader::readInterface(const pcapng::BlockHeader& header, ByteView block) {
    auto parsed = pcapng::parseInterface(header.order, block);
    if (!parsed || parsed->optionsCut) {
        remark(NoticeCode::MalformedBlock, header.offset,
               "The description of an interface in " + blockAt(header) + " is malformed.");
    }
    if (m_layout.interfaces.size() == m_limits.interfaces) {
        remark(NoticeCode::InterfaceLimit, header.offset,
               "The capture has more than " + std::to_string(m_limits.interfaces) +
                   " interfaces; packets of those described from byte " +
                   std::to_string(header.offset) + " on are listed only.");
        return;
    }
    // One that is too short still takes its number, or all packets behind it would change hands.
    if (!parsed) parsed.emplace();
    if (const std::size_t cost = costOf(parsed->details);
        cost != 0 && keepText(cost, header.offset)) {
        parsed->interface.details =
            std::make_shared<const InterfaceDetails>(std::move(parsed->details));
    }
    parsed->interface.described = header.offset;
    m_layout.interfaces.push_back(std::move(parsed->interface));
}

void CaptureReader::readSecrets(const pcapng::BlockHeader& header) {
    constexpr std::size_t secretsPosition = 16;
    const ByteView front = m_window.view(header.offset, secretsPosition);
    if (front.size() < secretsPosition) return;
    CaptureSecrets secrets;
    secrets.type = header.order.u32(front, 8);
    secrets.length = header.order.u32(front, 12);
    secrets.offset = header.offset + secretsPosition;
    if (header.length < secretsPosition + trailerLength ||
        secrets.length > header.length - secretsPosition - trailerLength) {
        remark(NoticeCode::MalformedBlock, header.offset,
               "The decryption secrets in " + blockAt(header) + " do not fit into it.");
        return;
    }
    if (m_layout.secrets.size() < m_limits.secrets) m_layout.secrets.push_back(secrets);
}

/// The figures count from the beginning of the capture on, so a later block replaces what an
/// earlier one said of its interface.
void CaptureReader::readStatistics(const pcapng::BlockHeader& header, ByteView block) {
    if (block.size() < pcapng::statisticsLength) return;
    const std::int64_t index = m_layout.interfaceIndex(
        m_layout.sections.back(), pcapng::statisticsInterface(header.order, block));
    if (index < 0) return;
    const auto place = static_cast<std::uint32_t>(index);
    const InterfaceCounts statistics = pcapng::parseStatistics(
        header.order, block, &m_layout.interfaces[static_cast<std::size_t>(index)]);
    InterfaceCounts& known = m_layout.statistics[place];
    known.update(statistics);
    m_freshStatistics[place] = known;
    const InterfaceDrops drops{statistics.kernelDrops.value_or(0),
                               statistics.interfaceDrops.value_or(0)};
    if (drops != InterfaceDrops{}) m_drops[place] = drops;
}

void CaptureReader::readNames(const pcapng::BlockHeader& header, ByteView block) {
    const bool whole = pcapng::parseNames(
        header.order, block, [&](const IpAddress& address, std::string_view name) {
            std::vector<std::uint32_t>& known = m_hosts[address];
            // Every section may repeat the names of the one before.
            const auto same = [&](std::uint32_t at) { return m_layout.hostNames[at].name == name; };
            if (std::ranges::any_of(known, same)) return;
            HostName host{address, std::string(name)};
            const auto place = static_cast<std::uint32_t>(m_layout.hostNames.size());
            if (place >= m_limits.hostNames || known.size() == maxNamesOfHost) {
                remarkTextLimit(header.offset);
            } else if (keepText(2 * sizeof host + name.size(), header.offset)) {
                known.push_back(place);
                m_layout.hostNames.push_back(std::move(host));
            }
        });
    if (!whole) {
        remark(NoticeCode::MalformedBlock, header.offset,
               "The names of hosts in " + blockAt(header) + " do not fit into it.");
    }
}

void CaptureReader::countOtherBlock(std::uint32_t type) {
    switch (type) {
        case pcapng::NameResolution:
            ++m_counts.nameResolutionBlocks;
            break;
        case pcapng::InterfaceStatistics:
            ++m_counts.statisticsBlocks;
            break;
        case pcapng::DecryptionSecrets:
            ++m_counts.secretsBlocks;
            break;
        case pcapng::Custom:
        case pcapng::CustomNotCopied:
            ++m_counts.customBlocks;
            break;
        default:
            ++m_counts.unknownBlocks;
    }
}

}  // namespace framescope
