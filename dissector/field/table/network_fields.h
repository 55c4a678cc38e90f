// Part of the table of fields: IP. Only field_table.cpp includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kNetworkFields = {
    FieldInfo{FieldId::Ip, "ip", Protocol, "Internet Protocol version 4", ""},
    FieldInfo{FieldId::IpVersion, "ip.version", Unsigned, "Version", ""},
    FieldInfo{FieldId::IpHdrLen, "ip.hdr_len", Unsigned, "Header length",
              "Length of the header in bytes"},
    FieldInfo{FieldId::IpDsField, "ip.dsfield", Hex8, "Differentiated services", ""},
    FieldInfo{FieldId::IpLen, "ip.len", Unsigned, "Total length", ""},
    FieldInfo{FieldId::IpId, "ip.id", Hex16, "Identification", ""},
    FieldInfo{FieldId::IpFlags, "ip.flags", Hex8, "Flags", ""},
    FieldInfo{FieldId::IpFlagsDf, "ip.flags.df", Bool, "Don't fragment", ""},
    FieldInfo{FieldId::IpFlagsMf, "ip.flags.mf", Bool, "More fragments", ""},
    FieldInfo{FieldId::IpFragOffset, "ip.frag_offset", Unsigned, "Fragment offset",
              "Offset of this fragment in bytes"},
    FieldInfo{FieldId::IpTtl, "ip.ttl", Unsigned, "Time to live", ""},
    FieldInfo{FieldId::IpProto, "ip.proto", Unsigned, "Protocol", ""},
    FieldInfo{FieldId::IpChecksum, "ip.checksum", Hex16, "Header checksum", ""},
    FieldInfo{FieldId::IpChecksumStatus, "ip.checksum.status", Text, "Header checksum status",
              "good, bad or unverified"},
    FieldInfo{FieldId::IpChecksumCalculated, "ip.checksum_calculated", Hex16,
              "Calculated header checksum", ""},
    FieldInfo{FieldId::IpSrc, "ip.src", Ipv4, "Source", ""},
    FieldInfo{FieldId::IpDst, "ip.dst", Ipv4, "Destination", ""},
    FieldInfo{FieldId::IpAddr, "ip.addr", Ipv4, "Source or destination", "Matches either end"},
    FieldInfo{FieldId::IpOptions, "ip.options", ByteString, "Options", ""},
    FieldInfo{FieldId::IpFragments, "ip.fragments", Group, "Fragments",
              "The packets whose fragments make up this datagram"},
    FieldInfo{FieldId::IpFragment, "ip.fragment", Unsigned, "Fragment",
              "Number of a packet that carried a part of this datagram"},
    FieldInfo{FieldId::IpFragmentCount, "ip.fragment.count", Unsigned, "Fragment count", ""},
    FieldInfo{FieldId::IpFragmentedLength, "ip.reassembled.length", Unsigned, "Reassembled length",
              ""},
    FieldInfo{FieldId::Ipv6, "ipv6", Protocol, "Internet Protocol version 6", ""},
    FieldInfo{FieldId::Ipv6Version, "ipv6.version", Unsigned, "Version", ""},
    FieldInfo{FieldId::Ipv6TClass, "ipv6.tclass", Hex32, "Traffic class", ""},
    FieldInfo{FieldId::Ipv6Flow, "ipv6.flow", Hex24, "Flow label", ""},
    FieldInfo{FieldId::Ipv6Plen, "ipv6.plen", Unsigned, "Payload length", ""},
    FieldInfo{FieldId::Ipv6Nxt, "ipv6.nxt", Unsigned, "Next header", ""},
    FieldInfo{FieldId::Ipv6Hlim, "ipv6.hlim", Unsigned, "Hop limit", ""},
    FieldInfo{FieldId::Ipv6Src, "ipv6.src", Ipv6, "Source", ""},
    FieldInfo{FieldId::Ipv6Dst, "ipv6.dst", Ipv6, "Destination", ""},
    FieldInfo{FieldId::Ipv6Addr, "ipv6.addr", Ipv6, "Source or destination", "Matches either end"},
    FieldInfo{FieldId::Ipv6Extension, "ipv6.ext", ByteString, "Extension header", ""},
    FieldInfo{FieldId::Ipv6FragOffset, "ipv6.fraghdr.offset", Unsigned, "Fragment offset",
              "Offset of this fragment in bytes"},
    FieldInfo{FieldId::Ipv6FragMore, "ipv6.fraghdr.more", Bool, "More fragments", ""},
    FieldInfo{FieldId::Ipv6FragId, "ipv6.fraghdr.ident", Hex32, "Identification", ""},
    FieldInfo{FieldId::ResolvedName, "ip.host", Text, "Name",
              "What the capture file calls the source or the destination"},
};

}  // namespace framescope::fields
