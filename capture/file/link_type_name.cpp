// The names come from libpcap, which knows link types by the DLT_ values of the system it runs on;
// files hold LINKTYPE_ values. The two are the same but for a handful (see the lists on
// https://www.tcpdump.org/linktypes.html), whose DLT_ values differ between systems.
#include "capture/file/link_type_name.h"

#include <limits>
#include <pcap/pcap.h>

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
Names namesOf(std::uint32_t linkType) {
    if (linkType > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return {};
    return {pcap_datalink_val_to_name(dltOf(linkType)),
            pcap_datalink_val_to_description(dltOf(linkType))};
}

std::string unnamed(std::uint32_t linkType) {
    return "link type " + std::to_string(linkType);
}

}  // namespace

std::string linkTypeName(std::uint32_t linkType) {
    const Names names = namesOf(linkType);
    if (names.name == nullptr) return unnamed(linkType);
    if (names.description == nullptr) return names.name;
    return std::string(names.name) + " (" + names.description + ")";
}

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
