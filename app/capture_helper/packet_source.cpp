// Ordinary mode, not immediate mode: only then the kernel's ring is of version 3, with blocks of
// many packets, and keeps up. libpcap holds an eventfd for pcap_breakloop() beside the packet
// socket while an interface blocks; made not to block, it has the socket alone.
#include "app/capture_helper/packet_source.h"

#include <algorithm>
#include <cstdio>

#include "app/capture_helper/failures.h"
#include "app/capture_helper/link_type.h"
#include "app/capture_helper/loopback_filter.h"

namespace framescope::helper {
namespace {

/// "any" joins interfaces of all kinds under one header, whose second version also says on which
/// interface a packet was seen.
void preferSecondCookedHeader(pcap_t* pcap, const std::string& name) {
    if (name == "any") ::pcap_set_datalink(pcap, DLT_LINUX_SLL2);
}

}  // namespace

PacketSource::PacketSource(std::unique_ptr<pcap_t, Closer> pcap, std::string name)
    : m_pcap(std::move(pcap)),
      m_name(std::move(name)),
      m_fractionNs(::pcap_get_tstamp_precision(m_pcap.get()) == PCAP_TSTAMP_PRECISION_NANO ? 1
                                                                                           : 1000) {
}

std::variant<PacketSource, Failed> PacketSource::open(const Request& request) {
    const char* const name = request.interface.c_str();
    char error[PCAP_ERRBUF_SIZE] = "";
    std::unique_ptr<pcap_t, Closer> pcap(::pcap_create(name, error));
    if (!pcap) return openFailure(request.interface, PCAP_ERROR, error);
    ::pcap_set_snaplen(pcap.get(), static_cast<int>(request.snapLength));
    ::pcap_set_promisc(pcap.get(), request.promiscuous ? 1 : 0);
    ::pcap_set_timeout(pcap.get(), kTimeout);
    ::pcap_set_buffer_size(pcap.get(), static_cast<int>(request.bufferBytes));
    // Where nanoseconds are not to be had, the times stay in microseconds.
    ::pcap_set_tstamp_precision(pcap.get(), PCAP_TSTAMP_PRECISION_NANO);
    const int status = ::pcap_activate(pcap.get());
    if (status < 0) {
        return openFailure(request.interface, status, ::pcap_geterr(pcap.get()));
    }
    if (status == PCAP_WARNING_PROMISC_NOTSUP) {
        std::fprintf(stderr, "\"%s\" has no promiscuous mode; capturing without.\n", name);
    }
    preferSecondCookedHeader(pcap.get(), request.interface);
    if (::pcap_setnonblock(pcap.get(), 1, error) != 0) {
        return Failed{Failure::Other, cannotOpen(request.interface, error)};
    }
    return PacketSource(std::move(pcap), request.interface);
}

std::optional<Failed> PacketSource::setFilter(const std::string& filter) {
    if (!filter.empty()) {
        if (auto failure = setOwnFilter(filter)) return failure;
    }
    keepOutgoingCopiesOut(m_pcap.get(), m_name, filter);
    return std::nullopt;
}

std::optional<Failed> PacketSource::setOwnFilter(const std::string& filter) {
    const auto failure = [this](const char* what) {
        return Failed{Failure::BadFilter, what + std::string(::pcap_geterr(m_pcap.get())) + '.'};
    };
    char error[PCAP_ERRBUF_SIZE] = "";
    bpf_u_int32 net = 0;
    bpf_u_int32 mask = 0;
    // Only "ip broadcast" asks for the mask, and says so itself where there is none.
    if (::pcap_lookupnet(m_name.c_str(), &net, &mask, error) != 0) mask = PCAP_NETMASK_UNKNOWN;
    bpf_program program{};
    if (::pcap_compile(m_pcap.get(), &program, filter.c_str(), 1, mask) != 0) {
        return failure("The capture filter is not understood: ");
    }
    const int status = ::pcap_setfilter(m_pcap.get(), &program);
    ::pcap_freecode(&program);
    if (status == 0) return std::nullopt;
    return failure("The capture filter cannot be set: ");
}

std::uint32_t PacketSource::linkType() const {
    return linkTypeOf(::pcap_datalink(m_pcap.get()));
}

std::uint32_t PacketSource::snapLength() const {
    return static_cast<std::uint32_t>(std::max(::pcap_snapshot(m_pcap.get()), 0));
}

int PacketSource::descriptor() const {
    return ::pcap_get_selectable_fd(m_pcap.get());
}

int PacketSource::dispatch(int most, pcap_handler handler, void* user) {
    const int count =
        ::pcap_dispatch(m_pcap.get(), most, handler, static_cast<unsigned char*>(user));
    return count == PCAP_ERROR_BREAK ? 0 : count;
}

Failed PacketSource::lastFailure() const {
    return captureFailure(m_name, ::pcap_geterr(m_pcap.get()));
}

std::optional<KernelFigures> PacketSource::figures() {
    pcap_stat stat{};
    if (::pcap_stats(m_pcap.get(), &stat) != 0) return std::nullopt;
    return KernelFigures{stat.ps_drop, stat.ps_ifdrop};
}

}  // namespace framescope::helper
