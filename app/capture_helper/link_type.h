// LINKTYPE_ values, which stand in files, for libpcap's DLT_ values, which depend on the system.
#pragma once

#include <cstdint>

namespace framescope::helper {

/// The LINKTYPE_ of a DLT_ value of this system, as pcap-linktype(7) has them.
std::uint32_t linkTypeOf(int dlt);

}  // namespace framescope::helper
