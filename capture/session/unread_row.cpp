// Rows of packets that are not read: what is said of them, and how far their layers can be told.
#include "capture/session/unread_row.h"

#include "capture/file/link_type_name.h"
#include "capture/session/row_dissector.h"
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
    if (reason == UnreadReason::Empty) return "empty: the packet has no bytes";
    const bool cut = reason == UnreadReason::CutShort;
    const auto packet = packetOf(state, record);
    const auto fault = packet ? faultOf(*packet) : std::nullopt;
    if (!fault)
        return (cut ? "cut within its headers, " : "malformed header, ") + size + ", not read";
    if (cut) return "cut within its " + fault->header + ", " + fault->sentence + ", not read";
    return "malformed " + fault->header + ": " + fault->sentence + "  ·  " + size + ", not read";
}

void RowDissector::describeUnread() {
    const auto reason = static_cast<UnreadReason>(m_record.form);
    IssueSink issues;
    const FieldId about = fieldAbout(reason);
    const bool unknown = about != FieldId::None;
    const auto packet = packetOf(m_state, m_record);
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
