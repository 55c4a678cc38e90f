// libpcap tells an interface that went away from one that was only taken down by its text alone, so
// the kernel is asked. Without the right to open an interface libpcap does not find out whether it
// is up, so the kernel is asked for that as well; it tells anybody.
#include "app/capture_helper/failures.h"

#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <pcap/pcap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "capture/file/file_descriptor.h"

namespace framescope::helper {
namespace {

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

bool exists(const std::string& interface) {
    return interface == "any" || ::if_nametoindex(interface.c_str()) != 0;
}

/// True of an interface of the kernel that is not up; what libpcap makes up, as "nflog", is none.
bool isDown(const std::string& interface) {
    if (interface.size() >= IFNAMSIZ) return false;
    const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq question{};
    interface.copy(question.ifr_name, IFNAMSIZ - 1);
    return ::ioctl(socket.get(), SIOCGIFFLAGS, &question) == 0 &&
           (question.ifr_flags & IFF_UP) == 0;
}

/// `what`: what the system does not let us do with the interface.
Failed noRight(const std::string& interface, const std::string& what) {
    const std::string refusal = "The system does not let framescope-capture " + what + '.';
    if (!isDown(interface)) return {Failure::NoRight, refusal};
    return {Failure::NoRightAndDown, refusal + " The interface is not up either."};
}

/// Modules of libpcap for other than network interfaces have no status of their own for this. The
/// helper sets no locale, so the system's words are English.
bool saysNoRight(const std::string& details) {
    return details.find(std::strerror(EPERM)) != std::string::npos ||
           details.find(std::strerror(EACCES)) != std::string::npos;
}

/// `text` without the full stop that it may have.
std::string withoutStop(std::string text) {
    while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
    return text;
}

}  // namespace

std::string cannotOpen(const std::string& interface, const std::string& reason) {
    return quoted(interface) + " could not be opened: " + withoutStop(reason) + '.';
}

Failed openFailure(const std::string& interface, int status, const std::string& details) {
    switch (status) {
        case PCAP_ERROR_PERM_DENIED:
            return noRight(interface, "capture from " + quoted(interface));
        case PCAP_ERROR_PROMISC_PERM_DENIED:
            return noRight(interface, "put " + quoted(interface) + " into promiscuous mode");
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return {Failure::NoDevice, "There is no interface " + quoted(interface) + '.'};
        case PCAP_ERROR_IFACE_NOT_UP:
            return {Failure::DeviceDown, "The interface " + quoted(interface) + " is not up."};
        default:
            break;
    }
    if (saysNoRight(details)) return noRight(interface, "capture from " + quoted(interface));
    const std::string reason = details.empty() ? ::pcap_statustostr(status) : details;
    return {Failure::Other, cannotOpen(interface, reason)};
}

Failed captureFailure(const std::string& interface, const std::string& details) {
    if (!exists(interface)) {
        return {Failure::DeviceGone,
                "The interface " + quoted(interface) + " disappeared while it was captured from."};
    }
    if (details.find("disappeared") != std::string::npos ||
        details.find("went down") != std::string::npos) {
        return {Failure::DeviceDown,
                "The interface " + quoted(interface) + " went down while it was captured from."};
    }
    return {Failure::Other,
            "Capturing from " + quoted(interface) + " failed: " + withoutStop(details) + '.'};
}

Failed writeFailure(int error) {
    if (error == ENOSPC || error == EDQUOT) {
        return {Failure::DiskFull, std::string("The capture file could not be written: ") +
                                       (error == ENOSPC ? "there is no space left on its disk."
                                                        : "the disk quota is used up.")};
    }
    return {Failure::WriteFailed,
            std::string("The capture file could not be written: ") + std::strerror(error) + '.'};
}

}  // namespace framescope::helper
