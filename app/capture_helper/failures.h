// What libpcap and the system answer, as sentences that tell a person what happened.
#pragma once

#include <string>

#include "capture/spool/helper_protocol.h"

namespace framescope::helper {

/// "lo" could not be opened: REASON.
std::string cannotOpen(const std::string& interface, const std::string& reason);

/// Why pcap_activate() gave `status`; `details` is pcap_geterr().
Failed openFailure(const std::string& interface, int status, const std::string& details);

/// Why a running capture ended; `details` is pcap_geterr().
Failed captureFailure(const std::string& interface, const std::string& details);

/// Why a capture file could not be written; `error` is an errno.
Failed writeFailure(int error);

}  // namespace framescope::helper
