#include "dissector/websocket/websocket_layer.h"

#include <algorithm>
#include <utility>

#include "dissector/field/field_id.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/mask.h"

namespace framescope::websocket {
namespace {

/// Issues of a frame that depend on the frames before it cannot be found again from the frame
/// alone, so its record keeps them as flags.
std::uint32_t sequenceFlags(const IssueSink& issues) {
    std::uint32_t flags = 0;
    for (const Issue& issue : issues.issues()) {
        switch (issue.code) {
            case IssueCode::WebSocketContinuationWithoutStart:
                flags |= kFlagOrphan;
                break;
            case IssueCode::WebSocketMessageInsideMessage:
                flags |= kFlagInsideMessage;
                break;
            case IssueCode::WebSocketDataAfterClose:
                flags |= kFlagAfterClose;
                break;
            default:
                break;
        }
    }
    return flags;
}

}  // namespace

void WebSocketLayer::beginWithoutHandshake(Footing footing, LayerOutput& out) {
    for (const Direction direction : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (footing == Footing::Unknown) {
            // A hole before the first byte.
            gap(direction, 0, 0, out);
        } else {
            m_halves[indexOf(direction)].unproven = kProvingFrames;
        }
    }
}

void WebSocketLayer::data(Direction direction, StreamOffset offset, ByteView bytes,
                          LayerOutput& out) {
    if (!m_halves[indexOf(direction)].searching) {
        bytes = bytes.subspan(read(direction, offset, bytes, out));
    }
    if (!bytes.empty()) search(direction, bytes, out);
}

std::size_t WebSocketLayer::read(Direction direction, StreamOffset offset, ByteView bytes,
                                 LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ByteView rest = bytes.subspan(done);
        if (!half.frame) {
            done += readHeader(direction, offset + done, rest, out);
            if (half.searching) return done;
        } else {
            const auto taken = static_cast<std::size_t>(
                std::min<std::uint64_t>(half.frame->payloadLength - half.payloadRead, rest.size()));
            readPayload(half, rest.first(taken), out);
            done += taken;
        }
        if (half.frame && half.payloadRead == half.frame->payloadLength) {
            finishFrame(half, direction, offset + done, out);
        }
    }
    return done;
}

std::size_t WebSocketLayer::readHeader(Direction direction, StreamOffset offset, ByteView bytes,
                                       LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const std::size_t before = half.headerBytes.size();
    if (before == 0) half.frameStart = offset;
    const std::size_t look = std::min(bytes.size(), kMaxHeaderSize - before);
    half.headerBytes.insert(half.headerBytes.end(), bytes.begin(), bytes.begin() + look);
    const auto header = parseFrameHeader(half.headerBytes);
    if (!header) return look;
    if (half.unproven != 0) {
        if (!isPlausible(*header, habits(half, direction, out))) {
            // What was found was no frame: looks on from here, with what was read of the header.
            half.headerBytes.resize(before);
            Bytes begun = std::exchange(half.headerBytes, {});
            half.sequence.forget();
            half.messageStart = kNoRecord;
            beginSearch(half, half.frameStart);
            half.search = std::move(begun);
            return 0;
        }
        --half.unproven;
    }
    const std::size_t taken = header.consumed() - before;
    half.headerBytes.clear();
    beginFrame(half, direction, *header, out);
    return taken;
}

void WebSocketLayer::beginFrame(Half& half, Direction direction, const FrameHeader& header,
                                LayerOutput& out) {
    half.frame = header;
    half.masked = header.masked;
    half.payloadRead = 0;
    half.frameIncomplete = false;
    half.control.clear();
    half.issues.clear();
    const bool isMessage = header.is(Opcode::Text) || header.is(Opcode::Binary);
    Compression& compression = out.facts().compression;
    if (header.rsv1 && isMessage && m_negotiation == Negotiation::NotCaptured &&
        !compression.agreed()) {
        // There is one extension in use that sets this bit; whether it is that shows on inflating.
        compression.kind = CompressionKind::PerMessageDeflate;
    }
    check(header, direction, compression.kind, half.issues);
    checkKey(half, header);
    const bool unfinished = half.sequence.messageOpen();
    half.role = half.sequence.accept(header, half.issues);
    if (half.role == FrameRole::WholeMessage || half.role == FrameRole::StartsMessage) {
        half.messageStart = kNoRecord;
        if (unfinished) tellLost(direction, out);
    }
    if (half.role != FrameRole::Control) {
        half.message.beginFrame(header, half.role, half.sequence, half.frameStart, direction, out);
    }
}

/// Section 5.3: a key must not be foreseeable. By chance two in a row are equal once in four
/// billion frames. A sender that never changes its key is told of once.
void WebSocketLayer::checkKey(Half& half, const FrameHeader& header) {
    const bool same = header.masked && half.lastKey == header.maskingKey;
    if (!same) half.sameKeyTold = false;
    // A key of zeros is an issue of its own.
    if (same && header.maskingKey != MaskingKey{} && !std::exchange(half.sameKeyTold, true)) {
        half.issues.addContextual(IssueCode::WebSocketMaskingKeyRepeated,
                                  static_cast<std::uint16_t>(FieldId::WebSocketMaskingKey));
    }
    half.lastKey.reset();
    if (header.masked) half.lastKey = header.maskingKey;
}

void WebSocketLayer::readPayload(Half& half, ByteView bytes, LayerOutput& out) {
    if (half.role != FrameRole::Control) {
        half.message.payload(bytes, out);
    } else {
        const std::size_t begin = half.control.size();
        const std::size_t count =
            std::min(kMaxControlBody - std::min(kMaxControlBody, begin), bytes.size());
        half.control.insert(half.control.end(), bytes.begin(),
                            bytes.begin() + static_cast<std::ptrdiff_t>(count));
        if (half.frame->masked) {
            applyMask(std::span(half.control).subspan(begin), half.frame->maskingKey,
                      half.payloadRead);
        }
    }
    half.payloadRead += bytes.size();
}

void WebSocketLayer::finishFrame(Half& half, Direction direction, StreamOffset frameEnd,
                                 LayerOutput& out) {
    const FrameHeader frame = *half.frame;
    half.frame.reset();
    Record record;
    record.kind = RowKind::WebSocketFrame;
    record.protocol = Protocol::WebSocket;
    record.direction = direction;
    record.streamOffset = half.frameStart;
    record.length = frameEnd - half.frameStart;
    record.opcode = frame.opcode;
    record.flags = sequenceFlags(half.issues);
    if (frame.fin) record.flags |= kFlagFin;
    if (frame.masked) record.flags |= kFlagMasked;
    if (frame.rsv1) record.flags |= kFlagRsv1;
    if (std::exchange(half.resynchronised, false)) {
        record.flags |= kFlagResynchronised;
        half.issues.add(IssueCode::WebSocketResynchronised);
    }
    if (half.frameIncomplete) {
        record.flags |= kFlagIncomplete;
        // A length that no payload can have says enough.
        if (!hasTopBit(frame)) half.issues.add(IssueCode::WebSocketPayloadIncomplete);
    }
    const bool messageEnds =
        half.role == FrameRole::WholeMessage || half.role == FrameRole::EndsMessage;
    if (half.role != FrameRole::Control) {
        if (half.role == FrameRole::ContinuesMessage || half.role == FrameRole::EndsMessage) {
            record.group = half.messageStart;
        }
        if (half.role == FrameRole::EndsMessage) record.flags |= kFlagMessageEnd;
        half.message.endFrame(messageEnds, record, half.issues);
    } else if (frame.is(Opcode::Close) && !half.frameIncomplete) {
        const CloseBody body = parseCloseBody(half.control);
        checkClose(body, half.issues);
        record.detail = body.code.value_or(0);
    }
    if (messageEnds) finishMessage(half, direction, record, out);
    const RecordId id = emitAt(half, frameEnd, record, half.issues, out);
    half.issues.clear();
    if (half.role == FrameRole::StartsMessage) half.messageStart = id;
    if (half.role == FrameRole::Control && !half.frameIncomplete) {
        finishControl(half, frame, direction, id, out);
    }
}

void WebSocketLayer::finishControl(const Half& half, const FrameHeader& frame, Direction direction,
                                   RecordId row, LayerOutput& out) {
    switch (static_cast<Opcode>(frame.opcode)) {
        case Opcode::Ping:
            return m_pairs.ping(direction, half.control, row);
        case Opcode::Pong:
            return m_pairs.pong(direction, half.control, row, out);
        case Opcode::Close:
            return m_pairs.close(direction, parseCloseBody(half.control), row, out);
        default:
            return;
    }
}

void WebSocketLayer::finishMessage(Half& half, Direction direction, Record& record,
                                   LayerOutput& out) {
    if (!half.message.whole()) {
        tellLost(direction, out);
        half.message.release();
        return;
    }
    const MessageView message = half.message.view(direction);
    if (m_reader == nullptr) {
        const ConnectionView connection{out.facts(), m_path, m_subprotocol};
        for (const MessageProtocol* const protocol : messageProtocols()) {
            if (!protocol->recognise(message, connection)) continue;
            m_reader = protocol->makeReader();
            m_observer.stop(out);
            break;
        }
    }
    if (m_reader != nullptr) {
        m_reader->read(message, record, half.issues, out);
        if (record.protocol == Protocol::WebSocket && message.whole) {
            half.issues.addContextual(IssueCode::WebSocketMessageNotOfProtocol);
        }
    }
    if (m_reader == nullptr) m_observer.message(message, record, out);
    half.message.release();
}

/// A message of this direction will not be read.
void WebSocketLayer::tellLost(Direction direction, LayerOutput& out) {
    if (m_reader != nullptr) m_reader->lost(direction, out);
    m_observer.lost();
}

void WebSocketLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                         LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    m_pairs.lost(out);
    if (half.searching) {
        emitSegment(direction, half.searchStart, half.search.size(), out);
        beginSearch(half, offset + missing);
        return;
    }
    if (!half.frame && half.headerBytes.empty()) {
        // Whole frames may be missing, or the beginning of one.
        lose(half, direction, offset, offset + missing, out);
        return;
    }
    if (half.frame && missing <= half.frame->payloadLength - half.payloadRead) {
        // The hole lies inside a payload whose end is known.
        half.payloadRead += missing;
        half.frameIncomplete = true;
        if (half.role != FrameRole::Control) half.message.payloadMissing(missing);
        if (half.payloadRead == half.frame->payloadLength) {
            finishFrame(half, direction, offset + missing, out);
        }
        return;
    }
    lose(half, direction, offset, offset + missing, out);
}

/// Bytes are missing across the end of what was being read: ends it at `at`, and looks for the next
/// frame from `resumeAt` on.
void WebSocketLayer::lose(Half& half, Direction direction, StreamOffset at, StreamOffset resumeAt,
                          LayerOutput& out) {
    if (half.frame) {
        half.frameIncomplete = true;
        finishFrame(half, direction, at, out);
    } else {
        emitSegment(direction, half.frameStart, half.headerBytes.size(), out);
    }
    half.headerBytes.clear();
    half.sequence.forget();
    // Frames behind the loss are not joined with those before it.
    half.messageStart = kNoRecord;
    tellLost(direction, out);
    beginSearch(half, resumeAt);
}

FrameHabits WebSocketLayer::habits(const Half& half, Direction direction, LayerOutput& out) const {
    return {half.masked.value_or(direction == Direction::ClientToServer),
            m_negotiation == Negotiation::NotCaptured || out.facts().compression.agreed()};
}

void WebSocketLayer::beginSearch(Half& half, StreamOffset at) {
    half.message.lose();
    half.lastKey.reset();
    half.searching = true;
    half.searchStart = at;
    half.search.clear();
    half.arrivals.clear();
    half.nextSearch = 0;
}

RecordId WebSocketLayer::emitAt(const Half& half, StreamOffset end, const Record& record,
                                const IssueSink& issues, LayerOutput& out) {
    // The last entry that begins before `end`.
    const auto behind =
        std::ranges::lower_bound(half.arrivals, end, {}, &std::pair<StreamOffset, Arrival>::first);
    if (behind == half.arrivals.begin()) return emitJudged(record, issues, out);
    const Arrival now = out.arrival();
    out.setArrival(std::prev(behind)->second);
    const RecordId id = emitJudged(record, issues, out);
    out.setArrival(now);
    return id;
}

void WebSocketLayer::search(Direction direction, ByteView bytes, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (!bytes.empty()) {
        half.arrivals.emplace_back(half.searchStart + half.search.size(), out.arrival());
    }
    half.search.insert(half.search.end(), bytes.begin(), bytes.end());
    if (half.search.size() < half.nextSearch) return;
    const Bytes searched = std::exchange(half.search, {});
    ByteView rest = searched;
    StreamOffset at = half.searchStart;
    while (const auto found = findFrame(rest, habits(half, direction, out))) {
        emitSegment(direction, at, *found, out);
        at += *found;
        rest = rest.subspan(*found);
        half.searching = false;
        half.resynchronised = true;
        half.unproven = kProvingFrames;
        auto arrivals = half.arrivals;
        const std::size_t taken = read(direction, at, rest, out);
        if (!half.searching) {
            half.arrivals.clear();
            return;
        }
        half.arrivals = std::move(arrivals);
        // Misled; goes on where the frames stopped making sense.
        at += taken;
        rest = rest.subspan(taken);
    }
    if (rest.size() > kMaxSearch) {
        emitSegment(direction, at, rest.size(), out);
        beginSearch(half, at + rest.size());
        return;
    }
    half.searchStart = at;
    half.search.assign(rest.begin(), rest.end());
    half.nextSearch = rest.size() + rest.size() / 4;
}

void WebSocketLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.searching) {
        half.nextSearch = 0;
        search(direction, {}, out);
    }
    if (half.searching) {
        emitSegment(direction, half.searchStart, half.search.size(), out);
        beginSearch(half, half.searchStart + half.search.size());
    } else if (half.frame) {
        half.frameIncomplete = true;
        const std::uint64_t end = half.frameStart + half.frame->size() + half.payloadRead;
        finishFrame(half, direction, end, out);
    } else {
        emitSegment(direction, half.frameStart, half.headerBytes.size(), out);
        half.headerBytes.clear();
    }
    m_pairs.end(direction, reason, out);
    if (m_reader != nullptr) m_reader->end(direction, reason, out);
    half.ended = true;
    if (m_halves[0].ended && m_halves[1].ended) m_observer.end(reason, out);
}

}  // namespace framescope::websocket
