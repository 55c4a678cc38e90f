// Part of the table of fields: TCP and the PROXY protocol. Only field_table.cpp includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kTcpFields = {
    FieldInfo{FieldId::Tcp, "tcp", Protocol, "Transmission Control Protocol", ""},
    FieldInfo{FieldId::TcpSrcPort, "tcp.srcport", Unsigned, "Source port", ""},
    FieldInfo{FieldId::TcpDstPort, "tcp.dstport", Unsigned, "Destination port", ""},
    FieldInfo{FieldId::TcpPort, "tcp.port", Unsigned, "Source or destination port",
              "Matches either end"},
    FieldInfo{FieldId::TcpStream, "tcp.stream", Unsigned, "Connection",
              "Index of the connection, in order of first packet"},
    FieldInfo{FieldId::TcpLen, "tcp.len", Unsigned, "Payload length", ""},
    FieldInfo{FieldId::TcpSeqRaw, "tcp.seq_raw", Unsigned, "Sequence number (raw)", ""},
    FieldInfo{FieldId::TcpSeq, "tcp.seq", Unsigned, "Sequence number",
              "Relative to the first one of its direction"},
    FieldInfo{FieldId::TcpAckRaw, "tcp.ack_raw", Unsigned, "Acknowledgment number (raw)", ""},
    FieldInfo{FieldId::TcpAck, "tcp.ack", Unsigned, "Acknowledgment number",
              "Relative to the first sequence number of the other direction"},
    FieldInfo{FieldId::TcpHdrLen, "tcp.hdr_len", Unsigned, "Header length",
              "Length of the header in bytes"},
    FieldInfo{FieldId::TcpFlags, "tcp.flags", Hex16, "Flags", ""},
    FieldInfo{FieldId::TcpFlagsFin, "tcp.flags.fin", Bool, "FIN", ""},
    FieldInfo{FieldId::TcpFlagsSyn, "tcp.flags.syn", Bool, "SYN", ""},
    FieldInfo{FieldId::TcpFlagsReset, "tcp.flags.reset", Bool, "RST", ""},
    FieldInfo{FieldId::TcpFlagsPush, "tcp.flags.push", Bool, "PSH", ""},
    FieldInfo{FieldId::TcpFlagsAck, "tcp.flags.ack", Bool, "ACK", ""},
    FieldInfo{FieldId::TcpFlagsUrg, "tcp.flags.urg", Bool, "URG", ""},
    FieldInfo{FieldId::TcpFlagsEce, "tcp.flags.ece", Bool, "ECE", ""},
    FieldInfo{FieldId::TcpFlagsCwr, "tcp.flags.cwr", Bool, "CWR", ""},
    FieldInfo{FieldId::TcpWindowSizeValue, "tcp.window_size_value", Unsigned, "Window", ""},
    FieldInfo{FieldId::TcpChecksum, "tcp.checksum", Hex16, "Checksum", ""},
    FieldInfo{FieldId::TcpChecksumStatus, "tcp.checksum.status", Text, "Checksum status",
              "good, bad or unverified"},
    FieldInfo{FieldId::TcpChecksumCalculated, "tcp.checksum_calculated", Hex16,
              "Calculated checksum", ""},
    FieldInfo{FieldId::TcpUrgentPointer, "tcp.urgent_pointer", Unsigned, "Urgent pointer", ""},
    FieldInfo{FieldId::TcpOptions, "tcp.options", ByteString, "Options", ""},
    FieldInfo{FieldId::TcpOption, "tcp.option", Group, "Option", ""},
    FieldInfo{FieldId::TcpPayload, "tcp.payload", ByteString, "Payload", ""},
    FieldInfo{FieldId::TcpSegmentData, "tcp.segment_data", ByteString, "Segment data",
              "Payload that belongs to none of the protocols above TCP"},
    FieldInfo{FieldId::TcpStreamOffset, "tcp.stream_offset", Unsigned, "Offset in the stream",
              "Position of the row's first byte in its direction of the connection"},
    FieldInfo{FieldId::TcpGap, "tcp.gap", Group, "Missing data",
              "Bytes of the stream that were never captured"},
    FieldInfo{FieldId::TcpGapLength, "tcp.gap.length", Unsigned, "Missing bytes", ""},
    FieldInfo{FieldId::TcpGapAcknowledged, "tcp.gap.acknowledged", Bool, "Acknowledged",
              "The other side acknowledged the missing bytes: they arrived, but were not captured"},
    FieldInfo{FieldId::TcpConflict, "tcp.conflict", Group, "Conflicting bytes",
              "Bytes that were sent again with other contents"},
    FieldInfo{FieldId::TcpConflictLength, "tcp.conflict.length", Unsigned, "Length", ""},
    FieldInfo{FieldId::TcpConflictFirst, "tcp.conflict.first", ByteString, "Seen first",
              "The version that counts"},
    FieldInfo{FieldId::TcpConflictFirstPacket, "tcp.conflict.first.packet", Unsigned,
              "First seen in packet", ""},
    FieldInfo{FieldId::TcpConflictLater, "tcp.conflict.later", ByteString, "Seen later",
              "The version that was sent again"},
    FieldInfo{FieldId::TcpEvent, "tcp.event", Text, "Event",
              "open, fin, reset, end-of-capture, half-closed or port-reused, on rows that open or "
              "end a connection"},
};

/// The PROXY protocol, in front of everything else on a connection.
inline constexpr std::array kProxyFields = {
    FieldInfo{FieldId::Proxy, "proxy", Protocol, "PROXY protocol",
              "What a load balancer says of the connection that it passes on"},
    FieldInfo{FieldId::ProxyVersion, "proxy.version", Unsigned, "Version", ""},
    FieldInfo{FieldId::ProxyCommand, "proxy.v2.cmd", Unsigned, "Command",
              "0: the load balancer's own connection; 1: one that it passes on"},
    FieldInfo{FieldId::ProxySrcIpv4, "proxy.src.ipv4", Ipv4, "Source address", ""},
    FieldInfo{FieldId::ProxyDstIpv4, "proxy.dst.ipv4", Ipv4, "Destination address", ""},
    FieldInfo{FieldId::ProxySrcIpv6, "proxy.src.ipv6", Ipv6, "Source address", ""},
    FieldInfo{FieldId::ProxyDstIpv6, "proxy.dst.ipv6", Ipv6, "Destination address", ""},
    FieldInfo{FieldId::ProxySrcPort, "proxy.srcport", Unsigned, "Source port", ""},
    FieldInfo{FieldId::ProxyDstPort, "proxy.dstport", Unsigned, "Destination port", ""},
    FieldInfo{FieldId::ProxyAlpn, "proxy.alpn", Text, "Application protocol",
              "What client and load balancer agreed on (ALPN)"},
    FieldInfo{FieldId::ProxyAuthority, "proxy.authority", Text, "Host name",
              "The host name that the client asked for"},
};

}  // namespace framescope::fields
