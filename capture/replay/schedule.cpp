#include "capture/replay/schedule.h"

#include <algorithm>
#include <map>

#include "dissector/websocket/opcode.h"

namespace framescope::replay {
namespace {

/// The first step whose row is behind `row`.
std::size_t stepBehind(const Plan& plan, RecordId row) {
    const auto found = std::ranges::upper_bound(plan.steps, row, {}, &Step::order);
    return static_cast<std::size_t>(found - plan.steps.begin());
}

}  // namespace

bool endsConversation(const Step& step) {
    switch (step.kind) {
        case StepKind::End:
            return true;
        case StepKind::Control:
            return step.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close);
        case StepKind::EngineIo:
            return step.engineType == engineio::PacketType::Close;
        case StepKind::SocketIo:
            return step.socketType == socketio::PacketType::Disconnect;
        default:
            return false;
    }
}

std::vector<Piece> scheduleOf(const Plan& plan) {
    std::vector<std::pair<RecordId, Piece>> pieces;
    std::map<std::string, std::size_t> opened;  // by namespace, the server's CONNECT
    for (const Step& step : plan.steps) {
        const bool connects =
            step.kind == StepKind::SocketIo && step.socketType == socketio::PacketType::Connect;
        if (!step.ours()) {
            if (connects) opened[step.nsp] = step.number;
            continue;
        }
        // The request that opens a WebSocket is the client's.
        const bool handshake =
            plan.speaks != client::Speaks::Raw && step.kind == StepKind::HttpRequest;
        if (step.automatic || handshake) continue;
        Piece piece;
        piece.step = step.number;
        piece.timeNs = step.timeNs;
        piece.before = step.number;
        piece.needsAll = endsConversation(step);
        if (step.answers) piece.needs.push_back(*step.answers);
        if (const auto open = opened.find(step.nsp);
            step.kind == StepKind::SocketIo && !connects && open != opened.end()) {
            piece.needs.push_back(open->second);
        }
        if (step.frames.size() < 2 || step.compressed || step.asRecorded) {
            pieces.emplace_back(step.order(), std::move(piece));
            continue;
        }
        for (std::size_t i = 0; i < step.frames.size(); ++i) {
            Piece part = piece;
            part.frame = i;
            part.first = i == 0;
            part.last = i + 1 == step.frames.size();
            part.timeNs = step.frames[i].timeNs;
            part.before = stepBehind(plan, step.frames[i].row);
            pieces.emplace_back(step.frames[i].row, std::move(part));
        }
    }
    std::ranges::stable_sort(pieces, {}, &std::pair<RecordId, Piece>::first);
    std::vector<Piece> schedule;
    schedule.reserve(pieces.size());
    for (auto& [row, piece] : pieces) schedule.push_back(std::move(piece));
    return schedule;
}

}  // namespace framescope::replay
