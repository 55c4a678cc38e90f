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

std::string linkTypeName(std::uint32_t linkType) {
    std::string unnamed = "link type " + std::to_string(linkType);
    if (linkType > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return unnamed;
    const char* name = pcap_datalink_val_to_name(dltOf(linkType));
    if (name == nullptr) return unnamed;
    const char* description = pcap_datalink_val_to_description(dltOf(linkType));
    if (description == nullptr) return name;
    return std::string(name) + " (" + description + ")";
}

}  // namespace framescope
