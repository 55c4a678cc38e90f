#include "tests/support/client_probe.h"

#include <algorithm>
#include <future>

namespace framescope::test {

using client::Incoming;
using client::State;
using client::Status;

void ClientProbe::statusChanged(const Status& status) {
    const std::lock_guard lock(m_mutex);
    m_status = status;
    if (m_states.empty() || m_states.back() != status.state) m_states.push_back(status.state);
    m_changed.notify_all();
}

void ClientProbe::received(const Incoming& incoming) {
    const std::lock_guard lock(m_mutex);
    m_messages.push_back(incoming);
    m_changed.notify_all();
}

void ClientProbe::remark(const std::string& sentence) {
    const std::lock_guard lock(m_mutex);
    m_remarks.push_back(sentence);
    m_changed.notify_all();
}

bool ClientProbe::waitUntil(const std::function<bool()>& reached) const {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience, reached);
}

bool ClientProbe::waitFor(State state) const {
    const auto was = [&] { return std::ranges::find(m_states, state) != m_states.end(); };
    const auto isOver = [&] { return !m_states.empty() && m_states.back() == State::Closed; };
    return waitUntil([&] { return was() || isOver(); }) && was();
}

bool ClientProbe::waitForMessages(std::size_t count) const {
    return waitUntil([&] { return m_messages.size() >= count; });
}

bool ClientProbe::waitForMessage(const std::function<bool(const Incoming&)>& wanted) const {
    return waitUntil([&] { return std::ranges::any_of(m_messages, wanted); });
}

bool ClientProbe::waitForEndOr(const std::function<bool(const Incoming&)>& wanted) const {
    return waitUntil(
        [&] { return m_status.state == State::Closed || std::ranges::any_of(m_messages, wanted); });
}

Status ClientProbe::status() const {
    const std::lock_guard lock(m_mutex);
    return m_status;
}

std::vector<Incoming> ClientProbe::messages() const {
    const std::lock_guard lock(m_mutex);
    return m_messages;
}

std::vector<State> ClientProbe::states() const {
    const std::lock_guard lock(m_mutex);
    return m_states;
}

std::vector<std::string> ClientProbe::remarks() const {
    const std::lock_guard lock(m_mutex);
    return m_remarks;
}

Result<client::Sent> sendNow(client::Client& client, const compose::Draft& draft,
                             std::uint64_t keySeed) {
    const auto promise = std::make_shared<std::promise<Result<client::Sent>>>();
    auto future = promise->get_future();
    client.send(
        draft, [promise](Result<client::Sent> sent) { promise->set_value(std::move(sent)); },
        keySeed);
    if (future.wait_for(ClientProbe::kPatience) != std::future_status::ready) {
        return Error{"Nothing came of sending it."};
    }
    return future.get();
}

}  // namespace framescope::test
