// One session of Engine.IO over all of its connections. Its packets are the steps; requests, the
// upgrade and heartbeats are the client's own business.
#include <algorithm>
#include <set>

#include "capture/replay/plan_writer.h"
#include "capture/replay/socket_packet.h"
#include "dissector/engineio/target.h"
#include "dissector/websocket/opcode.h"

namespace framescope::replay {
namespace {

using engineio::PacketType;
using engineio::SessionInfo;

/// Parameters of the query that a client of Engine.IO sets by itself.
bool isOwnParameter(std::string_view parameter) {
    const std::string_view name = parameter.substr(0, parameter.find('='));
    return name == "EIO" || name == "transport" || name == "sid" || name == "t" || name == "b64" ||
           name == "j";
}

std::string withoutOwnParameters(std::string_view target) {
    const std::size_t question = target.find('?');
    std::string plain(target.substr(0, question));
    if (question == std::string_view::npos) return plain;
    char separator = '?';
    for (std::string_view rest = target.substr(question + 1); !rest.empty();) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        if (end > 0 && !isOwnParameter(rest.substr(0, end))) {
            plain += separator;
            plain += rest.substr(0, end);
            separator = '&';
        }
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    return plain;
}

class EngineIoPlan {
public:
    EngineIoPlan(PlanWriter& writer, engineio::SessionId id)
        : m_writer(writer),
          m_session(writer.session()),
          m_id(id),
          m_info(m_session.engineSessions()[id]),
          m_connections(m_info.connections.begin(), m_info.connections.end()),
          m_frames(writer) {}

    void run() {
        setUp();
        for (RecordId row = 0; row < m_session.rowCount(); ++row) {
            if (belongs(row)) this->row(row, m_session.record(row));
        }
        m_frames.end();
        if (m_info.connectionCount > m_info.connections.size()) {
            m_writer.remark("The session has " + std::to_string(m_info.connectionCount) +
                            " connections; what came over those behind the first " +
                            std::to_string(m_info.connections.size()) + " is left out.");
        }
    }

private:
    void setUp() {
        using Way = client::EngineIoOptions::Way;
        Plan& plan = m_writer.plan;
        plan.sid = m_info.sid;
        plan.client.speaks = client::Speaks::EngineIo;
        plan.speaks = client::Speaks::EngineIo;
        plan.target = "/socket.io/";
        client::EngineIoOptions& options = plan.client.engineIo;
        options.revision = m_info.revision == 3 || m_info.revision == 2 ? 3 : 4;
        if (m_info.revision != 0 && m_info.revision != options.revision) {
            m_writer.remark("The session speaks revision " + std::to_string(m_info.revision) +
                            " of Engine.IO; it is replayed with revision " +
                            std::to_string(options.revision) + ".");
        }
        const bool polled =
            m_info.transports[static_cast<std::size_t>(engineio::Transport::Polling)];
        const bool upgraded = m_info.upgrade == engineio::UpgradeState::Upgraded;
        options.way = !polled    ? Way::WebSocketOnly
                      : upgraded ? Way::PollingThenUpgrade
                                 : Way::PollingOnly;
        if (m_info.openRow == kNoRecord) {
            m_writer.remark(
                "The recording begins in the midst of the session: a new one is opened, and the "
                "server knows nothing of what was said before.");
        }
    }

    /// Behind a proxy a connection carries several sessions.
    bool belongs(RecordId row) {
        const Record& record = m_session.record(row);
        if (!m_connections.contains(record.connection)) return false;
        const ConnectionFacts& facts = m_session.connection(record.connection).facts;
        if (row == m_info.openRow) return true;
        const RecordId open = m_info.openRow;
        const RecordId opened = open == kNoRecord ? kNoRecord : m_session.record(open).group;
        switch (record.kind) {
            case RowKind::WebSocketFrame:
            case RowKind::TcpEnd:
                return facts.engineSession == m_id;
            case RowKind::HttpRequest:
            case RowKind::HttpResponse: {
                const RecordId asked = record.kind == RowKind::HttpRequest ? row : record.group;
                if (opened != kNoRecord && m_session.record(opened).group == asked) return true;
                return names(row) || (facts.upgraded && facts.engineSession == m_id);
            }
            case RowKind::EngineIoPacket:
                // What came with the open packet is of the session, too.
                return (opened != kNoRecord && record.group == opened) || names(row);
            case RowKind::TcpGap:
                return true;
            default:
                return false;
        }
    }

    bool names(RecordId row) const {
        return !m_info.sid.empty() &&
               engineio::parameterOf(m_session.requestTarget(row), "sid") == m_info.sid;
    }

    void row(RecordId row, const Record& record) {
        switch (record.kind) {
            case RowKind::HttpRequest:
                request(row);
                break;
            case RowKind::EngineIoPacket:
                packet(row, record);
                break;
            case RowKind::WebSocketFrame:
                if (record.protocol == Protocol::EngineIo ||
                    record.protocol == Protocol::SocketIo) {
                    packet(row, record);
                } else if (websocket::isControl(record.opcode)) {
                    control(row);
                } else if (record.has(kFlagFin)) {
                    m_writer.leftOut(row, "it is no packet of Engine.IO");
                }
                break;
            case RowKind::TcpGap:
                m_writer.leftOut(row, "bytes are missing from the capture here");
                break;
            case RowKind::TcpEnd:
                end(row, record);
                break;
            default:
                break;
        }
    }

    void request(RecordId row) {
        const auto head = headOf(m_session, row);
        if (!head || !engineio::isEngineIoTarget(head->target)) return;
        Plan& plan = m_writer.plan;
        client::HandshakeDraft& handshake = plan.client.handshake;
        if (!m_requestSeen) {
            m_requestSeen = true;
            plan.target = withoutOwnParameters(head->target);
            const std::string_view target = plan.target;
            plan.client.engineIo.path = target.substr(0, target.find('?'));
            plan.client.engineIo.base64 = engineio::parameterOf(head->target, "b64") == "1";
            handshake.edits = headerEdits(*head);
            // How a body is asked for is up to the transport.
            std::erase_if(handshake.edits, [](const client::HandshakeDraft::Edit& edit) {
                return http::equalsIgnoreCase(edit.name, "Accept") ||
                       http::equalsIgnoreCase(edit.name, "Accept-Encoding");
            });
            if (!engineio::parameterOf(head->target, "j").empty()) {
                m_writer.remark(
                    "The recorded client polled by JSONP; the replay polls without it.");
            }
        }
        if (head->find("Sec-WebSocket-Key") == nullptr) return;
        handshake.extensions.clear();
        for (const std::string_view offer : head->elements("Sec-WebSocket-Extensions")) {
            handshake.extensions.emplace_back(offer);
        }
    }

    void packet(RecordId row, const Record& record) {
        const std::vector<RowLink> links = m_session.linksFrom(row);
        if (hasLink(links, LinkKind::AttachmentOf)) return;  // read with its packet
        RowPacket packet = m_session.packetData(row);
        const auto type = static_cast<PacketType>(record.engineType);
        if (!packet.data.whole) {
            m_writer.leftOut(row, "its packet is not all there");
            return;
        }
        if (record.protocol == Protocol::SocketIo) {
            socketPacket(row, std::move(packet), links);
            return;
        }
        const bool message = type == PacketType::Message;
        Step& step = m_writer.add(message ? StepKind::Message : StepKind::EngineIo, row);
        step.bytes = std::move(packet.data.bytes);
        step.text = packet.text;
        step.opcode = static_cast<std::uint8_t>(packet.text ? websocket::Opcode::Text
                                                            : websocket::Opcode::Binary);
        step.engineType = type;
        step.automatic = !message && type != PacketType::Open && type != PacketType::Close;
    }

    void socketPacket(RecordId row, RowPacket packet, const std::vector<RowLink>& links) {
        const auto read = readSocketPacket(packet.data.bytes, packet.text);
        if (!read) {
            m_writer.leftOut(row, "its packet of Socket.IO cannot be read");
            return;
        }
        std::vector<Bytes> attachments = read->attachments;
        RecordId last = row;
        for (const RowLink& link : m_session.linksTo(row)) {
            if (link.kind != LinkKind::AttachmentOf) continue;
            RowPacket attachment = m_session.packetData(link.from);
            if (!attachment.data.whole) break;
            attachments.push_back(std::move(attachment.data.bytes));
            last = std::max(last, link.from);
        }
        if (attachments.size() < read->announced) {
            m_writer.leftOut(row, "not all of its attachments are there");
            return;
        }
        Step& step = m_writer.add(StepKind::SocketIo, last);
        step.label = m_session.text(row).info;
        step.firstRow = row;
        step.bytes = std::move(packet.data.bytes);
        step.text = packet.text;
        step.attachments = std::move(attachments);
        step.engineType = PacketType::Message;
        step.socketType = read->type;
        step.nsp = read->nsp;
        step.id = read->id;
        step.recoverable = m_session.record(row).has(kFlagHasOffset);
        for (const RowLink& link : links) {
            if (link.kind == LinkKind::AckOf) m_writer.answers(row, link.to);
        }
    }

    /// Of the WebSocket's own frames only the close is part of the conversation.
    void control(RecordId row) {
        if (m_session.record(row).opcode == static_cast<std::uint8_t>(websocket::Opcode::Close)) {
            m_frames.frame(row);
        }
    }

    void end(RecordId row, const Record& record) {
        const ConnectionFacts& facts = m_session.connection(record.connection).facts;
        if (!facts.upgraded) return;  // connections of polling come and go
        const auto reason = static_cast<EndReason>(record.detail);
        if (reason != EndReason::Fin && reason != EndReason::Reset) return;
        Step& step = m_writer.add(StepKind::End, row);
        step.reset = reason == EndReason::Reset;
        step.automatic = facts.closing.answered();
    }

    static bool hasLink(const std::vector<RowLink>& links, LinkKind kind) {
        return std::ranges::any_of(links,
                                   [kind](const RowLink& link) { return link.kind == kind; });
    }

    PlanWriter& m_writer;
    const Session& m_session;
    engineio::SessionId m_id;
    const SessionInfo& m_info;
    std::set<ConnectionId> m_connections;
    FrameSteps m_frames;
    bool m_requestSeen = false;
};

}  // namespace

void planEngineIo(PlanWriter& writer, engineio::SessionId id) {
    EngineIoPlan(writer, id).run();
}

}  // namespace framescope::replay
