// Plays the server's side of a plan: whoever says to it what the recorded client said hears what
// that heard. It speaks HTTP, WebSocket (compressed where that was agreed) and Engine.IO by polling
// and WebSocket with upgrade; sids and ids of its events are others than the recorded ones. Each of
// the server's steps is said once as many steps of the client's came as stood before it in the
// recording, so a client that leaves something out hears no more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "capture/replay/replay_plan.h"

namespace framescope::test {

/// What it does to its own steps. Called on the reactor's thread.
struct MirrorChanges {
    /// By number of the step: the bytes that it says instead of the recorded ones.
    std::map<std::size_t, std::function<Bytes(Bytes)>> changed;
    /// Steps that it leaves out.
    std::vector<std::size_t> leftOut;
    /// Steps that it says twice.
    std::vector<std::size_t> doubled;
    /// It closes without waiting for the client, who was the first to close in the recording.
    bool closesFirst = false;
};

/// What acknowledgement ids of its own events are more than the recorded ones.
inline constexpr std::uint64_t kMirrorIdShift = 100;
inline constexpr const char* kMirrorSid = "sid-of-the-mirror";

class MirrorServer {
public:
    MirrorServer(net::Reactor& reactor, replay::Plan plan, MirrorChanges changes = {});
    ~MirrorServer();
    MirrorServer(const MirrorServer&) = delete;
    MirrorServer& operator=(const MirrorServer&) = delete;

    /// "ws://127.0.0.1:40112/"
    std::string url() const;
    /// What the client said, step by step, decoded: messages, payloads of control frames with their
    /// name in front, requests. Thread-safe.
    std::vector<std::string> said() const;
    /// All bytes of the client, of one connection behind the other's. Thread-safe.
    std::string rawFromClient() const;
    /// What went wrong, in sentences. Thread-safe.
    std::vector<std::string> faults() const;

    class Play;
    class Line;

private:
    net::Reactor& m_reactor;
    std::shared_ptr<Play> m_play;
    std::unique_ptr<net::Listener> m_listener;
    std::string m_url;
};

}  // namespace framescope::test
