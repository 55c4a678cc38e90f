#include "dissector/ip/ip_address.h"

#include "dissector/field/field_value.h"

namespace framescope {

std::string IpAddress::text() const {
    if (version == 4) return formatIpv4(readBe32(bytes.data()));
    if (version == 6) return formatIpv6(view());
    return {};
}

std::string Endpoint::text() const {
    const std::string number = std::to_string(port);
    return address.version == 6 ? "[" + address.text() + "]:" + number
                                : address.text() + ":" + number;
}

}  // namespace framescope
