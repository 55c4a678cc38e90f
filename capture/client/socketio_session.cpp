#include "capture/client/socketio_session.h"

#include <algorithm>

#include "capture/client/msgpack_placeholders.h"
#include "dissector/payload/utf8.h"

namespace framescope::client {
namespace {

/// Characters of a server's own words that are quoted.
constexpr std::size_t kQuoted = 200;

std::string normalised(const std::string& nsp) {
    return nsp.empty() ? std::string("/") : nsp;
}

}  // namespace

SocketIoSession::SocketIoSession(std::uint8_t revision, SocketIoOptions options)
    : m_revision(revision), m_options(std::move(options)) {}

std::vector<compose::SocketIoDraft> SocketIoSession::connects() const {
    const bool before5 = socketio::isBeforeRevision5(m_revision);
    std::vector<compose::SocketIoDraft> drafts;
    for (const SocketIoOptions::Namespace& nsp : m_options.namespaces) {
        compose::SocketIoDraft draft;
        draft.type = socketio::PacketType::Connect;
        draft.nsp = normalised(nsp.name);
        // Before revision 5 the server connects the default one by itself.
        if (before5 && draft.nsp == "/") continue;
        draft.data = nsp.auth;
        drafts.push_back(std::move(draft));
    }
    return drafts;
}

std::vector<compose::SocketIoDraft> SocketIoSession::disconnects() const {
    std::vector<compose::SocketIoDraft> drafts;
    for (const std::string& nsp : m_connected) {
        compose::SocketIoDraft draft;
        draft.type = socketio::PacketType::Disconnect;
        draft.nsp = nsp;
        drafts.push_back(std::move(draft));
    }
    return drafts;
}

SocketIoSession::Outcome SocketIoSession::text(Bytes bytes) {
    if (m_options.msgpack) return object(std::move(bytes), socketio::Encoding::Json);
    Outcome outcome;
    if (m_pending) {
        outcome.remark = "A text message came while " + std::to_string(m_missing) +
                         " attachments of a Socket.IO packet were missing; they are given up.";
        m_pending.reset();
    }
    const auto packet = socketio::parse(asText(bytes));
    if (!packet) {
        outcome.remark = "The server sent a message that is no Socket.IO packet: \"" +
                         printable(asText(bytes), kQuoted) + "\".";
        Incoming plain;
        plain.kind = Incoming::Kind::Text;
        plain.bytes = std::move(bytes);
        outcome.packet = std::move(plain);
        return outcome;
    }
    Incoming incoming;
    incoming.kind = Incoming::Kind::SocketIo;
    incoming.socketType = packet->type;
    incoming.nsp = packet->nspName();
    incoming.event = socketio::eventName(*packet);
    incoming.data = packet->data;
    incoming.id = packet->id;
    const std::size_t attachments = packet->attachments.value_or(0);
    incoming.bytes = std::move(bytes);
    if (attachments > kMaxAttachments) {
        outcome.remark = "The server announced " + std::to_string(attachments) +
                         " attachments, more than are received.";
    } else if (attachments > 0) {
        m_pending = std::move(incoming);
        m_missing = attachments;
        m_pendingBytes = 0;
        return outcome;
    }
    const std::string remark = outcome.remark;
    outcome = take(std::move(incoming));
    if (!remark.empty()) outcome.remark = remark;
    return outcome;
}

SocketIoSession::Outcome SocketIoSession::binary(Bytes bytes) {
    if (m_options.msgpack) return object(std::move(bytes), socketio::Encoding::Msgpack);
    Outcome outcome;
    m_pendingBytes += bytes.size();
    if (!m_pending || m_pendingBytes > kMaxAttachmentBytes) {
        outcome.remark = m_pending ? "The attachments of a Socket.IO packet are too large."
                                   : "The server sent binary data that no Socket.IO packet "
                                     "announced.";
        m_pending.reset();
        Incoming plain;
        plain.kind = Incoming::Kind::Binary;
        plain.bytes = std::move(bytes);
        outcome.packet = std::move(plain);
        return outcome;
    }
    m_pending->attachments.push_back(std::move(bytes));
    if (--m_missing != 0) return outcome;
    Incoming complete = std::move(*m_pending);
    m_pending.reset();
    return take(std::move(complete));
}

SocketIoSession::Outcome SocketIoSession::object(Bytes bytes, socketio::Encoding encoding) {
    const auto packet = socketio::parseObject(bytes, encoding);
    std::vector<Bytes> attachments;
    std::optional<std::string> data;
    if (packet && encoding == socketio::Encoding::Json) {
        data = std::string(asText(packet->data));
    } else if (packet && packet->data.empty()) {
        data.emplace();
    } else if (packet) {
        data = msgpackWithPlaceholders(packet->data, kMaxJson, attachments);
    }
    if (!data) {
        Outcome outcome;
        outcome.remark = "The server sent a message that is no packet of socket.io-msgpack-parser.";
        Incoming plain;
        plain.kind =
            encoding == socketio::Encoding::Json ? Incoming::Kind::Text : Incoming::Kind::Binary;
        plain.bytes = std::move(bytes);
        outcome.packet = std::move(plain);
        return outcome;
    }
    Incoming incoming;
    incoming.kind = Incoming::Kind::SocketIo;
    incoming.socketType = packet->type;
    incoming.nsp = packet->nspName();
    incoming.event = socketio::eventName(*packet);
    incoming.id = packet->id;
    incoming.data = std::move(*data);
    incoming.attachments = std::move(attachments);
    incoming.bytes = std::move(bytes);
    return take(std::move(incoming));
}

SocketIoSession::Outcome SocketIoSession::take(Incoming packet) {
    using socketio::PacketType;
    Outcome outcome;
    switch (packet.socketType) {
        case PacketType::Connect:
            connected(packet.nsp, outcome);
            break;
        case PacketType::ConnectError:
            refused(packet, outcome);
            break;
        case PacketType::Disconnect:
            outcome.namespacesChanged = std::erase(m_connected, packet.nsp) != 0;
            outcome.remark =
                "The server disconnected the namespace \"" + printable(packet.nsp, kQuoted) + "\".";
            break;
        case PacketType::Ack:
        case PacketType::BinaryAck: {
            const auto found =
                packet.id ? m_awaited.find({packet.nsp, *packet.id}) : m_awaited.end();
            if (found == m_awaited.end()) {
                outcome.remark = "An acknowledgement came that nobody waited for.";
                break;
            }
            packet.latency = std::chrono::duration_cast<std::chrono::nanoseconds>(
                Clock::now() - found->second.since);
            m_awaitedByAge.erase(found->second.order);
            m_awaited.erase(found);
            break;
        }
        case PacketType::Event:
        case PacketType::BinaryEvent:
            break;
    }
    outcome.packet = std::move(packet);
    return outcome;
}

void SocketIoSession::connected(const std::string& nsp, Outcome& outcome) {
    // Before revision 5 the default namespace is connected whether it was asked for or not.
    const auto isAsked = [&nsp](const SocketIoOptions::Namespace& asked) {
        return normalised(asked.name) == nsp;
    };
    const bool asked = std::ranges::any_of(m_options.namespaces, isAsked);
    outcome.connected = m_options.namespaces.empty() || asked;
    if (std::ranges::count(m_connected, nsp) != 0) return;
    if (m_connected.size() >= kMaxNamespaces || (!asked && nsp.size() > kMaxNamespaceName)) {
        outcome.remark =
            "The server connected the namespace \"" + printable(nsp, kQuoted) +
            "\", which is not remembered: there are too many, or its name is too long.";
        return;
    }
    m_connected.push_back(nsp);
    outcome.namespacesChanged = true;
}

void SocketIoSession::refused(const Incoming& packet, Outcome& outcome) {
    const std::string sentence = "The server refused the namespace \"" +
                                 printable(packet.nsp, kQuoted) +
                                 "\": " + printable(packet.data, kQuoted) + ".";
    outcome.remark = sentence;
    ++m_refused;
    if (m_connected.empty() && m_refused >= m_options.namespaces.size()) outcome.failure = sentence;
}

void SocketIoSession::sent(const compose::SocketIoDraft& draft,
                           std::optional<std::uint64_t> ackId) {
    const std::string nsp = normalised(draft.nsp.substr(0, draft.nsp.find('?')));
    if (draft.type == socketio::PacketType::Disconnect) std::erase(m_connected, nsp);
    if (!ackId) return;
    const AckKey key{nsp, *ackId};
    if (const auto known = m_awaited.find(key); known != m_awaited.end()) {
        m_awaitedByAge.erase(known->second.order);
    }
    m_awaited[key] = {Clock::now(), m_order};
    m_awaitedByAge[m_order++] = key;
    if (m_awaited.size() <= kMaxAwaited) return;
    m_awaited.erase(m_awaitedByAge.begin()->second);
    m_awaitedByAge.erase(m_awaitedByAge.begin());
}

}  // namespace framescope::client
