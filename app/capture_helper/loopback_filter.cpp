// The filter goes to the socket past pcap_setfilter(): that one also runs it itself over what is in
// the ring already, where it cannot know the direction of a packet and would lose all of them.
#include "app/capture_helper/loopback_filter.h"

#include <cstddef>
#include <cstring>
#include <linux/filter.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace framescope::helper {
namespace {

static_assert(sizeof(bpf_insn) == sizeof(sock_filter));

bool isLoopback(int socket, const std::string& interface) {
    ifreq request{};
    if (interface.size() >= sizeof request.ifr_name) return false;
    std::memcpy(request.ifr_name, interface.data(), interface.size());
    return ::ioctl(socket, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_LOOPBACK) != 0;
}

}  // namespace

void keepOutgoingCopiesOut(pcap_t* pcap, const std::string& interface, const std::string& filter) {
    const int socket = ::pcap_get_selectable_fd(pcap);
    if (socket < 0 || !isLoopback(socket, interface)) return;
    const std::string inbound = filter.empty() ? "inbound" : "inbound and (" + filter + ')';
    bpf_program program{};
    if (::pcap_compile(pcap, &program, inbound.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) return;
    sock_fprog forKernel{};
    forKernel.len = static_cast<unsigned short>(program.bf_len);
    forKernel.filter = reinterpret_cast<sock_filter*>(program.bf_insns);
    ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &forKernel, sizeof forKernel);
    ::pcap_freecode(&program);
}

}  // namespace framescope::helper
