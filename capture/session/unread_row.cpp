// Rows of packets that are not read: what is said of them, and how far their layers can be told.
#include "capture/session/unread_row.h"

#include <algorithm>

#include "capture/file/link_type_name.h"
#include "capture/session/row_dissector.h"
#include "dissector/ip/ip_protocol.h"
#include "dissector/packet/packet.h"
#include "dissector/packet/packet_fault.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

std::optional<PacketFault> faultOf(const StoredPacket& packet) {
    return findFault(packet.linkType, packet.data, packet.originalLength);
}

Result<StoredPacket> packetOf(const Session::State& state, const Record& record) {
    return state.file->readPacket(state.layout, state.packetOffsets[record.packet - 1]);
}

/// "bytes 0 to 63", at most three of such runs.
std::string missingText(const StoredDatagram& stored) {
    constexpr std::size_t kMostRuns = 3;
    std::vector<std::string> runs;
    const auto add = [&runs](std::uint64_t begin, std::uint64_t end) {
        if (begin >= end) return;
        runs.push_back(end - begin == 1
                           ? "byte " + groupedDigits(begin)
                           : "bytes " + groupedDigits(begin) + " to " + groupedDigits(end - 1));
    };
    std::uint64_t reached = 0;
    for (const ip::DatagramPiece& piece : stored.pieces) {
        add(reached, piece.offset);
        reached = std::uint64_t{piece.offset} + piece.length + piece.cut;
    }
    add(reached, stored.length);
    if (!stored.lengthKnown) runs.push_back("what follows byte " + groupedDigits(stored.length));
    std::string text;
    for (std::size_t i = 0; i < std::min(runs.size(), kMostRuns); ++i) {
        if (i != 0) text += i + 1 == runs.size() ? " and " : ", ";
        text += runs[i];
    }
    return runs.size() > kMostRuns ? text + " and more" : text;
}

std::string incompleteText(const Session::State& state, const Record& record) {
    std::string text = "incomplete IP datagram " + std::to_string(record.detail);
    const auto found = state.datagrams.find(record.packet);
    if (found == state.datagrams.end()) return text + ", fragments are missing, not read";
    const StoredDatagram& stored = found->second;
    text += " of " + ipProtocolText(stored.protocol) + "  " + stored.source.text() + " → " +
            stored.destination.text() + ", " + missingText(stored);
    text += stored.lengthKnown ? " of " + byteCountText(stored.length) : "";
    return text + " missing, not read";
}

/// The field of the frame that says why, where no header is to blame.
FieldId fieldAbout(UnreadReason reason) {
    switch (reason) {
        case UnreadReason::LinkType:
            return FieldId::FrameLinkType;
        case UnreadReason::Interface:
            return FieldId::FrameInterfaceId;
        case UnreadReason::Empty:
            return FieldId::FrameLen;
        default:
            return FieldId::None;
    }
}

}  // namespace

std::string unreadText(const Session::State& state, const Record& record) {
    const auto reason = static_cast<UnreadReason>(record.form);
    const std::string size = byteCountText(record.length);
    if (reason == UnreadReason::LinkType) {
        return linkTypeText(record.detail) + ", " + size + ", not read";
    }
    if (reason == UnreadReason::Interface) {
        return "of an interface that the capture does not describe, " + size + ", not read";
    }
    if (reason == UnreadReason::Fragments) return incompleteText(state, record);
    if (reason == UnreadReason::Empty) return "empty: the packet has no bytes";
    const bool cut = reason == UnreadReason::CutShort;
    const auto packet = packetOf(state, record);
    const auto fault = packet ? faultOf(*packet) : std::nullopt;
    if (!fault)
        return (cut ? "cut within its headers, " : "malformed header, ") + size + ", not read";
    if (cut) return "cut within its " + fault->header + ", " + fault->sentence + ", not read";
    return "malformed " + fault->header + ": " + fault->sentence + "  ·  " + size + ", not read";
}

/// The layers of the last fragment, what there is of its datagram, and what is missing.
void RowDissector::describeIncomplete(const StoredPacket& packet) {
    describePacket(packet.linkType, packet.data, packet.originalLength, {}, tree(), Place{0, 0},
                   m_protocols);
    IssueSink issues;
    FieldIndex about = 0;
    std::string detail;
    const auto stored = m_state.datagrams.find(m_record.packet);
    if (stored != m_state.datagrams.end()) {
        describeDatagramLayers(readDatagram(m_state, stored->second), {});
        about = tree().find(FieldId::IpFragments);
        detail = missingText(stored->second);
    }
    issues.add(IssueCode::IpFragmentsMissing, 0, detail);
    tree().attach(issues, about);
}

void RowDissector::describeUnread() {
    const auto reason = static_cast<UnreadReason>(m_record.form);
    IssueSink issues;
    const FieldId about = fieldAbout(reason);
    const bool unknown = about != FieldId::None;
    const auto packet = packetOf(m_state, m_record);
    if (packet && reason == UnreadReason::Fragments) return describeIncomplete(*packet);
    const auto fault = packet && !unknown ? faultOf(*packet) : std::nullopt;
    if (!fault) {
        issues.add(issueOf(reason), static_cast<std::uint16_t>(about));
        tree().attach(issues, 0);
        m_protocols += ":data";
        return;
    }
    // The packet is the first source there is. Its layers are described as far as they were read.
    const Place place{0, 0};
    describePacket(packet->linkType, packet->data, packet->originalLength, {}, tree(), place,
                   m_protocols);
    const bool cut = reason == UnreadReason::CutShort;
    const FieldIndex header = tree().add(
        FieldId::FrameUnread, place.at(fault->offset), fault->captured,
        Bytes(packet->data.begin() + static_cast<std::ptrdiff_t>(fault->offset),
              packet->data.begin() + static_cast<std::ptrdiff_t>(fault->offset + fault->captured)),
        cut ? "cut within the " + fault->header : "malformed " + fault->header);
    issues.add(issueOf(reason), 0,
               (cut ? std::string() : "the " + fault->header + ": ") + fault->sentence);
    tree().attach(issues, header);
    if (m_protocols.empty()) m_protocols = ":data";
}

}  // namespace framescope
