// A loopback interface shows each packet to the kernel's ring twice, on its way out and in again.
// libpcap passes the first over when it reads the ring, but until then it takes room there, and
// when it is dropped it is counted. Kept out by the kernel, the ring holds twice as much and the
// drops are packets.
#pragma once

#include <pcap/pcap.h>
#include <string>

namespace framescope::helper {

/// Keeps outgoing packets out of the ring of `interface` if it is a loopback one. `filter` is the
/// one that was set and goes on to hold. Where the kernel does not take it, all stays as it was.
void keepOutgoingCopiesOut(pcap_t* pcap, const std::string& interface, const std::string& filter);

}  // namespace framescope::helper
