// How many packets of a capture hold what is not read, by what announces it: kept sorted, so that
// the figures of a capture can be copied with every batch. At most kMaxKinds are told apart, those
// that came first; a scan of ports must not grow it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dissector/packet/unread_content.h"

namespace framescope {

class UnreadContents {
public:
    static constexpr std::size_t kMaxKinds = 64;

    struct Entry {
        UnreadContent content;
        std::uint64_t packets = 0;

        bool operator==(const Entry&) const = default;
    };

    void add(UnreadContent content);
    /// The most frequent first.
    std::vector<Entry> byFrequency() const;
    /// Packets with other contents than those that are told apart.
    std::uint64_t others() const { return m_others; }
    bool empty() const { return m_entries.empty(); }

private:
    std::vector<Entry> m_entries;  ///< by content
    std::uint64_t m_others = 0;
};

}  // namespace framescope
