// libpcap compiles a filter for a handle that captures nothing; see capture_filter.h.
#include "capture/live/capture_filter.h"

#include <cctype>
#include <memory>

#include "capture/file/libpcap.h"
#include "capture/file/link_type_name.h"

namespace framescope::live {
namespace {

std::string asSentence(std::string text) {
    if (text.empty()) return "libpcap does not take this filter.";
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    if (text.back() != '.') text += '.';
    return text;
}

}  // namespace

std::optional<std::string> checkCaptureFilter(const std::string& filter, std::uint32_t linkType,
                                              std::uint32_t snapLength) {
    const Libpcap* const pcap = libpcap();
    if (pcap == nullptr) return "libpcap is not installed, which checks the filter.";
    const std::unique_ptr<pcap_t, decltype(pcap->close)> handle(
        pcap->openDead(dltOf(linkType), static_cast<int>(snapLength)), pcap->close);
    if (!handle) return "There is not enough memory to check the filter.";
    bpf_program program{};
    // With optimising, which finds filters that nothing can pass.
    if (pcap->compile(handle.get(), &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        return asSentence(pcap->error(handle.get()));
    }
    pcap->freeCode(&program);
    return std::nullopt;
}

}  // namespace framescope::live
