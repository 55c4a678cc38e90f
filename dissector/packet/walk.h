// The walk through a packet's layers, outermost first. Each layer has a step: a function that finds
// the layer's header at `offset`, checks that it is there, describes it if a tree is being built,
// and says which layer comes next and where. Nothing is allocated unless a tree is built, and
// nothing recurses: packet.cpp calls one step after the other, at most kMaxLayers of them.
//
// Two ends bound a step: the packet as captured, and `end`, where the layers around it end on the
// wire. A header that reaches beyond the first was cut short, one beyond the second is malformed.
#pragma once

#include <algorithm>
#include <string>

#include "dissector/packet/packet.h"

namespace framescope {

/// What a step can find behind its header.
enum class PacketLayer : std::uint8_t {
    None,  ///< the walk is over
    // Link layers
    Ethernet,
    VlanTag,
    FabricPath,
    MacSec,
    PlainTag,  ///< announced by an EtherType, see plain_header.h
    Trill,
    Batman,
    NshHeader,
    Llc,
    LinuxCooked,
    LinuxCooked2,
    BsdLoopback,
    Raw,
    Ppp,
    PppSerial,
    PppDirection,
    Pppoe,
    CiscoHdlc,
    FrameRelay,
    Mpls,
    MplsPayload,
    NetfilterLog,
    PfLog,
    Wlan,
    Radiotap,
    Prism,
    Avs,
    Ppi,
    Atm,
    SunAtm,
    TokenRing,
    Fddi,
    Slip,
    Erf,
    Pktap,
    Juniper,
    PlainLink,  ///< named by the link type, see plain_header.h
    // IP
    Ip,  ///< the version nibble says which
    Ipv4,
    Ipv6,
    Authentication,
    EtherIp,
    Tcp,
    Udp,
    // Tunnels
    Gre,
    Erspan,
    Vxlan,
    Geneve,
    Gtp,
    MplsInUdp,
    GreInUdp,
    Teredo,
    L2tp,
    L2tpOverIp,
    Lisp,
    Ayiya,
    Gue,
    Fou,
    Tzsp,
    Capwap,
};

/// Where a step writes what it has found.
struct Scribe {
    FieldTree& tree;
    Place place;             ///< of the packet's first byte
    std::string& protocols;  ///< names of the layers, each preceded by a colon
    tcp::Context context;
};

struct Walk {
    Walk(ByteView bytes, std::uint64_t wireLength, DecodedPacket& result, Scribe* writer)
        : packet(bytes),
          end(std::max<std::uint64_t>(wireLength, bytes.size())),
          decoded(result),
          scribe(writer) {}

    const ByteView packet;   ///< as captured
    std::size_t offset = 0;  ///< of the next layer; never beyond the captured bytes
    std::uint64_t end = 0;   ///< of the layers around the next one, on the wire
    PacketLayer next = PacketLayer::None;
    /// What announced the next layer, in the numbers of the layer before: an EtherType for a tag,
    /// the link type for the first layer.
    std::uint16_t type = 0;
    /// What the packet is if no layer is found that is read on.
    PacketKind otherwise = PacketKind::NotIp;
    bool lacking = false;  ///< the walk ended for want of bytes
    bool tooDeep = false;  ///< it ended since there are more layers than are followed
    bool inUdp = false;    ///< behind a UDP header that was taken for a tunnel's
    /// The result. Source and destination address are those of the innermost IP header so far.
    DecodedPacket& decoded;
    Scribe* const scribe;  ///< null: nothing is described

    /// The captured bytes from `offset` on, as far as the layers around reach.
    ByteView rest() const {
        const std::uint64_t last = std::min<std::uint64_t>(packet.size(), end);
        return packet.subspan(offset, last - offset);
    }
    const std::uint8_t* bytes() const { return packet.data() + offset; }
    /// The bytes from `offset` on, on the wire.
    std::uint64_t wireLength() const { return end - offset; }
    /// Where `offset` stands in the tree's byte source. Only where a tree is built.
    Place place() const { return scribe->place.at(offset); }

    /// True if `size` bytes are there. Otherwise the walk is over.
    bool has(std::size_t size) {
        if (offset + size <= packet.size() && offset + size <= end) return true;
        lacks(size);
        return false;
    }
    /// Ends the walk for want of `size` bytes at `offset`.
    void lacks(std::size_t size) {
        lacking = true;
        stop(offset + size > end ? PacketKind::Malformed : PacketKind::CutShort);
    }
    /// Ends the walk.
    void stop(PacketKind kind) {
        decoded.kind = kind;
        next = PacketLayer::None;
    }
    /// Ends the walk at something that is not read.
    void stopUnread() { stop(otherwise); }
    /// Likewise, and says what it is.
    void stopUnread(UnreadContent::By by, std::uint16_t number) {
        decoded.unread = {by, number};
        stopUnread();
    }
    /// Goes on behind `size` bytes, which has() has found.
    void go(PacketLayer layer, std::size_t size) {
        offset += size;
        next = layer;
    }
    /// Goes on behind `size` bytes, with what an EtherType names.
    void goEtherType(std::uint16_t etherType, std::size_t size);
    /// Goes on behind `size` bytes, with what an IP protocol number names.
    void goIpProtocol(std::uint8_t protocol, std::size_t size);
    /// What was passed has a number of its own, by which it tells networks apart.
    void noteNetwork(std::uint32_t number) {
        decoded.network = decoded.network * 0x9e3779b1U + number + 1;
    }
    /// What comes is at most `length` bytes from `offset` on.
    void bound(std::uint64_t length) { end = std::min(end, offset + length); }
};

/// Where and as what the walk through a packet ended.
struct WalkEnd {
    PacketKind kind = PacketKind::Malformed;
    PacketLayer layer = PacketLayer::None;  ///< the one whose step was the last
    std::size_t offset = 0;                 ///< of its header in the packet
    std::uint64_t end = 0;                  ///< of the layers around it, on the wire
    std::uint16_t type = 0;                 ///< what announced it, see Walk
    bool lacking = false;                   ///< for want of bytes
    bool tooDeep = false;                   ///< there are more layers than are followed
};

/// The walk that decodePacket() takes, for whoever asks why it ended.
WalkEnd walkToEnd(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength);

}  // namespace framescope
