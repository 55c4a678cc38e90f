// Opened as for a capture that is as small as can be, and not promiscuous, so that listing disturbs
// nobody.
#include "app/capture_helper/interface_list.h"

#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>
#include <pcap/pcap.h>

#include "app/capture_helper/failures.h"
#include "app/capture_helper/packet_source.h"

namespace framescope::helper {
namespace {

void addAddresses(const pcap_if_t& device, Interface& interface) {
    for (const pcap_addr_t* at = device.addresses; at != nullptr; at = at->next) {
        if (at->addr == nullptr) continue;
        char text[INET6_ADDRSTRLEN] = "";
        const void* address = nullptr;
        if (at->addr->sa_family == AF_INET) {
            address = &reinterpret_cast<const sockaddr_in*>(at->addr)->sin_addr;
        } else if (at->addr->sa_family == AF_INET6) {
            address = &reinterpret_cast<const sockaddr_in6*>(at->addr)->sin6_addr;
        } else {
            continue;
        }
        if (::inet_ntop(at->addr->sa_family, address, text, sizeof text) != nullptr) {
            interface.addresses.emplace_back(text);
        }
    }
}

void tryToOpen(Interface& interface) {
    // To open a D-Bus is to connect to it, perhaps even to start it, and with rights at that.
    if (interface.name.starts_with("dbus-")) {
        interface.closed = {Failure::Other, "This is a message bus, not a network interface."};
        return;
    }
    const auto opened = PacketSource::open({.interface = interface.name,
                                            .snapLength = 128,
                                            .bufferBytes = 64 << 10,
                                            .promiscuous = false});
    if (const auto* const source = std::get_if<PacketSource>(&opened)) {
        interface.linkType = source->linkType();
    } else {
        interface.closed = std::get<Failed>(opened);
    }
}

}  // namespace

std::variant<std::vector<Interface>, std::string> listInterfaces() {
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t* first = nullptr;
    if (::pcap_findalldevs(&first, error) != 0) {
        return std::string("The interfaces could not be listed: ") + error + '.';
    }
    const std::unique_ptr<pcap_if_t, decltype(&::pcap_freealldevs)> devices(first,
                                                                            &::pcap_freealldevs);
    std::vector<Interface> interfaces;
    for (const pcap_if_t* device = first; device != nullptr; device = device->next) {
        Interface& interface = interfaces.emplace_back();
        interface.name = device->name;
        if (device->description != nullptr) interface.description = device->description;
        interface.isUp = (device->flags & PCAP_IF_UP) != 0;
        interface.isLoopback = (device->flags & PCAP_IF_LOOPBACK) != 0;
        interface.isWireless = (device->flags & PCAP_IF_WIRELESS) != 0;
        addAddresses(*device, interface);
        tryToOpen(interface);
    }
    return interfaces;
}

}  // namespace framescope::helper
