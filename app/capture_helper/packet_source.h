// An interface that is open for capturing. Opening takes rights; everything after it does not, the
// filter included, so that the compiler of filters and the lookup of names run without them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <pcap/pcap.h>
#include <string>
#include <variant>

#include "app/capture_helper/drop_accounting.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::helper {

class PacketSource {
public:
    /// How long the kernel keeps a block that is not full, in milliseconds: the greatest part of a
    /// packet's way to the screen.
    static constexpr int kTimeout = 50;

    /// Opens with the request's snap length, buffer and mode; its filter is not set yet.
    static std::variant<PacketSource, Failed> open(const Request& request);

    /// Lets only packets through that `filter` takes; those before are dropped.
    std::optional<Failed> setFilter(const std::string& filter);

    std::uint32_t linkType() const;
    std::uint32_t snapLength() const;
    /// To poll on; -1 if the kind of interface has none.
    int descriptor() const;
    /// Calls `handler` for packets that are there, at most `most`. Less than 0: they are all, and
    /// lastFailure() says why there are no more.
    int dispatch(int most, pcap_handler handler, void* user);
    /// Makes dispatch() return after the packet it is at.
    void breakDispatch() { ::pcap_breakloop(m_pcap.get()); }
    /// What went wrong in dispatch().
    Failed lastFailure() const;
    std::optional<KernelFigures> figures();
    /// Nanoseconds in a fraction of a packet's time.
    int fractionNs() const { return m_fractionNs; }

private:
    struct Closer {
        void operator()(pcap_t* pcap) const { ::pcap_close(pcap); }
    };

    PacketSource(std::unique_ptr<pcap_t, Closer> pcap, std::string name);
    std::optional<Failed> setOwnFilter(const std::string& filter);

    std::unique_ptr<pcap_t, Closer> m_pcap;
    std::string m_name;
    int m_fractionNs = 1;
};

}  // namespace framescope::helper
