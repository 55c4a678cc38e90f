// Only the old values, which systems had numbered each in their own way, are written differently to
// files; https://www.tcpdump.org/linktypes.html.
#include "app/capture_helper/link_type.h"

#include <pcap/dlt.h>

namespace framescope::helper {

std::uint32_t linkTypeOf(int dlt) {
    switch (dlt) {
        case DLT_ATM_RFC1483:
            return 100;
        case DLT_RAW:
            return 101;
        case DLT_SLIP_BSDOS:
            return 102;
        case DLT_PPP_BSDOS:
            return 103;
        case DLT_ATM_CLIP:
            return 106;
        case DLT_ENC:
            return 109;
        case DLT_PFSYNC:
            return 246;
        default:
            return static_cast<std::uint32_t>(dlt);
    }
}

}  // namespace framescope::helper
