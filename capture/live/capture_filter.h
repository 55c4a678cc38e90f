// Capture filters in libpcap's language (pcap-filter(7)), checked without opening anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace framescope::live {

/// Nothing when libpcap takes `filter` for captures of this LINKTYPE_, else its own message as a
/// sentence. Names of hosts and services are looked up, which may take seconds: not for the GUI
/// thread.
std::optional<std::string> checkCaptureFilter(const std::string& filter, std::uint32_t linkType,
                                              std::uint32_t snapLength = 262144);

}  // namespace framescope::live
