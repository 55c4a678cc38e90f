#include "dissector/link/link_layer.h"

namespace framescope {

Layer firstLayer(std::uint32_t linkType) {
    switch (linkType) {
        case kLinkEthernet:
            return Layer::Ethernet;
        case kLinkLinuxCooked:
            return Layer::LinuxCooked;
        case kLinkLinuxCooked2:
            return Layer::LinuxCooked2;
        case kLinkNull:
        case kLinkLoop:
            return Layer::BsdLoopback;
        case kLinkRaw:
        case kLinkRawBsd:
        case kLinkRawOpenBsd:
        case kLinkIpv4:
        case kLinkIpv6:
            return Layer::Raw;
        default:
            return Layer::None;
    }
}

void stepRaw(Walk& walk) {
    if (walk.scribe != nullptr) {
        walk.scribe->tree.open(FieldId::Raw, walk.place(), 0, "no link header");
        walk.scribe->tree.close();
        walk.scribe->protocols += ":raw";
    }
    walk.next = Layer::Ip;
}

}  // namespace framescope
