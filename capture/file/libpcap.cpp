#include "capture/file/libpcap.h"

#include <dlfcn.h>
#include <optional>
#include <type_traits>

namespace framescope {
namespace {

std::optional<Libpcap> load() {
    // As Debian calls it, and as its authors do.
    void* library = nullptr;
    for (const char* const name : {"libpcap.so.0.8", "libpcap.so.1"}) {
        library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
        if (library != nullptr) break;
    }
    if (library == nullptr) return std::nullopt;
    Libpcap found;
    bool complete = true;
    const auto find = [&](auto& function, const char* name) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
        complete = complete && function != nullptr;
    };
    find(found.linkTypeName, "pcap_datalink_val_to_name");
    find(found.linkTypeDescription, "pcap_datalink_val_to_description");
    find(found.openDead, "pcap_open_dead");
    find(found.compile, "pcap_compile");
    find(found.freeCode, "pcap_freecode");
    find(found.error, "pcap_geterr");
    find(found.close, "pcap_close");
    if (!complete) return std::nullopt;
    return found;
}

}  // namespace

const Libpcap* libpcap() {
    // It stays loaded.
    static const std::optional<Libpcap> loaded = load();
    return loaded ? &*loaded : nullptr;
}

}  // namespace framescope
