#include "tests/support/link_cases.h"

#include "tests/support/packet_bytes.h"
#include "tests/support/prefixes.h"

namespace framescope::test {
namespace {

Bytes hex(const char* digits) {
    return fromHex(digits);
}

/// A header that ends with the 16-bit length of what follows, plus `more`.
Bytes withLength(const char* header, const Bytes& inside, std::size_t more = 0) {
    Bytes bytes = hex(header);
    ByteWriter(bytes).be16(static_cast<std::uint16_t>(inside.size() + more));
    return joined({bytes, inside});
}

Bytes datagramTo(std::uint16_t port, const Bytes& inside) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.be16(50000);
    out.be16(port);
    out.be16(static_cast<std::uint16_t>(8 + inside.size()));
    out.be16(0);
    out.bytes(inside);
    return bytes;
}
Bytes udpOf(std::uint16_t port, const Bytes& inside) {
    return ipv4Of(datagramTo(port, inside), {.protocol = 17});
}

/// G-PDU: flags, then what they announce, of `more` bytes.
Bytes gtpOf(std::uint8_t flags, const char* more, const Bytes& inside) {
    const Bytes optional = hex(more);
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(flags);
    out.u8(255);
    out.be16(static_cast<std::uint16_t>(optional.size() + inside.size()));
    out.be32(77);
    return joined({bytes, optional, inside});
}

constexpr const char* kAddresses = "020000000001 020000000002 ";
constexpr const char* kSnap = "aa aa 03 000000 0800";
/// Of an 802.11 frame: duration, three addresses, sequence.
constexpr const char* kThree = "0000 021111111111 022222222222 023333333333 0000";

Bytes filled(const char* front, std::size_t size) {
    Bytes bytes = hex(front);
    bytes.resize(size, 0);
    return bytes;
}

class Cases {
public:
    std::vector<LinkCase> all;

    void addLinks();
    void addWireless();
    void addTags();
    void addTunnels();
    void addUdpTunnels();

private:
    void add(const char* name, std::uint32_t link, std::initializer_list<Bytes> parts,
             const char* protocols, bool tsharkReads = true) {
        all.push_back({name, link, joined(parts), protocols, tsharkReads});
    }

    const Bytes m_ipv4 = ipv4Of(segmentOf(kCarried));
    const Bytes m_ipv6 = ipv6Of(segmentOf(kCarried));
    const Bytes m_frame = ethernet(m_ipv4);
    const Bytes m_snap = joined({hex(kSnap), m_ipv4});
};

void Cases::addLinks() {
    add("Ethernet, IPv4", 1, {m_frame}, ":eth:ethertype:ip:tcp");
    add("Ethernet, IPv6", 1, {ethernet(m_ipv6, 0x86dd)}, ":eth:ethertype:ipv6:tcp");
    add("Ethernet, 802.2 and SNAP", 1,
        {withLength("020000000001 020000000002", m_snap), Bytes(9, 0)}, ":eth:llc:ip:tcp");
    add("Ethernet, 802.2 for IP", 1,
        {withLength("020000000001 020000000002", joined({hex("06 06 03"), m_ipv4}))},
        ":eth:llc:ip:tcp");
    add("Ethernet, SNAP with a bridge tunnel", 1,
        {withLength("020000000001 020000000002", joined({hex("aaaa03 0000f8 86dd"), m_ipv6}))},
        ":eth:llc:ipv6:tcp");
    add("Inter-Switch Link", 1,
        {hex("01000c000000 020000000002 0050 aaaa03 02000c 0064 0000 0000"), m_frame},
        ":eth:eth:ethertype:ip:tcp");
    add("null, little-endian IPv4", 0, {hex("02000000"), m_ipv4}, ":null:ip:tcp");
    add("null, big-endian IPv4", 0, {hex("00000002"), m_ipv4}, ":null:ip:tcp");
    add("null, macOS IPv6", 0, {hex("1e000000"), m_ipv6}, ":null:ipv6:tcp");
    add("null, FreeBSD IPv6", 0, {hex("1c000000"), m_ipv6}, ":null:ipv6:tcp");
    add("null, OpenBSD IPv6", 0, {hex("18000000"), m_ipv6}, ":null:ipv6:tcp");
    add("loop, IPv4", 108, {hex("00000002"), m_ipv4}, ":null:ip:tcp");
    for (const std::uint32_t link : {12U, 14U, 101U, 228U}) {
        add("raw, IPv4", link, {m_ipv4}, ":raw:ip:tcp");
    }
    add("raw, IPv6", 101, {m_ipv6}, ":raw:ipv6:tcp");
    add("raw IPv6", 229, {m_ipv6}, ":raw:ipv6:tcp");
    add("cooked", 113, {hex("0000 0001 0006 0200000000010000 0800"), m_ipv4},
        ":sll:ethertype:ip:tcp");
    add("cooked, tag", 113, {hex("0004 0001 0006 0200000000010000 8100 0064 86dd"), m_ipv6},
        ":sll:ethertype:vlan:ipv6:tcp");
    add("cooked, 802.2", 113, {hex("0000 0001 0006 0200000000010000 0004"), m_snap},
        ":sll:ethertype:llc:ip:tcp");
    add("cooked 2", 276, {hex("86dd 0000 00000003 0001 00 06 0200000000010000"), m_ipv6},
        ":sll:ethertype:ipv6:tcp");
    add("cooked 2, tag", 276,
        {hex("8100 0000 00000003 0001 00 06 0200000000010000 0064 0800"), m_ipv4},
        ":sll:ethertype:vlan:ip:tcp");
    add("cooked 2, two tags", 276,
        {hex("88a8 0000 00000003 0001 00 06 0200000000010000 0064 8100 00c8 86dd"), m_ipv6},
        ":sll:ethertype:ieee8021ad:vlan:ipv6:tcp");
    add("PPP", 9, {hex("ff03 0021"), m_ipv4}, ":ppp:ip:tcp");
    add("PPP, IPv6", 9, {hex("ff03 0057"), m_ipv6}, ":ppp:ipv6:tcp");
    add("PPP, no address", 9, {hex("0021"), m_ipv4}, ":ppp:ip:tcp");
    add("PPP, short protocol", 9, {hex("21"), m_ipv4}, ":ppp:ip:tcp");
    add("PPP, MPLS", 9, {hex("ff03 0281 00064140"), m_ipv4}, ":ppp:mpls:ip:tcp");
    add("PPP, multilink", 9, {hex("ff03 003d c0000007 0021"), m_ipv4}, ":ppp:ppp:ip:tcp");
    add("PPP, bridged", 9, {hex("ff03 0031 0001"), m_frame}, ":ppp:eth:ethertype:ip:tcp");
    add("PPP, serial", 50, {hex("ff03 0021"), m_ipv4}, ":ppp:ip:tcp");
    add("Cisco HDLC, serial", 50, {hex("0f00 0800"), m_ipv4}, ":chdlc:ip:tcp");
    add("PPP, direction", 166, {hex("0003 0021"), m_ipv4}, ":ppp:ip:tcp", false);
    add("PPP, direction in front", 204, {hex("01 ff03 0021"), m_ipv4}, ":direction:ppp:ip:tcp");
    add("PPPoE", 51, {withLength("11 00 0007", joined({hex("0021"), m_ipv4}))},
        ":pppoes:ppp:ip:tcp");
    add("Cisco HDLC", 104, {hex("0f00 0800"), m_ipv4}, ":chdlc:ip:tcp");
    add("Cisco HDLC, MPLS", 104, {hex("8f00 8847 00064140"), m_ipv4}, ":chdlc:mpls:ip:tcp");
    add("Cisco HDLC, direction", 205, {hex("00 0f00 0800"), m_ipv4}, ":direction:chdlc:ip:tcp",
        false);
    add("Frame Relay", 107, {hex("1841 03 cc"), m_ipv4}, ":fr:ip:tcp");
    add("Frame Relay, IPv6", 107, {hex("1841 03 8e"), m_ipv6}, ":fr:ipv6:tcp");
    add("Frame Relay, SNAP", 107, {hex("1841 03 00 80 000000 0800"), m_ipv4}, ":fr:ip:tcp");
    add("Frame Relay, EtherType", 107, {hex("1841 0800"), m_ipv4}, ":fr:ip:tcp");
    add("Frame Relay, direction", 206, {hex("01 1841 03 cc"), m_ipv4}, ":direction:fr:ip:tcp",
        false);
    add("SLIP", 8, {filled("01", 16), m_ipv4}, ":slip:ip:tcp", false);
    add("SLIP of BSD/OS", 102, {filled("01", 24), m_ipv4}, ":slip:ip:tcp", false);
    add("netfilter log, little-endian", 239,
        {hex("02 00 0005 0800 0100 0800 0003 0700 0a00 6162 0000"), hex("3300 0900"), m_ipv4,
         hex("00")},
        ":nflog:ip:tcp");
    add("netfilter log, big-endian", 239,
        {hex("02 00 0005 0008 0001 0800 0003"), hex("0033 0009"), m_ipv4, hex("00")},
        ":nflog:ip:tcp", false);
    add("packet filter log", 117, {filled("3d 02", 64), m_ipv4}, ":pflog:ip:tcp");
    add("ATM, SNAP", 100, {m_snap}, ":llc:ip:tcp");
    add("ATM, bridged", 100, {hex("aaaa03 0080c2 0007 0000"), m_frame},
        ":llc:eth:ethertype:ip:tcp");
    add("ATM, a circuit of IP", 100, {m_ipv4}, ":ip:tcp", false);
    add("ATM, a circuit of PPP", 100, {hex("0021"), m_ipv4}, ":ppp:ip:tcp", false);
    add("ATM, PPP", 100, {hex("fefe03 cf 0021"), m_ipv4}, ":llc:ppp:ip:tcp");
    add("classical IP over ATM, no header", 106, {m_ipv4}, ":ip:tcp");
    add("classical IP over ATM", 106, {m_snap}, ":llc:ip:tcp", false);
    add("SunATM", 123, {hex("02 00 0064"), m_snap}, ":atm:llc:ip:tcp");
    add("token ring", 6, {hex("1040"), hex(kAddresses), m_snap}, ":tr:llc:ip:tcp");
    add("token ring, routed", 6, {hex("1040 020000000001 820000000002 0630 0011 0020"), m_snap},
        ":tr:llc:ip:tcp");
    add("FDDI", 10, {hex("50"), hex(kAddresses), m_snap}, ":fddi:llc:ip:tcp");
    add("Endace record", 197, {hex("0000000000000000 02 04 0060 0000 004f 0000"), m_frame},
        ":erf:eth:ethertype:ip:tcp");
    add("packet tap", 258, {filled("6c000000 01000000 01000000 656e3000", 108), m_frame},
        ":pktap:eth:ethertype:ip:tcp");
    add("Juniper Ethernet", 178, {hex("4d4743 81 0006 010203040506"), m_frame},
        ":juniper:eth:ethertype:ip:tcp");
    add("Juniper, no link header", 178, {hex("4d4743 02 02000000"), m_ipv4}, ":juniper:ip:tcp");
    add("Juniper PPP", 179, {hex("4d4743 00 ff03 0021"), m_ipv4}, ":juniper:ppp:ip:tcp");
    add("Juniper Cisco HDLC", 181, {hex("4d4743 00 0f00 0800"), m_ipv4}, ":juniper:chdlc:ip:tcp");
    add("MPLS", 219, {hex("00064140"), m_ipv4}, ":mpls:ip:tcp", false);
    add("OpenBSD encapsulation", 109, {hex("00000002 00000007 00000000"), m_ipv4}, ":enc:ip:tcp");
    add("Fibre Channel", 122, {Bytes(16, 1), m_snap}, ":ipfc:llc:ip:tcp");
    add("IEEE 1394", 138, {Bytes(16, 1), hex("0800"), m_ipv4}, ":ieee1394:ip:tcp");
    add("Solaris ipnet", 226, {filled("01 02 0001 0000002f", 24), m_ipv4}, ":ipnet:ip:tcp");
    add("netANALYZER", 240, {hex("00000000"), m_frame}, ":netanalyzer:eth:ethertype:ip:tcp", false);
    add("IP over InfiniBand", 242, {Bytes(40, 0), hex("0800 0000"), m_ipv4}, ":infiniband:ip:tcp");
    add("EPON", 259, {hex("555555d5 5555 8001"), m_frame}, ":epon:eth:ethertype:ip:tcp", false);
    add("IEEE 802.3br", 274, {hex("55555555555555d5"), m_frame}, ":mpacket:eth:ethertype:ip:tcp",
        false);
    add("Broadcom tag", 281, {hex(kAddresses), hex("20000003 0800"), m_ipv4},
        ":eth:brcm-tag:ip:tcp", false);
    add("Broadcom tag in front", 282, {hex("20000003"), m_frame}, ":brcm-tag:eth:ethertype:ip:tcp",
        false);
    add("Marvell tag", 284, {hex(kAddresses), hex("40080000 0800"), m_ipv4}, ":eth:dsa:ip:tcp",
        false);
    add("extended Marvell tag", 285, {hex(kAddresses), hex("dada0000 40080000 0800"), m_ipv4},
        ":eth:edsa:ip:tcp", false);
}

void Cases::addWireless() {
    const Bytes radiotap = hex("00 00 0800 00000000");
    add("802.11, to the access point", 105, {hex("0801"), hex(kThree), m_snap}, ":wlan:llc:ip:tcp");
    add("802.11, from the access point", 105, {hex("0802"), hex(kThree), m_snap},
        ":wlan:llc:ip:tcp");
    add("802.11, four addresses", 105, {hex("0803"), hex(kThree), hex("024444444444"), m_snap},
        ":wlan:llc:ip:tcp");
    add("802.11, QoS", 105, {hex("8801"), hex(kThree), hex("0000"), m_snap}, ":wlan:llc:ip:tcp");
    add("802.11, QoS and HT control", 105, {hex("8881"), hex(kThree), hex("0000 00000000"), m_snap},
        ":wlan:llc:ip:tcp");
    add("802.11, aggregate", 105,
        {hex("8801"), hex(kThree), hex("8000"), withLength(kAddresses, m_snap), Bytes(3, 0)},
        ":wlan:llc:ip:tcp");
    add("radiotap", 127, {radiotap, hex("0801"), hex(kThree), m_snap}, ":radiotap:wlan:llc:ip:tcp");
    add("radiotap, padded body", 127,
        {hex("00 00 1100 03000000 1122334455667788 20"), hex("8801"), hex(kThree), hex("0000 0000"),
         m_snap},
        ":radiotap:wlan:llc:ip:tcp");
    add("Prism", 119, {filled("44000000 90000000", 144), hex("0801"), hex(kThree), m_snap},
        ":prism:wlan:llc:ip:tcp");
    add("AVS in place of Prism", 119,
        {filled("80211001 00000040", 64), hex("0801"), hex(kThree), m_snap},
        ":wlancap:wlan:llc:ip:tcp");
    add("AVS", 163, {filled("80211001 00000040", 64), hex("0801"), hex(kThree), m_snap},
        ":wlancap:wlan:llc:ip:tcp");
    add("per-packet information", 192,
        {hex("00 00 0800 69000000"), hex("0801"), hex(kThree), m_snap}, ":ppi:wlan:llc:ip:tcp");
}

void Cases::addTags() {
    const auto tagged = [this](const char* name, const char* tags, const Bytes& inside,
                               const char* protocols, bool tsharkReads = true) {
        add(name, 1, {hex(kAddresses), hex(tags), inside}, protocols, tsharkReads);
    };
    tagged("802.1Q", "8100 6064 0800", m_ipv4, ":eth:ethertype:vlan:ip:tcp");
    tagged("QinQ", "88a8 0064 8100 00c8 86dd", m_ipv6, ":eth:ethertype:ieee8021ad:vlan:ipv6:tcp");
    tagged("QinQ, old type", "9100 0064 8100 00c8 0800", m_ipv4, ":eth:ethertype:vlan:vlan:ip:tcp");
    tagged("QinQinQ", "88a8 0064 9200 0001 9300 0002 8100 00c8 0800", m_ipv4,
           ":eth:ethertype:ieee8021ad:vlan:vlan:vlan:ip:tcp", false);
    tagged("802.1Q, 802.2", "8100 6064", withLength("", m_snap), ":eth:ethertype:vlan:llc:ip:tcp");
    tagged("PPPoE session", "8864", withLength("11 00 0007", joined({hex("0021"), m_ipv4})),
           ":eth:ethertype:pppoes:ppp:ip:tcp");
    tagged("MPLS", "8847 00064040 00065140", m_ipv4, ":eth:ethertype:mpls:mpls:ip:tcp");
    tagged("MPLS, IPv6", "8848 00065140", m_ipv6, ":eth:ethertype:mpls:ipv6:tcp");
    tagged("MPLS, pseudowire", "8847 00065140", m_frame, ":eth:ethertype:mpls:eth:ethertype:ip:tcp",
           false);
    tagged("MPLS, pseudowire with control word", "8847 00065140 00000000", m_frame,
           ":eth:ethertype:mpls:pwethcw:eth:ethertype:ip:tcp");
    Bytes four = m_frame;
    four[0] = 0x45;
    tagged("MPLS, pseudowire to an address like IPv4", "8847 00065140", four,
           ":eth:ethertype:mpls:eth:ethertype:ip:tcp", false);
    tagged("FabricPath", "8903 0460", m_frame, ":eth:ethertype:cfp:eth:ethertype:ip:tcp", false);
    tagged("MACsec, not encrypted", "88e5 00 00 00000001 0800", joined({m_ipv4, Bytes(16, 9)}),
           ":eth:ethertype:macsec:ip:tcp");
    tagged("VN-Tag", "8926 00000000 0800", m_ipv4, ":eth:ethertype:vntag:ip:tcp");
    tagged("802.1ah", "88e7 00000064", m_frame, ":eth:ethertype:ieee8021ah:eth:ethertype:ip:tcp");
    tagged("Cisco metadata", "8909 01 01 0001 0007 0800", m_ipv4, ":eth:ethertype:cmd:ip:tcp");
    tagged("HSR", "892f 0033 0001 0800", m_ipv4, ":eth:ethertype:hsr:ip:tcp");
    tagged("TRILL", "22f3 0050 0001 0002 00000000", m_frame,
           ":eth:ethertype:trill:eth:ethertype:ip:tcp");
    tagged("service header", "894f 0f06 01 03 00000102 00000000 00000000 00000000 00000000",
           m_frame, ":eth:ethertype:nsh:eth:ethertype:ip:tcp");
    tagged("802.1CB", "f1c1 0000 0007 0800", m_ipv4, ":eth:ethertype:ieee8021cb:ip:tcp");
    const char* const kNode = "022222222222";
    for (const auto& [name, types] : {std::pair("B.A.T.M.A.N., version 15", "400f 420f 010f"),
                                      std::pair("B.A.T.M.A.N., version 14", "030e 090e 040e")}) {
        const Bytes type = hex(types);
        const auto mesh = [&](std::size_t at, const Bytes& rest) {
            add(name, 1,
                {hex(kAddresses), hex("4305"), Bytes{type[at], type[at + 1]}, rest, m_frame},
                ":eth:ethertype:batadv:eth:ethertype:ip:tcp");
        };
        mesh(0, joined({hex("3201"), hex(kNode)}));
        mesh(2, joined({hex("3201"), hex(kNode), hex(kNode), hex("0100")}));
        mesh(4, joined({hex("3200 00000007"), hex(kNode)}));
    }
    tagged("802.2 in a jumbo frame", "8870", m_snap, ":eth:ethertype:llc:ip:tcp");
}

void Cases::addTunnels() {
    const auto over = [this](const char* name, std::uint8_t protocol, const Bytes& inside,
                             const char* protocols, bool tsharkReads = true) {
        add(name, 1, {ethernet(ipv4Of(inside, {.protocol = protocol}))}, protocols, tsharkReads);
    };
    over("IPv4 in IPv4", 4, m_ipv4, ":eth:ethertype:ip:ip:tcp");
    over("IPv6 in IPv4", 41, m_ipv6, ":eth:ethertype:ip:ipv6:tcp");
    add("IPv4 in IPv6", 1, {ethernet(ipv6Of(m_ipv4, 4), 0x86dd)}, ":eth:ethertype:ipv6:ip:tcp");
    add("IPv6 in IPv6", 1, {ethernet(ipv6Of(m_ipv6, 41), 0x86dd)}, ":eth:ethertype:ipv6:ipv6:tcp");
    over("authentication", 51,
         joined({hex("06 04 0000 00000007 00000001"), Bytes(12, 5), segmentOf(kCarried)}),
         ":eth:ethertype:ip:ah:tcp");
    over("GRE", 47, joined({hex("0000 0800"), m_ipv4}), ":eth:ethertype:ip:gre:ip:tcp");
    over("GRE, checksum, key and sequence", 47,
         joined({hex("b000 0800 00000000 00000007 00000009"), m_ipv4}),
         ":eth:ethertype:ip:gre:ip:tcp");
    over("GRE, source routing", 47,
         joined({hex("4000 0800 0000 0000 0800 0004 0a000009 0000 0000"), m_ipv4}),
         ":eth:ethertype:ip:gre:ip:tcp");
    over("GRE, bridged", 47, joined({hex("2000 6558 00006400"), m_frame}),
         ":eth:ethertype:ip:gre:eth:ethertype:ip:tcp");
    over("GRE, MPLS", 47, joined({hex("0000 8847 00065140"), m_ipv4}),
         ":eth:ethertype:ip:gre:mpls:ip:tcp");
    over("GRE, Frame Relay", 47, joined({hex("0000 6559 1841 03 cc"), m_ipv4}),
         ":eth:ethertype:ip:gre:fr:ip:tcp");
    over("GRE, WCCP", 47, joined({hex("0000 883e 00000000"), m_ipv4}),
         ":eth:ethertype:ip:gre:ip:tcp");
    over("ERSPAN I", 47, joined({hex("0000 88be"), m_frame}),
         ":eth:ethertype:ip:gre:eth:ethertype:ip:tcp");
    over("ERSPAN II", 47, joined({hex("1000 88be 00000001 1001 0005 00000000"), m_frame}),
         ":eth:ethertype:ip:gre:erspan:eth:ethertype:ip:tcp");
    over("ERSPAN III", 47,
         joined({hex("1000 22eb 00000001 2001 0005 00000000 0000 0000"), m_frame}),
         ":eth:ethertype:ip:gre:erspan:eth:ethertype:ip:tcp");
    over("ERSPAN III, platform header", 47,
         joined({hex("1000 22eb 00000001 2001 0005 00000000 0000 0001 0000000000000000"), m_frame}),
         ":eth:ethertype:ip:gre:erspan:eth:ethertype:ip:tcp");
    Bytes pptp;
    ByteWriter out(pptp);
    out.be32(0x3081880b);
    out.be16(static_cast<std::uint16_t>(m_ipv4.size() + 4));
    out.be16(7);
    out.be32(1);
    out.be32(1);
    over("PPTP", 47, joined({pptp, hex("ff03 0021"), m_ipv4}), ":eth:ethertype:ip:gre:ppp:ip:tcp");
    over("Ethernet in IP", 97, joined({hex("3000"), m_frame}),
         ":eth:ethertype:ip:etherip:eth:ethertype:ip:tcp");
    over("Ethernet, by the number of segment routing", 143, m_frame,
         ":eth:ethertype:ip:eth:ethertype:ip:tcp");
    const Bytes routing = hex("8f 02 04 00 00000000 20010000000000000000000000000001");
    add("segment routing of frames", 1, {ethernet(ipv6Of(joined({routing, m_frame}), 43), 0x86dd)},
        ":eth:ethertype:ipv6:eth:ethertype:ip:tcp");
    Bytes eoipLength;
    ByteWriter(eoipLength).be16(static_cast<std::uint16_t>(m_frame.size()));
    over("MikroTik's EoIP", 47, joined({hex("2001 6400"), eoipLength, hex("0700"), m_frame}),
         ":eth:ethertype:ip:gre:eth:ethertype:ip:tcp");
    over("GRE, 802.11", 47, joined({hex("0000 8210 0801"), hex(kThree), m_snap}),
         ":eth:ethertype:ip:gre:wlan:llc:ip:tcp");
    // Not told to tshark is how long the cookie is.
    for (const char* const cookie :
         {"", "deadbeef", "deadbeef 00000000", "deadbeef 00000001 00000000"}) {
        over("L2TP version 3", 115, joined({hex("00000037"), hex(cookie), m_frame}),
             ":eth:ethertype:ip:l2tp:eth:ethertype:ip:tcp", false);
    }
    over("L2TP version 3, tagged", 115,
         joined({hex("00000037"), hex(kAddresses), hex("8100 0064 86dd"), m_ipv6}),
         ":eth:ethertype:ip:l2tp:eth:ethertype:vlan:ipv6:tcp", false);
    over("L2TP version 3, PPP", 115, joined({hex("00000037 ff03 0021"), m_ipv4}),
         ":eth:ethertype:ip:l2tp:ppp:ip:tcp", false);
    over("MPLS in IP", 137, joined({hex("00065140"), m_ipv4}), ":eth:ethertype:ip:mpls:ip:tcp");
}

void Cases::addUdpTunnels() {
    const auto over = [this](const char* name, std::uint16_t port, const Bytes& inside,
                             const char* protocols, bool tsharkReads = true) {
        add(name, 1, {ethernet(udpOf(port, inside))}, protocols, tsharkReads);
    };
    over("VXLAN", 4789, joined({hex("08000000 00006400"), m_frame}),
         ":eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp");
    over("VXLAN, old port", 8472, joined({hex("08000000 00006400"), m_frame}),
         ":eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp", false);
    over("VXLAN, group policy", 4789, joined({hex("88000007 00006400"), m_frame}),
         ":eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp");
    over("VXLAN, another protocol", 4790, joined({hex("0c000001 00006400"), m_ipv4}),
         ":eth:ethertype:ip:udp:vxlan-gpe:ip:tcp");
    over("Geneve", 6081, joined({hex("00006558 00006400"), m_frame}),
         ":eth:ethertype:ip:udp:geneve:eth:ethertype:ip:tcp");
    over("Geneve, options", 6081, joined({hex("02000800 00006400 0102800100000007"), m_ipv4}),
         ":eth:ethertype:ip:udp:geneve:ip:tcp");
    over("GTP", 2152, gtpOf(0x30, "", m_ipv4), ":eth:ethertype:ip:udp:gtp:ip:tcp");
    over("GTP, sequence number", 2152, gtpOf(0x32, "0001 00 00", m_ipv6),
         ":eth:ethertype:ip:udp:gtp:ipv6:tcp");
    over("GTP, extension headers", 2152, gtpOf(0x34, "0000 00 85 01 0009 85 01 1009 00", m_ipv4),
         ":eth:ethertype:ip:udp:gtp:ip:tcp");
    over("GTP, frames", 2152, gtpOf(0x30, "", m_frame),
         ":eth:ethertype:ip:udp:gtp:eth:ethertype:ip:tcp");
    Bytes longer = gtpOf(0x30, "", m_ipv4);
    longer[3] += 4;
    over("GTP that counts too much", 2152, longer, ":eth:ethertype:ip:udp:gtp:ip:tcp");
    over("TZSP", 37008, joined({hex("01 00 0001 00 0a 01 c4 01"), m_frame}),
         ":eth:ethertype:ip:udp:tzsp:eth:ethertype:ip:tcp");
    over("TZSP, 802.11", 37008, joined({hex("01 00 0012 01 0801"), hex(kThree), m_snap}),
         ":eth:ethertype:ip:udp:tzsp:wlan:llc:ip:tcp");
    over("CAPWAP", 5247, joined({hex("00 104200 00000000"), m_frame}),
         ":eth:ethertype:ip:udp:capwap.data:eth:ethertype:ip:tcp");
    over("CAPWAP, 802.11", 5247, joined({hex("00 104300 00000000 0801"), hex(kThree), m_snap}),
         ":eth:ethertype:ip:udp:capwap.data:wlan:llc:ip:tcp", false);
    over("CAPWAP, 802.11 with its control exchanged", 5247,
         joined(
             {hex("00 204310 00000000 06 021111111111 00 0188"), hex(kThree), hex("0000"), m_snap}),
         ":eth:ethertype:ip:udp:capwap.data:wlan:llc:ip:tcp");
    over("L2TP version 3 over UDP", 1701, joined({hex("0003 0000 00000037 00000000"), m_frame}),
         ":eth:ethertype:ip:udp:l2tp:eth:ethertype:ip:tcp", false);
    over("GUE", 6080, joined({hex("0004 0000"), m_ipv4}), ":eth:ethertype:ip:udp:gue:ip:tcp",
         false);
    over("GUE, private field", 6080, joined({hex("0129 8000 00000000"), m_ipv6}),
         ":eth:ethertype:ip:udp:gue:ipv6:tcp", false);
    over("GUE, version 1", 6080, m_ipv4, ":eth:ethertype:ip:udp:gue:ip:tcp", false);
    over("FOU", 5555, m_ipv6, ":eth:ethertype:ip:udp:ipv6:tcp", false);
    over("GRE over UDP", 4754, joined({hex("2000 6558 00000007"), m_frame}),
         ":eth:ethertype:ip:udp:gre:eth:ethertype:ip:tcp");
    over("MPLS over UDP", 6635, joined({hex("00064040 00065140"), m_ipv4}),
         ":eth:ethertype:ip:udp:mpls:mpls:ip:tcp");
    over("Teredo", 3544, m_ipv6, ":eth:ethertype:ip:udp:teredo:ipv6:tcp");
    over("Teredo, origin", 3544, joined({hex("0000 1234 0a000001"), m_ipv6}),
         ":eth:ethertype:ip:udp:teredo:ipv6:tcp");
    over("Teredo, authentication and origin", 3544,
         joined({hex("0001 00 00 0102030405060708 00 0000 1234 0a000001"), m_ipv6}),
         ":eth:ethertype:ip:udp:teredo:ipv6:tcp");
    over("L2TP", 1701, joined({hex("0002 0001 0002 ff03 0021"), m_ipv4}),
         ":eth:ethertype:ip:udp:l2tp:ppp:ip:tcp");
    over("LISP", 4341, joined({hex("80000001 00000001"), m_ipv4}),
         ":eth:ethertype:ip:udp:lisp-data:ip:tcp");
    over("AYIYA", 5072, joined({hex("41 51 11 29 00000000"), Bytes(16, 2), Bytes(20, 3), m_ipv6}),
         ":eth:ethertype:ip:udp:ayiya:ipv6:tcp");
    add("VXLAN over IPv6 in a VLAN", 1,
        {hex(kAddresses), hex("8100 0064 86dd"),
         ipv6Of(datagramTo(4789, joined({hex("08000000 00006400"), m_frame})), 17)},
        ":eth:ethertype:vlan:ipv6:udp:vxlan:eth:ethertype:ip:tcp");
    over("a tunnel in a tunnel", 4789,
         joined({hex("08000000 00006400"),
                 ethernet(ipv4Of(joined({hex("0000 6558"), m_frame}), {.protocol = 47}))}),
         ":eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:gre:eth:ethertype:ip:tcp");
}

}  // namespace

std::vector<LinkCase> linkCases() {
    Cases cases;
    cases.addLinks();
    cases.addWireless();
    cases.addTags();
    cases.addTunnels();
    cases.addUdpTunnels();
    return std::move(cases.all);
}

}  // namespace framescope::test
