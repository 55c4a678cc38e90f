// An observer of a connection of our own that a test can wait on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "capture/client/client.h"

namespace framescope::test {

/// Keeps everything a client tells; thread-safe.
class ClientProbe : public client::Observer {
public:
    /// How long the waits below last at the most; only a failure takes so long.
    static constexpr std::chrono::seconds kPatience{20};

    void statusChanged(const client::Status& status) override;
    void received(const client::Incoming& incoming) override;
    void remark(const std::string& sentence) override;

    /// Whether the connection came to `state` in time; at once false when it is Closed instead.
    bool waitFor(client::State state) const;
    /// Whether so many messages came in time.
    bool waitForMessages(std::size_t count) const;
    /// Whether a message came for which `wanted` holds.
    bool waitForMessage(const std::function<bool(const client::Incoming&)>& wanted) const;
    /// The same, or the connection came to its end.
    bool waitForEndOr(const std::function<bool(const client::Incoming&)>& wanted) const;

    client::Status status() const;
    std::vector<client::Incoming> messages() const;
    /// Every state in order, without repetitions.
    std::vector<client::State> states() const;
    std::vector<std::string> remarks() const;

private:
    bool waitUntil(const std::function<bool()>& reached) const;

    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    client::Status m_status;
    std::vector<client::State> m_states;
    std::vector<client::Incoming> m_messages;
    std::vector<std::string> m_remarks;
};

/// Sends a draft and waits for what came of it.
Result<client::Sent> sendNow(client::Client& client, const compose::Draft& draft,
                             std::uint64_t keySeed = 0);

}  // namespace framescope::test
