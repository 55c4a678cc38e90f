// Events that asked for an acknowledgement and have none yet, by who sent them, namespace and id.
// Bounded: of more than kMax the oldest are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "dissector/record/record.h"

namespace framescope::socketio {

/// Number of a namespace in its conversation; see Namespaces.
using NamespaceId = std::uint32_t;

class OpenAcks {
public:
    /// Events that are remembered.
    static constexpr std::size_t kMax = 1U << 14;
    /// An event that still waits.
    struct Open {
        RecordId row = kNoRecord;
        Direction asker = Direction::ClientToServer;
    };

    /// An event asks. Gives the row that waited under the same id, which is given up.
    std::optional<RecordId> ask(Direction sender, NamespaceId nsp, std::uint64_t id, RecordId row);
    /// An acknowledgement of an event that `asker` sent. Gives the event's row.
    std::optional<RecordId> answer(Direction asker, NamespaceId nsp, std::uint64_t id);
    /// Takes out those that still wait, in the order of their rows.
    std::vector<Open> takeAll();
    /// Those of one namespace.
    std::vector<Open> takeOf(NamespaceId nsp);
    /// Whether events were forgotten that may still be answered.
    bool forgot() const { return m_forgot; }

private:
    using Key = std::tuple<Direction, NamespaceId, std::uint64_t>;

    std::map<Key, RecordId> m_rows;
    std::map<RecordId, Key> m_keys;  ///< the same by age
    bool m_forgot = false;
};

}  // namespace framescope::socketio
