#include "dissector/tcp/handed_on.h"

#include <algorithm>

namespace framescope::tcp {

Difference differenceOf(ByteView first, ByteView later, StreamOffset offset,
                        std::uint64_t fileOffset) {
    const auto [a, b] = std::mismatch(first.begin(), first.end(), later.begin());
    if (a == first.end()) return {};
    const auto begin = static_cast<std::uint64_t>(a - first.begin());
    std::uint64_t end = first.size();
    while (first[end - 1] == later[end - 1]) --end;
    return {offset + begin, offset + end, fileOffset + begin};
}

Difference HandedOn::compare(std::uint64_t last, StreamOffset offset, ByteView bytes,
                             std::uint64_t fileOffset) const {
    Difference difference;
    if (!m_readBack || bytes.empty()) return difference;
    const StreamOffset end = offset + bytes.size();
    Bytes first;
    for (std::size_t step = 0; step < kMaxSteps; ++step) {
        if (last == 0 || last + kEntries <= m_count) break;
        const std::uint64_t index = (last - 1) % kEntries;
        const Entry& entry = m_blocks[index / kBlock][index % kBlock];
        const StreamOffset from = std::max(offset, entry.offset);
        const StreamOffset to = std::min(end, entry.offset + entry.length);
        if (from < to) {
            first.resize(to - from);
            if (m_readBack(entry.fileOffset + (from - entry.offset), first)) {
                difference.join(differenceOf(first, bytes.subspan(from - offset, to - from), from,
                                             fileOffset + (from - offset)));
            }
        }
        // A stream's entries ascend: before this one lies nothing that could matter.
        if (entry.offset <= offset || entry.back == 0) break;
        last -= entry.back;
    }
    return difference;
}

}  // namespace framescope::tcp
