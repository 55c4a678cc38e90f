// What the connections of a mirror server share: where in the plan it stands.
#pragma once

#include <deque>
#include <mutex>
#include <set>

#include "tests/support/mirror_server.h"

namespace framescope::test {

class MirrorServer::Play : public std::enable_shared_from_this<Play> {
public:
    Play(net::Reactor& reactor, replay::Plan plan, MirrorChanges changes);

    void accept(std::unique_ptr<net::AcceptedTransport> transport);
    void drop();

    const replay::Plan& plan() const { return m_plan; }
    /// The client said a step; what is due then is said where `say` puts it.
    void heard(std::string what);
    /// The server's next step that is due; nothing while the client has to speak.
    const replay::Step* next();
    /// The bytes of a step as they are to be said.
    Bytes bytesOf(const replay::Step& step) const;
    bool isDoubled(std::size_t step) const;
    void fault(std::string sentence);

    void raw(ByteView bytes);
    std::string raw() const;
    std::vector<std::string> said() const;
    std::vector<std::string> faults() const;

    // Of Engine.IO: one session over all connections.
    std::deque<std::pair<Bytes, bool>> outbox;  ///< packets, and whether they are binary
    Line* poll = nullptr;                       ///< that waits for packets
    Line* socket = nullptr;                     ///< the WebSocket that carries the session
    Line* probe = nullptr;
    std::uint64_t attachments = 0;  ///< of the client's packet that still come
    std::string packetText;         ///< that packet, with the sizes of its attachments behind it
    bool probed = false;  ///< polls are answered at once, so that the client can pause them
    bool closeSent = false;
    bool closeHeard = false;

private:
    net::Reactor& m_reactor;
    replay::Plan m_plan;
    MirrorChanges m_changes;
    std::size_t m_next = 0;  ///< in the plan
    std::size_t m_heard = 0;
    std::vector<std::unique_ptr<Line>> m_lines;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_said;
    std::string m_raw;
    std::vector<std::string> m_faults;
};

}  // namespace framescope::test
