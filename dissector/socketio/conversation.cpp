#include "dissector/socketio/conversation.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "dissector/payload/utf8.h"
#include "dissector/socketio/reserved_events.h"

namespace framescope::socketio {
namespace {

/// Longest recovery id that is kept.
constexpr std::size_t kMaxRecoveryId = 128;

constexpr auto kType = static_cast<std::uint16_t>(FieldId::SocketIoType);
constexpr auto kId = static_cast<std::uint16_t>(FieldId::SocketIoId);
constexpr auto kEvent = static_cast<std::uint16_t>(FieldId::SocketIoEvent);
constexpr auto kNsp = static_cast<std::uint16_t>(FieldId::SocketIoNsp);
constexpr auto kAttachments = static_cast<std::uint16_t>(FieldId::SocketIoAttachments);
constexpr auto kData = static_cast<std::uint16_t>(FieldId::SocketIoData);
constexpr auto kEngineData = static_cast<std::uint16_t>(FieldId::EngineIoData);

/// Whether the packet could as well be a short text of an application without Socket.IO: "0", "12".
bool isWeak(const Packet& packet) {
    return packet.nsp.empty() && packet.data.empty();
}

/// What is missing of this direction alone can refute a claim.
std::array<bool, 2> only(Direction direction) {
    return {direction == Direction::ClientToServer, direction == Direction::ServerToClient};
}
constexpr std::array<bool, 2> kEither{true, true};

std::string shareOf(std::uint64_t part, std::uint64_t whole) {
    return std::to_string(part) + " of " + std::to_string(whole);
}

}  // namespace

void Conversation::message(const MessageData& data, Direction direction, RecordId row,
                           Record& record, IssueSink& issues, LayerOutput& out) {
    if (data.fromStart && !m_lost[0] && !m_lost[1]) m_fromStart = true;
    m_namespaces.setFromStart(m_fromStart);
    const Moment moment{data, direction, row, record, issues, out};
    if (!data.text) {
        readBinary(moment);
        return;
    }
    // Attachments follow their packet at once; Engine.IO's own packets between them never come
    // here.
    giveUpAttachments(direction, data.claims, out);
    m_afterLoss[indexOf(direction)] = false;
    if (readText(moment) || readObject(moment, Encoding::Json)) return;
    if (isKnown(data)) complain(moment);
}

bool Conversation::readText(const Moment& moment) {
    const MessageData& data = moment.data;
    const auto packet = parse(data.asText());
    const bool first = !std::exchange(m_began[indexOf(moment.direction)], true);
    if (!packet || !packet->wellFormed) return false;
    if (data.whole && !recognise(*packet, data.revision)) return false;
    if (!isKnown(data)) {
        // A server's or client's first word may be a bare CONNECT.
        if (isWeak(*packet) && (packet->type != PacketType::Connect || !first)) return false;
        // What was cut is not judged in full, and an error of early servers can be any text.
        if (!recognise(*packet) && data.whole) return false;
    }
    if (!isWeak(*packet)) m_seen = true;
    if (data.whole) checkPlaceholders(*packet, moment.issues);
    std::string unescaped;
    take({packet->type, packet->nspName(), packet->id, eventName(*packet, unescaped),
          packet->attachments.value_or(0), asBytes(packet->data), Encoding::Json},
         moment);
    return true;
}

/// A packet of socket.io-msgpack-parser.
bool Conversation::readObject(const Moment& moment, Encoding encoding) {
    const auto packet = parseObject(moment.data.bytes, encoding);
    if (!packet) return false;
    m_seen = true;
    const std::string event = eventName(*packet);
    take({packet->type, packet->nspName(), packet->id, event, 0, packet->data, encoding}, moment);
    return true;
}

void Conversation::readBinary(const Moment& moment) {
    Awaited& awaited = m_awaited[indexOf(moment.direction)];
    if (awaited.row != kNoRecord) {
        moment.out.link({moment.row, awaited.row, static_cast<std::uint32_t>(awaited.received),
                         LinkKind::AttachmentOf});
        if (++awaited.received == awaited.announced) awaited = {};
        return;
    }
    if (readObject(moment, Encoding::Msgpack)) return;
    if (!isKnown(moment.data) || m_afterLoss[indexOf(moment.direction)]) return;
    // In the middle of a conversation, the packet may have been in front of the capture.
    if (!m_fromStart && !m_seen) return;
    claim(moment, IssueCode::SocketIoAttachmentSurplus, kEngineData, only(moment.direction));
}

/// Says why a text is no packet.
void Conversation::complain(const Moment& moment) {
    if (!moment.data.whole) return;
    IssueSink found;
    if (const auto packet = parse(moment.data.asText())) {
        check(*packet, found, moment.data.revision);
    } else {
        found.add(IssueCode::SocketIoPacketMalformed, 0, "it begins with no packet type");
    }
    for (const Issue& issue : found.issues()) {
        moment.issues.addContextual(issue.code, kEngineData, issue.detail);
    }
}

void Conversation::take(const Facts& facts, const Moment& moment) {
    Record& record = moment.record;
    record.protocol = Protocol::SocketIo;
    record.socketType = static_cast<std::uint8_t>(facts.type);
    if (facts.hasEvent()) record.name = moment.out.intern(facts.event);
    if (facts.id) {
        record.flags |= kFlagHasAckId;
        record.detail = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(*facts.id, std::numeric_limits<std::uint32_t>::max()));
    }
    const NamespaceId nsp = m_namespaces.find(facts.nsp);
    switch (facts.type) {
        case PacketType::Connect:
            takeConnect(facts, nsp, moment);
            break;
        case PacketType::Disconnect:
            m_namespaces.disconnect(nsp, moment.direction);
            break;
        case PacketType::ConnectError:
            if (moment.direction != Direction::ServerToClient) break;
            if (const auto asked = m_namespaces.refuse(nsp)) {
                moment.out.link({moment.row, *asked, 0, LinkKind::ResponseTo});
            }
            break;
        case PacketType::Event:
        case PacketType::BinaryEvent:
            takeEvent(facts, nsp, moment);
            break;
        case PacketType::Ack:
        case PacketType::BinaryAck:
            takeAck(facts, nsp, moment);
            break;
    }
    if (facts.attachments != 0) {
        m_awaited[indexOf(moment.direction)] = {moment.row, facts.attachments, 0};
    }
}

void Conversation::takeConnect(const Facts& facts, NamespaceId nsp, const Moment& moment) {
    if (const auto asked = m_namespaces.connect(nsp, moment.direction, moment.row)) {
        moment.out.link({moment.row, *asked, 0, LinkKind::ResponseTo});
    }
    if (moment.direction == Direction::ClientToServer) {
        // Whoever connects again begins anew; nothing that was asked before is answered now.
        if (nsp != kNoNamespace) {
            giveUpAcks(m_acks.takeOf(nsp), moment.data.claims, "the namespace was connected again",
                       moment.out);
        }
    }
    if (!moment.data.whole) return;
    const ConnectData given = readConnectData(facts.data, facts.encoding);
    if (given.pid && given.pid->value.size() <= kMaxRecoveryId) m_recoveryId = given.pid->value;
    if (moment.direction == Direction::ClientToServer) {
        if (given.pid) m_namespaces.recover(nsp);
        return;
    }
    if (!given.sid && moment.data.revision >= 4) {
        moment.issues.addContextual(IssueCode::SocketIoConnectWithoutSid, kType);
    }
}

void Conversation::takeEvent(const Facts& facts, NamespaceId nsp, const Moment& moment) {
    const IssueCode order = m_namespaces.judge(nsp, moment.direction, moment.data.revision);
    if (order != IssueCode::None) claim(moment, order, kNsp, kEither);
    if (isReservedEvent(facts.event, moment.direction, moment.data.revision)) {
        moment.issues.addContextual(IssueCode::SocketIoReservedEvent, kEvent);
    }
    if (facts.id && nsp != kNoNamespace) {
        const auto waiting = m_acks.ask(moment.direction, nsp, *facts.id, moment.row);
        const Direction answer = opposite(moment.direction);
        if (waiting && *waiting >= m_mayBeAnswered[indexOf(answer)]) {
            claim(moment, IssueCode::SocketIoAckIdReused, kId, only(answer),
                  "row " + groupedDigits(std::uint64_t{*waiting} + 1));
        }
    }
    // Servers add the offset to what they can send again: events that ask for no acknowledgement.
    const bool recoverable =
        !m_recoveryId.empty() && !facts.id && moment.direction == Direction::ServerToClient;
    if (recoverable && moment.data.whole && trailingText(facts.data, facts.encoding)) {
        moment.record.flags |= kFlagHasOffset;
    }
}

void Conversation::takeAck(const Facts& facts, NamespaceId nsp, const Moment& moment) {
    const IssueCode order = m_namespaces.judge(nsp, moment.direction, moment.data.revision);
    if (order != IssueCode::None) claim(moment, order, kNsp, kEither);
    if (!facts.id) {
        moment.issues.addContextual(IssueCode::SocketIoAckIdMissing, kType);
        return;
    }
    if (nsp == kNoNamespace) return;
    const Direction asker = opposite(moment.direction);
    if (const auto event = m_acks.answer(asker, nsp, *facts.id)) {
        moment.out.link({moment.row, *event, 0, LinkKind::AckOf});
    } else if (m_fromStart && !m_lost[indexOf(asker)] && !m_acks.forgot()) {
        claim(moment, IssueCode::SocketIoAckUnasked, kId, only(asker));
    }
}

/// About the packet that is being read.
void Conversation::claim(const Moment& moment, IssueCode code, std::uint16_t part,
                         std::array<bool, 2> refutable, std::string detail) {
    if (moment.data.claims == nullptr) {
        moment.issues.addContextual(code, part, std::move(detail));
        return;
    }
    moment.data.claims->raise({moment.row, code, part, std::move(detail), refutable},
                              &moment.issues, moment.out);
}

void Conversation::giveUpAttachments(Direction direction, WaitingClaims* claims, LayerOutput& out) {
    Awaited& awaited = m_awaited[indexOf(direction)];
    if (awaited.row == kNoRecord) return;
    std::string detail = shareOf(awaited.received, awaited.announced) + " came";
    if (claims == nullptr) {
        remarkLate(awaited.row, IssueCode::SocketIoAttachmentMissing, out, kAttachments, detail);
    } else {
        claims->raise({awaited.row, IssueCode::SocketIoAttachmentMissing, kAttachments,
                       std::move(detail), only(direction)},
                      nullptr, out);
    }
    awaited = {};
}

void Conversation::giveUpAcks(const std::vector<OpenAcks::Open>& acks, WaitingClaims* claims,
                              std::string_view why, LayerOutput& out) {
    for (const auto& [row, asker] : acks) {
        const Direction answer = opposite(asker);
        if (row < m_mayBeAnswered[indexOf(answer)]) continue;
        if (claims == nullptr) {
            remarkLate(row, IssueCode::SocketIoAckMissing, out, kId, why);
        } else {
            claims->raise({row, IssueCode::SocketIoAckMissing, kId, std::string(why), only(answer)},
                          nullptr, out);
        }
    }
}

void Conversation::lost(Direction direction, LayerOutput& out) {
    m_mayBeAnswered[indexOf(direction)] = out.nextRow();
    m_lost[indexOf(direction)] = true;
    m_afterLoss[indexOf(direction)] = true;
    m_awaited[indexOf(direction)] = {};
    m_namespaces.lost();
}

void Conversation::end(LayerOutput& out) {
    for (const Direction direction : {Direction::ClientToServer, Direction::ServerToClient}) {
        giveUpAttachments(direction, nullptr, out);
    }
    giveUpAcks(m_acks.takeAll(), nullptr, {}, out);
}

}  // namespace framescope::socketio
