#include "tests/support/mirror_server.h"

#include <algorithm>

#include "capture/replay/schedule.h"
#include "dissector/engineio/packet.h"
#include "dissector/websocket/opcode.h"
#include "tests/support/mirror_line.h"

namespace framescope::test {

using replay::Plan;
using replay::Step;
using replay::StepKind;

MirrorServer::MirrorServer(net::Reactor& reactor, Plan plan, MirrorChanges changes)
    : m_reactor(reactor),
      m_play(std::make_shared<Play>(reactor, std::move(plan), std::move(changes))) {
    reactor.call([this] {
        auto listener = net::listenOn(
            m_reactor, {},
            [play = m_play](std::unique_ptr<net::AcceptedTransport> transport) {
                play->accept(std::move(transport));
            },
            nullptr);
        if (!listener) {
            m_play->fault(listener.error().sentence);
            return;
        }
        m_listener = std::move(*listener);
        const bool http = m_play->plan().speaks == client::Speaks::Raw;
        m_url = (http ? "http://127.0.0.1:" : "ws://127.0.0.1:") +
                std::to_string(m_listener->address().port) + "/";
    });
}

MirrorServer::~MirrorServer() {
    m_reactor.call([this] {
        m_listener.reset();
        m_play->drop();
    });
}

std::string MirrorServer::url() const {
    return m_url;
}

std::vector<std::string> MirrorServer::said() const {
    return m_play->said();
}

std::vector<std::string> MirrorServer::faults() const {
    return m_play->faults();
}

std::string MirrorServer::rawFromClient() const {
    return m_play->raw();
}

MirrorServer::Play::Play(net::Reactor& reactor, Plan plan, MirrorChanges changes)
    : m_reactor(reactor), m_plan(std::move(plan)), m_changes(std::move(changes)) {}

void MirrorServer::Play::accept(std::unique_ptr<net::AcceptedTransport> transport) {
    m_lines.push_back(std::make_unique<Line>(shared_from_this(), std::move(transport)));
}

void MirrorServer::Play::drop() {
    poll = socket = probe = nullptr;
    m_lines.clear();
}

void MirrorServer::Play::heard(std::string what) {
    ++m_heard;
    const std::scoped_lock lock(m_mutex);
    m_said.push_back(std::move(what));
}

const Step* MirrorServer::Play::next() {
    std::size_t before = 0;
    for (std::size_t i = 0; i < m_plan.steps.size(); ++i) {
        const Step& step = m_plan.steps[i];
        if (step.ours()) {
            const bool waitedFor =
                !step.automatic && !(m_changes.closesFirst && replay::endsConversation(step));
            before += waitedFor ? 1 : 0;
            continue;
        }
        if (i < m_next) continue;
        if (before > m_heard) return nullptr;
        m_next = i + 1;
        // The way to the WebSocket and answers to heartbeats are this session's own.
        const bool pings = step.engineType == engineio::PacketType::Ping && step.bytes.empty();
        if (step.kind == StepKind::EngineIo && step.automatic && !pings) continue;
        if (step.kind == StepKind::End && step.automatic) continue;
        const auto& out = m_changes.leftOut;
        if (std::ranges::find(out, i) != out.end()) continue;
        return &step;
    }
    return nullptr;
}

Bytes MirrorServer::Play::bytesOf(const Step& step) const {
    const auto found = m_changes.changed.find(step.number);
    return found == m_changes.changed.end() ? step.bytes : found->second(step.bytes);
}

bool MirrorServer::Play::isDoubled(std::size_t step) const {
    return std::ranges::find(m_changes.doubled, step) != m_changes.doubled.end();
}

void MirrorServer::Play::fault(std::string sentence) {
    const std::scoped_lock lock(m_mutex);
    m_faults.push_back(std::move(sentence));
}

void MirrorServer::Play::raw(ByteView bytes) {
    const std::scoped_lock lock(m_mutex);
    m_raw += asText(bytes);
}

std::string MirrorServer::Play::raw() const {
    const std::scoped_lock lock(m_mutex);
    return m_raw;
}

std::vector<std::string> MirrorServer::Play::said() const {
    const std::scoped_lock lock(m_mutex);
    return m_said;
}

std::vector<std::string> MirrorServer::Play::faults() const {
    const std::scoped_lock lock(m_mutex);
    return m_faults;
}

}  // namespace framescope::test
