// Heartbeats and closes are no answers: they come whatever was sent.
#include "capture/script/mailbox.h"

namespace framescope::script {
namespace {

bool isAnswer(const client::Incoming& incoming) {
    using Kind = client::Incoming::Kind;
    switch (incoming.kind) {
        case Kind::Text:
        case Kind::Binary:
        case Kind::Pong:
        case Kind::SocketIo:
        case Kind::Raw:
            return true;
        case Kind::Ping:
        case Kind::Close:
            return false;
        case Kind::EngineIo:
            return incoming.engineType == engineio::PacketType::Message;
    }
    return false;
}

}  // namespace

Mailbox::News Mailbox::news() const {
    const std::lock_guard lock(m_mutex);
    News news = m_news;
    news.awaited = m_awaited.size();
    for (const auto& [id, message] : m_awaited) {
        if (news.firstAwaited == 0 || message < news.firstAwaited) news.firstAwaited = message;
    }
    return news;
}

client::State Mailbox::state() const {
    const std::lock_guard lock(m_mutex);
    return m_news.status.state;
}

bool Mailbox::wasOpen() const {
    const std::lock_guard lock(m_mutex);
    return m_news.wasOpen;
}

std::vector<std::string> Mailbox::takeRemarks() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_remarks, {});
}

void Mailbox::await(std::uint64_t ackId, std::uint64_t message) {
    const std::lock_guard lock(m_mutex);
    // The answer may have been faster than the news that the message was sent.
    if (m_acknowledged.erase(ackId) == 0 && m_awaited.size() < kMaxIds) {
        m_awaited.emplace(ackId, message);
    }
}

void Mailbox::statusChanged(const client::Status& status) {
    {
        const std::lock_guard lock(m_mutex);
        m_news.status = status;
        if (status.state == client::State::Open) m_news.wasOpen = true;
    }
    m_wake();
}

void Mailbox::received(const client::Incoming& incoming) {
    if (!isAnswer(incoming)) return;
    {
        const std::lock_guard lock(m_mutex);
        ++m_news.answers;
        m_news.lastAnswer = Clock::now();
        const bool acknowledges = incoming.kind == client::Incoming::Kind::SocketIo &&
                                  (incoming.socketType == socketio::PacketType::Ack ||
                                   incoming.socketType == socketio::PacketType::BinaryAck);
        if (acknowledges && incoming.id && m_awaited.erase(*incoming.id) == 0 &&
            m_acknowledged.size() < kMaxIds) {
            m_acknowledged.insert(*incoming.id);
        }
    }
    m_wake();
}

void Mailbox::remark(const std::string& sentence) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_remarks.size() < kMaxRemarks) m_remarks.push_back(sentence);
    }
    m_wake();
}

}  // namespace framescope::script
