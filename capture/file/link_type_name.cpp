// The names come from libpcap, which knows link types by the DLT_ values of the system it runs on;
// files hold LINKTYPE_ values. The two are the same but for a handful (see the lists on
// https://www.tcpdump.org/linktypes.html), whose DLT_ values differ between systems.
#include "capture/file/link_type_name.h"

#include <algorithm>
#include <array>
#include <limits>

#include "capture/file/libpcap.h"

namespace framescope {
int dltOf(std::uint32_t linkType) {
    switch (linkType) {
        case 100:
            return DLT_ATM_RFC1483;
        case 101:
            return DLT_RAW;
        case 102:
            return DLT_SLIP_BSDOS;
        case 103:
            return DLT_PPP_BSDOS;
        case 106:
            return DLT_ATM_CLIP;
        case 108:
            return DLT_LOOP;
        case 109:
            return DLT_ENC;
        case 117:
            return DLT_PFLOG;
        default:
            return static_cast<int>(linkType);
    }
}

namespace {

/// What libpcap calls a link type; null where it has no name for it.
struct Names {
    const char* name = nullptr;
    const char* description = nullptr;
};
/// Those that occur in captures and that libpcap 1.10 has no name for.
struct OwnName {
    std::uint32_t linkType;
    const char* name;
    const char* description;
};
constexpr std::array kNotOfLibpcap = {
    OwnName{147, "USER0", "private use 0"},
    OwnName{148, "USER1", "private use 1"},
    OwnName{149, "USER2", "private use 2"},
    OwnName{150, "USER3", "private use 3"},
    OwnName{151, "USER4", "private use 4"},
    OwnName{152, "USER5", "private use 5"},
    OwnName{153, "USER6", "private use 6"},
    OwnName{154, "USER7", "private use 7"},
    OwnName{155, "USER8", "private use 8"},
    OwnName{156, "USER9", "private use 9"},
    OwnName{157, "USER10", "private use 10"},
    OwnName{158, "USER11", "private use 11"},
    OwnName{159, "USER12", "private use 12"},
    OwnName{160, "USER13", "private use 13"},
    OwnName{161, "USER14", "private use 14"},
    OwnName{162, "USER15", "private use 15"},
    OwnName{203, "LAPD", "ISDN D channel"},
    OwnName{252, "WIRESHARK_UPPER_PDU", "Wireshark upper-layer PDU export"},
    OwnName{270, "LORATAP", "LoRaTap"},
    OwnName{290, "ETW", "Event Tracing for Windows"},
};

Names namesOf(std::uint32_t linkType) {
    if (linkType > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return {};
    const auto own = std::ranges::find(kNotOfLibpcap, linkType, &OwnName::linkType);
    if (own != kNotOfLibpcap.end()) return {own->name, own->description};
    const Libpcap* const pcap = libpcap();
    if (pcap == nullptr) return {};
    return {pcap->linkTypeName(dltOf(linkType)), pcap->linkTypeDescription(dltOf(linkType))};
}

std::string unnamed(std::uint32_t linkType) {
    return "link type " + std::to_string(linkType);
}

}  // namespace

std::string linkTypeDescription(std::uint32_t linkType) {
    const Names names = namesOf(linkType);
    if (names.name == nullptr) return unnamed(linkType);
    return names.description == nullptr ? names.name : names.description;
}

std::string linkTypeText(std::uint32_t linkType) {
    if (namesOf(linkType).name == nullptr) return unnamed(linkType);
    return linkTypeDescription(linkType) + " (" + std::to_string(linkType) + ")";
}

}  // namespace framescope
