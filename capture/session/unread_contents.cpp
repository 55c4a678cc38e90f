#include "capture/session/unread_contents.h"

#include <algorithm>

namespace framescope {

void UnreadContents::add(UnreadContent content) {
    const auto at = std::ranges::lower_bound(m_entries, content, {}, &Entry::content);
    if (at != m_entries.end() && at->content == content) {
        ++at->packets;
    } else if (m_entries.size() < kMaxKinds) {
        m_entries.insert(at, {content, 1});
    } else {
        ++m_others;
    }
}

std::vector<UnreadContents::Entry> UnreadContents::byFrequency() const {
    std::vector<Entry> sorted = m_entries;
    std::ranges::stable_sort(sorted, std::ranges::greater(), &Entry::packets);
    return sorted;
}

}  // namespace framescope
