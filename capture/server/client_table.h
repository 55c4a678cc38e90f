// The clients of the server as panel and terminal show them: open ones, and the last that ended.
// The reactor's thread writes, any thread reads. Telling that something changed is paced.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/server/test_server.h"

namespace framescope::server {

class ClientTable;

/// One client's entry. It ends at the latest when this is destroyed, which must be before the
/// table is.
class ClientEntry {
public:
    ClientEntry(ClientTable& table, std::uint64_t id) : m_table(table), m_id(id) {}
    ~ClientEntry();
    ClientEntry(const ClientEntry&) = delete;
    ClientEntry& operator=(const ClientEntry&) = delete;

    std::uint64_t id() const { return m_id; }
    void countIn();
    void countOut();
    void setWhat(std::string what);
    /// A whole sentence. Only the first one counts.
    void end(std::string sentence);

private:
    ClientTable& m_table;
    std::uint64_t m_id;
};

class ClientTable {
public:
    static constexpr std::size_t kKeptEnded = 100;
    static constexpr std::chrono::milliseconds kChangeInterval{100};

    ClientTable(net::Reactor& reactor, std::function<void()> changed);

    std::unique_ptr<ClientEntry> add(std::string address, std::string what);
    void countConnection();
    /// Thread-safe; without the server's URL.
    ServerStatus status() const;
    /// Nothing is told any more. On the reactor's thread.
    void silence();

private:
    friend class ClientEntry;
    template <typename Change>
    void change(std::uint64_t id, const Change& what);
    void noteChange();

    std::function<void()> m_changed;
    net::Reactor::Timer m_timer;
    mutable std::mutex m_mutex;
    std::map<std::uint64_t, ClientInfo> m_open;
    std::deque<ClientInfo> m_ended;
    std::uint64_t m_connections = 0;
    std::uint64_t m_nextId = 1;
};

}  // namespace framescope::server
