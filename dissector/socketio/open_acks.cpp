#include "dissector/socketio/open_acks.h"

#include <utility>

namespace framescope::socketio {

std::optional<RecordId> OpenAcks::ask(Direction sender, NamespaceId nsp, std::uint64_t id,
                                      RecordId row) {
    const std::optional<RecordId> waiting = answer(sender, nsp, id);
    if (m_rows.size() == kMax) {
        m_rows.erase(m_keys.begin()->second);
        m_keys.erase(m_keys.begin());
        m_forgot = true;
    }
    const Key key{sender, nsp, id};
    m_rows.emplace(key, row);
    m_keys.emplace(row, key);
    return waiting;
}

std::optional<RecordId> OpenAcks::answer(Direction asker, NamespaceId nsp, std::uint64_t id) {
    const auto found = m_rows.find(Key{asker, nsp, id});
    if (found == m_rows.end()) return std::nullopt;
    const RecordId row = found->second;
    m_keys.erase(row);
    m_rows.erase(found);
    return row;
}

std::vector<OpenAcks::Open> OpenAcks::takeAll() {
    std::vector<Open> open;
    for (const auto& [row, key] : m_keys) open.push_back({row, std::get<Direction>(key)});
    m_rows.clear();
    m_keys.clear();
    return open;
}

std::vector<OpenAcks::Open> OpenAcks::takeOf(NamespaceId nsp) {
    std::vector<Open> open;
    for (auto entry = m_keys.begin(); entry != m_keys.end();) {
        if (std::get<NamespaceId>(entry->second) != nsp) {
            ++entry;
            continue;
        }
        open.push_back({entry->first, std::get<Direction>(entry->second)});
        m_rows.erase(entry->second);
        entry = m_keys.erase(entry);
    }
    return open;
}

}  // namespace framescope::socketio
