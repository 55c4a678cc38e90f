#include "dissector/ip/announced_length.h"

#include "dissector/payload/utf8.h"

namespace framescope::ip {

std::string announcedLengthText(std::uint64_t announced, std::uint64_t from, std::uint64_t captured,
                                std::uint64_t wire) {
    const std::uint64_t sent = wire > from ? wire - from : 0;
    const std::uint64_t there = captured > from ? captured - from : 0;
    if (announced == 0) return sent == 0 ? "" : "0 (left to the network card)";
    if (announced > sent) {
        return std::to_string(announced) + " (more than the packet's " + groupedDigits(sent) + ")";
    }
    if (announced > there) {
        return std::to_string(announced) + " (" + groupedDigits(there) + " captured)";
    }
    return {};
}

}  // namespace framescope::ip
