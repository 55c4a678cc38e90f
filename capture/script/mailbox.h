// What a connection of our own tells from its thread, kept until the owner's thread looks at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "capture/client/client.h"

namespace framescope::script {

class Mailbox final : public client::Observer {
public:
    using Clock = std::chrono::steady_clock;

    /// `wake` is called from the connection's thread whenever there is something new; it must only
    /// post an event.
    explicit Mailbox(std::function<void()> wake) : m_wake(std::move(wake)) {}

    /// What is known at the moment.
    struct News {
        client::Status status;
        bool wasOpen = false;       ///< at some moment
        std::uint64_t answers = 0;  ///< messages, acknowledgements and pongs that came so far
        Clock::time_point lastAnswer{};
        std::size_t awaited = 0;         ///< acknowledgements that did not come yet
        std::uint64_t firstAwaited = 0;  ///< the message of the first of them, as await() was told
    };
    News news() const;
    /// The same without the copy of everything that can be said of a connection.
    client::State state() const;
    bool wasOpen() const;
    /// Sentences for a person since they were taken last.
    std::vector<std::string> takeRemarks();

    /// An acknowledgement with this id is to come, of the message of this number.
    void await(std::uint64_t ackId, std::uint64_t message);

    void statusChanged(const client::Status& status) override;
    void received(const client::Incoming& incoming) override;
    void remark(const std::string& sentence) override;

private:
    /// More remarks than anybody reads are left out.
    static constexpr std::size_t kMaxRemarks = 1000;
    /// Ids that are awaited, and those that came before somebody awaited them.
    static constexpr std::size_t kMaxIds = 65'536;

    std::function<void()> m_wake;
    mutable std::mutex m_mutex;
    News m_news;
    std::map<std::uint64_t, std::uint64_t> m_awaited;  ///< messages by their ids
    std::set<std::uint64_t> m_acknowledged;
    std::vector<std::string> m_remarks;
};

}  // namespace framescope::script
