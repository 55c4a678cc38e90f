// libpcap, loaded when it is first needed. It brings half a dozen libraries along, those of D-Bus
// and systemd among them, which take as long to load as everything else that is linked; and reading
// a file needs nothing of it.
#pragma once

#include <pcap/pcap.h>

namespace framescope {

/// What is used of it.
struct Libpcap {
    decltype(&::pcap_datalink_val_to_name) linkTypeName = nullptr;
    decltype(&::pcap_datalink_val_to_description) linkTypeDescription = nullptr;
    decltype(&::pcap_open_dead) openDead = nullptr;
    decltype(&::pcap_compile) compile = nullptr;
    decltype(&::pcap_freecode) freeCode = nullptr;
    decltype(&::pcap_geterr) error = nullptr;
    decltype(&::pcap_close) close = nullptr;
};

/// Null where it is not installed. From any thread.
const Libpcap* libpcap();

}  // namespace framescope
