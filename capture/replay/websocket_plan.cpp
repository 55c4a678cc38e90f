// One WebSocket: its handshake, its messages and control frames, its end.
#include "capture/replay/plan_writer.h"
#include "dissector/websocket/opcode.h"

namespace framescope::replay {
namespace {

/// What the recorded client asked for in its handshake.
void readRequest(PlanWriter& writer, RecordId row) {
    const auto head = headOf(writer.session(), row);
    if (!head) {
        writer.leftOut(row,
                       "the head of the handshake is not all there, a usual one is sent instead");
        return;
    }
    Plan& plan = writer.plan;
    plan.target = head->target;
    client::HandshakeDraft& handshake = plan.client.handshake;
    for (const std::string_view name : head->elements("Sec-WebSocket-Protocol")) {
        handshake.subprotocols.emplace_back(name);
    }
    for (const std::string_view offer : head->elements("Sec-WebSocket-Extensions")) {
        handshake.extensions.emplace_back(offer);
    }
    handshake.edits = headerEdits(*head);
    const std::string_view version = head->value("Sec-WebSocket-Version");
    if (version != "13") {
        using Edit = client::HandshakeDraft::Edit;
        handshake.edits.push_back({version.empty() ? Edit::Kind::Remove : Edit::Kind::Set,
                                   "Sec-WebSocket-Version", std::string(version)});
    }
    handshake.method = head->method;
    handshake.version = head->version;
    Step& step = writer.add(StepKind::HttpRequest, row);
    step.bytes = writer.session().wireBytes(row).bytes;
}

void readEnd(PlanWriter& writer, RecordId row, const Record& record,
             const WebSocketClosing& closing) {
    const auto reason = static_cast<EndReason>(record.detail);
    if (reason != EndReason::Fin && reason != EndReason::Reset) return;
    Step& step = writer.add(StepKind::End, row);
    step.reset = reason == EndReason::Reset;
    // Once both sides have sent their close frames, it says nothing who finishes first, and how.
    step.automatic = closing.answered();
}

}  // namespace

void planWebSocket(PlanWriter& writer, ConnectionId connection) {
    const Session& session = writer.session();
    const ConnectionFacts& facts = session.connection(connection).facts;
    Plan& plan = writer.plan;
    plan.speaks = plan.client.speaks = client::Speaks::WebSocket;
    plan.target.assign(1, '/');
    RecordId request = kNoRecord;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.connection == connection && record.kind == RowKind::HttpResponse &&
            record.detail == 101) {
            request = record.group;
        }
    }
    if (request == kNoRecord) {
        writer.remark(
            "The handshake is not in the recording: a usual one is sent, for the path \"/\".");
    }
    FrameSteps frames(writer);
    bool pinged = false;
    bool ponged = false;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.connection != connection) continue;
        switch (record.kind) {
            case RowKind::HttpRequest:
                if (row == request) {
                    readRequest(writer, row);
                } else {
                    writer.leftOut(row, "requests in front of the handshake are not replayed");
                }
                break;
            case RowKind::HttpResponse:
                if (record.group != request || record.detail != 101) break;
                writer.add(StepKind::HttpResponse, row).bytes = session.wireBytes(row).bytes;
                writer.answers(row, request);
                break;
            case RowKind::WebSocketFrame:
                if (record.opcode == static_cast<std::uint8_t>(websocket::Opcode::Ping)) {
                    pinged = pinged || record.direction == Direction::ServerToClient;
                }
                if (record.opcode == static_cast<std::uint8_t>(websocket::Opcode::Pong)) {
                    ponged = ponged || record.direction == Direction::ClientToServer;
                }
                frames.frame(row);
                break;
            case RowKind::TcpGap:
                writer.leftOut(row, "bytes are missing from the capture here");
                break;
            case RowKind::TcpEnd:
                readEnd(writer, row, record, facts.closing);
                break;
            default:
                break;
        }
    }
    frames.end();
    plan.client.answersPings = ponged || !pinged;
    const bool closedByServer = facts.closing.sent[indexOf(Direction::ServerToClient)];
    plan.client.answersClose =
        facts.closing.sent[indexOf(Direction::ClientToServer)] || !closedByServer;
}

}  // namespace framescope::replay
