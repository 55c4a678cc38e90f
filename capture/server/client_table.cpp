// A change starts a timer unless one runs already; when it fires, whatever changed by then is told
// at once.
#include "capture/server/client_table.h"

#include <utility>

namespace framescope::server {

ClientEntry::~ClientEntry() {
    end("The connection is over.");
}

ClientTable::ClientTable(net::Reactor& reactor, std::function<void()> changed)
    : m_changed(std::move(changed)), m_timer(reactor) {}

template <typename Change>
void ClientTable::change(std::uint64_t id, const Change& what) {
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_open.find(id);
        if (found == m_open.end()) return;
        what(found->second);
    }
    noteChange();
}

void ClientEntry::countIn() {
    m_table.change(m_id, [](ClientInfo& info) { ++info.messagesIn; });
}

void ClientEntry::countOut() {
    m_table.change(m_id, [](ClientInfo& info) { ++info.messagesOut; });
}

void ClientEntry::setWhat(std::string what) {
    m_table.change(m_id, [&](ClientInfo& info) { info.what = std::move(what); });
}

void ClientEntry::end(std::string sentence) {
    {
        const std::scoped_lock lock(m_table.m_mutex);
        auto node = m_table.m_open.extract(m_id);
        if (node.empty()) return;
        ClientInfo& info = node.mapped();
        info.open = false;
        info.ending = std::move(sentence);
        m_table.m_ended.push_back(std::move(info));
        if (m_table.m_ended.size() > ClientTable::kKeptEnded) m_table.m_ended.pop_front();
    }
    m_table.noteChange();
}

std::unique_ptr<ClientEntry> ClientTable::add(std::string address, std::string what) {
    std::uint64_t id = 0;
    {
        const std::scoped_lock lock(m_mutex);
        id = m_nextId++;
        ClientInfo& info = m_open[id];
        info.id = id;
        info.address = std::move(address);
        info.what = std::move(what);
    }
    noteChange();
    return std::make_unique<ClientEntry>(*this, id);
}

void ClientTable::countConnection() {
    {
        const std::scoped_lock lock(m_mutex);
        ++m_connections;
    }
    noteChange();
}

ServerStatus ClientTable::status() const {
    ServerStatus status;
    const std::scoped_lock lock(m_mutex);
    status.connections = m_connections;
    status.clients.reserve(m_open.size() + m_ended.size());
    for (const auto& [id, info] : m_open) status.clients.push_back(info);
    status.clients.insert(status.clients.end(), m_ended.begin(), m_ended.end());
    return status;
}

void ClientTable::silence() {
    m_timer.stop();
    m_changed = nullptr;
}

void ClientTable::noteChange() {
    if (!m_changed || m_timer.isRunning()) return;
    m_timer.start(kChangeInterval, [this] { m_changed(); });
}

}  // namespace framescope::server
