// Frames become messages again; control frames stand by themselves, also between the fragments of
// one. The frames of what is to be sent are kept, so that they go out where they were cut.
#include <algorithm>
#include <utility>

#include "capture/replay/plan_writer.h"
#include "dissector/websocket/frame.h"

namespace framescope::replay {
namespace {

bool hasLink(const std::vector<RowLink>& links, LinkKind kind) {
    for (const RowLink& link : links) {
        if (link.kind == kind) return true;
    }
    return false;
}

}  // namespace

std::vector<StepFrame> framesOf(const Session& session, const std::vector<RecordId>& rows) {
    const bool compressed = std::ranges::any_of(
        rows, [&](RecordId row) { return session.record(row).has(kFlagCompressed); });
    // How far a compressed message inflates up to each frame.
    const auto ends =
        compressed ? session.messageFrameEnds(rows.back()) : std::vector<std::uint64_t>();
    std::vector<StepFrame> frames;
    std::uint64_t before = 0;
    for (const RecordId row : rows) {
        StepFrame frame;
        frame.wire = session.wireBytes(row).bytes;
        frame.row = row;
        frame.timeNs = session.record(row).timeNs;
        if (frames.size() < ends.size()) {
            const std::uint64_t end = ends[frames.size()];
            frame.size = end - before;
            before = end;
        } else if (!compressed) {
            const auto header = websocket::parseFrameHeader(frame.wire);
            if (header) frame.size = header->payloadLength;
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}

void FrameSteps::frame(RecordId row) {
    const Record& record = m_writer.session().record(row);
    if (websocket::isControl(record.opcode)) {
        control(row, record);
        return;
    }
    std::vector<RecordId>& open = m_open[indexOf(record.direction)];
    const bool continues =
        record.opcode == static_cast<std::uint8_t>(websocket::Opcode::Continuation);
    if (!continues && !open.empty()) {
        m_writer.leftOut(open.front(), "its message was never finished");
        open.clear();
    }
    open.push_back(row);
    if (!record.has(kFlagFin)) return;
    message(std::exchange(open, {}));
}

void FrameSteps::end() {
    for (std::vector<RecordId>& open : m_open) {
        if (open.empty()) continue;
        const bool broken = isBroken(open.back());
        if (!broken || !asRecorded(open)) {
            m_writer.leftOut(open.front(), "its message was never finished");
        }
        open.clear();
    }
}

void FrameSteps::control(RecordId row, const Record& record) {
    const Session& session = m_writer.session();
    RowBytes payload = session.messageBytes(row);
    if (!payload.whole) {
        if (asRecorded({row})) return;
        m_writer.leftOut(row, "bytes of it are missing from the capture");
        return;
    }
    Step& step = m_writer.add(StepKind::Control, row);
    step.bytes = std::move(payload.bytes);
    step.opcode = record.opcode;
    const std::vector<RowLink> links = session.linksFrom(row);
    if (step.ours()) {
        step.frames = framesOf(session, {row});
        step.automatic = hasLink(links, LinkKind::PongOf) || hasLink(links, LinkKind::CloseOf);
    } else {
        // A server pings when it pleases.
        step.automatic = record.opcode == static_cast<std::uint8_t>(websocket::Opcode::Ping);
    }
}

/// Whether the frame announces more than came of it.
bool FrameSteps::isBroken(RecordId row) const {
    return m_writer.session().record(row).has(kFlagIncomplete);
}

/// Whether everything that was sent of the frame is in the capture, be it less than it announces:
/// without a gap, and up to the end of the connection, not only of the capture.
bool FrameSteps::isAllThere(RecordId row) const {
    const Session& session = m_writer.session();
    const Record& record = session.record(row);
    if (session.wireBytes(row).bytes.size() != record.length || record.length == 0) return false;
    bool ended = !record.has(kFlagIncomplete);
    for (RecordId each = 0; each < session.rowCount(); ++each) {
        const Record& other = session.record(each);
        if (other.connection != record.connection) continue;
        const auto reason = static_cast<EndReason>(other.detail);
        ended = ended || (other.kind == RowKind::TcpEnd &&
                          (reason == EndReason::Fin || reason == EndReason::Reset));
        const bool cuts = other.kind == RowKind::TcpGap && other.direction == record.direction &&
                          other.streamOffset + other.length >= record.streamOffset &&
                          other.streamOffset <= record.streamOffset + record.length;
        if (cuts) return false;
    }
    return ended;
}

/// Frames of ours of which the last one is broken, as a step that sends their bytes. A server can
/// answer such a frame only by ending the connection, so the step stands in front of that,
/// although its row, made when nothing could follow any more, stands behind it.
bool FrameSteps::asRecorded(const std::vector<RecordId>& rows) {
    const Session& session = m_writer.session();
    if (m_writer.plan.speaks != client::Speaks::WebSocket) return false;
    if (session.record(rows.back()).direction != Direction::ClientToServer) return false;
    if (!isBroken(rows.back()) ||
        !std::ranges::all_of(rows, [&](RecordId row) { return isAllThere(row); })) {
        return false;
    }
    const Step* end = nullptr;  // the server's close frame behind what we said before
    for (const Step& step : m_writer.plan.steps) {
        const bool closes = step.kind == StepKind::Control &&
                            step.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close);
        if (step.ours()) {
            end = nullptr;
        } else if (closes && end == nullptr) {
            end = &step;
        }
    }
    const RecordId place = end != nullptr ? end->row - 1 : kNoRecord;
    const std::int64_t timeNs = end != nullptr ? end->timeNs : session.record(rows.back()).timeNs;
    Step& step = m_writer.add(StepKind::Message, rows.back());
    step.firstRow = rows.front();
    step.place = place;
    step.timeNs = std::min(step.timeNs, timeNs);
    step.opcode = session.record(rows.front()).opcode;
    step.frames = framesOf(session, rows);
    step.asRecorded = true;
    return true;
}

void FrameSteps::message(std::vector<RecordId> rows) {
    const Session& session = m_writer.session();
    const Record& first = session.record(rows.front());
    const Record& last = session.record(rows.back());
    RowBytes payload = session.messageBytes(rows.back());
    if (!payload.whole) {
        if (!last.has(kFlagCompressed) && asRecorded(rows)) return;
        m_writer.leftOut(rows.back(), last.has(kFlagCompressed)
                                          ? "its message cannot be inflated"
                                          : "bytes of its message are missing from the capture");
        return;
    }
    Step& step = m_writer.add(StepKind::Message, rows.back());
    step.firstRow = rows.front();
    step.bytes = std::move(payload.bytes);
    step.opcode = first.opcode;
    step.text = !last.has(kFlagBinary) && !websocket::isReserved(first.opcode);
    step.compressed = last.has(kFlagCompressed);
    if (step.ours()) step.frames = framesOf(session, rows);
}

}  // namespace framescope::replay
