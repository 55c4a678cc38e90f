// Looking up where a record belongs; see capture_layout.h.
#include "capture/file/capture_layout.h"

#include <algorithm>

namespace framescope {

void InterfaceCounts::update(const InterfaceCounts& later) {
    const auto take = [](auto& known, const auto& fresh) {
        if (fresh) known = fresh;
    };
    take(beginNs, later.beginNs);
    take(endNs, later.endNs);
    take(received, later.received);
    take(interfaceDrops, later.interfaceDrops);
    take(accepted, later.accepted);
    take(kernelDrops, later.kernelDrops);
    take(delivered, later.delivered);
    if (!later.comment.empty()) comment = later.comment;
}

void CaptureLayout::append(const CaptureLayout& more) {
    sections.insert(sections.end(), more.sections.begin(), more.sections.end());
    interfaces.insert(interfaces.end(), more.interfaces.begin(), more.interfaces.end());
    secrets.insert(secrets.end(), more.secrets.begin(), more.secrets.end());
    hostNames.insert(hostNames.end(), more.hostNames.begin(), more.hostNames.end());
    for (const auto& [index, counts] : more.statistics) statistics[index] = counts;
}

const CaptureSection* CaptureLayout::sectionAt(std::uint64_t offset) const {
    const auto after = std::upper_bound(
        sections.begin(), sections.end(), offset,
        [](std::uint64_t position, const CaptureSection& s) { return position < s.offset; });
    return after == sections.begin() ? nullptr : &*std::prev(after);
}

std::int64_t CaptureLayout::interfaceIndex(const CaptureSection& section, std::uint32_t id) const {
    const auto next = static_cast<std::size_t>(&section - sections.data()) + 1;
    const std::size_t end =
        next < sections.size() ? sections[next].firstInterface : interfaces.size();
    const std::uint64_t index = std::uint64_t{section.firstInterface} + id;
    return index < end ? static_cast<std::int64_t>(index) : -1;
}

}  // namespace framescope
