// Part of the table of fields: The packet, and what the capturing system says. Only field_table.cpp
// includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kPacketFields = {
    FieldInfo{FieldId::Frame, "frame", Protocol, "Packet", ""},
    FieldInfo{FieldId::FrameNumber, "frame.number", Unsigned, "Number",
              "Number of the packet that completed the row"},
    FieldInfo{FieldId::FrameTimeEpoch, "frame.time_epoch", Time, "Time since the epoch", ""},
    FieldInfo{FieldId::FrameTimeRelative, "frame.time_relative", Time,
              "Time since the first packet", ""},
    FieldInfo{FieldId::FrameLen, "frame.len", Unsigned, "Length on the wire", ""},
    FieldInfo{FieldId::FrameCapLen, "frame.cap_len", Unsigned, "Length captured", ""},
    FieldInfo{FieldId::FrameInterfaceId, "frame.interface_id", Unsigned, "Interface", ""},
    FieldInfo{FieldId::FrameInterfaceName, "frame.interface_name", Text, "Interface name", ""},
    FieldInfo{FieldId::FrameInterfaceDescription, "frame.interface_description", Text,
              "Interface description", ""},
    FieldInfo{FieldId::FrameComment, "frame.comment", Text, "Comment",
              "A comment that the capture file keeps with the packet"},
    FieldInfo{FieldId::FrameLinkType, "frame.encap_type", Text, "Link type",
              "How the packet begins, by the name of its link type"},
    FieldInfo{FieldId::FrameProtocols, "frame.protocols", Text, "Protocols",
              "The row's layers from the packet up, separated by colons"},
    FieldInfo{FieldId::FrameUnread, "frame.unread", ByteString, "Unread header",
              "The header at which reading this packet ended, since it does not fit or was cut"},
    FieldInfo{FieldId::Capture, "capture", Protocol, "Capture", "What the capturing system says"},
    FieldInfo{FieldId::CaptureDrops, "capture.drops", Unsigned, "Packets dropped",
              "Packets the capturing system dropped before this one"},
};

}  // namespace framescope::fields
