// Why a packet has a row of its own, in which nothing but its bytes can be read.
#pragma once

#include <cstdint>

#include "dissector/issue/issue.h"

namespace framescope {

/// In Record::form of a RowKind::UnreadPacket.
enum class UnreadReason : std::uint8_t {
    LinkType,   ///< its link type is not read
    Interface,  ///< the capture does not describe the interface it came from
    Header,     ///< a header in front of IP does not fit
    IpHeader,   ///< an IP header does not fit
    TcpHeader,  ///< the TCP header does not fit
    CutShort,   ///< less was captured than the headers down to TCP
    Empty,      ///< it has no bytes
    Fragments,  ///< the last fragment there is of a datagram whose beginning is missing
};

/// The issue that such a row has.
constexpr IssueCode issueOf(UnreadReason reason) {
    switch (reason) {
        case UnreadReason::LinkType:
            return IssueCode::CaptureLinkTypeUnread;
        case UnreadReason::Interface:
            return IssueCode::CaptureInterfaceUnknown;
        case UnreadReason::Header:
            return IssueCode::PacketHeaderMalformed;
        case UnreadReason::IpHeader:
            return IssueCode::IpHeaderMalformed;
        case UnreadReason::TcpHeader:
            return IssueCode::TcpHeaderMalformed;
        case UnreadReason::CutShort:
            return IssueCode::PacketCutShort;
        case UnreadReason::Empty:
            return IssueCode::PacketEmpty;
        case UnreadReason::Fragments:
            return IssueCode::IpFragmentsMissing;
    }
    return IssueCode::None;
}

}  // namespace framescope
