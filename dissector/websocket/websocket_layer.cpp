#include "dissector/websocket/websocket_layer.h"

#include <algorithm>
#include <utility>

#include "dissector/field/field_id.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/payload/utf8.h"
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

std::string foundText(std::uint64_t skipped) {
    if (skipped == 0) return "the frame before it ends here, whatever its length says";
    return byteCountText(skipped) +
           " in front of it could not be read as frames, and are a row of "
           "their own";
}

}  // namespace

void WebSocketLayer::data(Direction direction, StreamOffset offset, ByteView bytes,
                          LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search == nullptr && !half.frame) {
        const std::size_t plain = readPlain(half, direction, offset, bytes, out);
        if (plain == bytes.size()) return;
        offset += plain;
        bytes = bytes.subspan(plain);
    }
    if (half.search == nullptr && !(half.frame && doubtLength(half, offset, bytes, out))) {
        const std::size_t taken = read(direction, offset, bytes, out);
        if (half.frame && half.search == nullptr && half.frame->lengthForm == LengthForm::Bits16) {
            notePart(half, offset, out);
        }
        offset += taken;
        bytes = bytes.subspan(taken);
    }
    if (!bytes.empty()) search(direction, offset, bytes, out);
}

std::size_t WebSocketLayer::read(Direction direction, StreamOffset offset, ByteView bytes,
                                 LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ByteView rest = bytes.subspan(done);
        if (!half.frame) {
            done += readHeader(direction, offset + done, rest, out);
            if (half.search != nullptr) return done;
        } else {
            const auto taken = static_cast<std::size_t>(
                std::min<std::uint64_t>(half.frame->payloadLength - half.payloadRead, rest.size()));
            readPayload(half, rest.first(taken), out);
            done += taken;
        }
        if (half.frame && half.payloadRead == half.frame->payloadLength) {
            // A length of 16 bits that was damaged may have swallowed hundreds of frames.
            if (half.frame->lengthForm == LengthForm::Bits16 && bytes.size() - done >= 2 &&
                beginsNoFrame(bytes.subspan(done), half.frame->masked) &&
                swallowedFrames(half, direction, offset, bytes, done, out)) {
                return bytes.size();
            }
            finishFrame(half, direction, offset + done, out);
            if (done < bytes.size()) {
                done += readPlain(half, direction, offset + done, bytes.subspan(done), out);
            }
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
    // A header that came in one piece, as nearly all do, is read where it lies.
    ByteView known = bytes.first(look);
    if (before != 0) {
        half.headerBytes.insert(half.headerBytes.end(), known.begin(), known.end());
        known = half.headerBytes;
    }
    // Read in the place where it is kept: copies of what was just written byte by byte are slow.
    FrameHeader& header = half.frame.emplace();
    const std::size_t size = readFrameHeader(known, header);
    if (size == 0) {
        half.frame.reset();
        if (before == 0) half.headerBytes.assign(known.begin(), known.end());
        return look;
    }
    if (half.unproven != 0) {
        if (!isPlausible(header, habits(half, direction, out))) {
            // What was found was no frame: looks on from here, with what was read of the header.
            half.frame.reset();
            half.headerBytes.resize(before);
            Bytes begun = std::exchange(half.headerBytes, {});
            half.sequence.forget();
            half.messageStart = kNoRecord;
            beginSearch(half, half.frameStart);
            half.search->add(begun, out.arrival());
            return 0;
        }
        --half.unproven;
    } else if (!isPlausible(header, {half.masked.value_or(header.masked), true}) ||
               (header.rsv1 && !usual(half, header, out).deflate)) {
        if (doubtHeader(half, header, bytes, before, out)) {
            half.frame.reset();
            return 0;
        }
    } else {
        half.faults = 0;
    }
    half.headerBytes.clear();
    beginFrame(half, direction, out);
    return size - before;
}

void WebSocketLayer::beginFrame(Half& half, Direction direction, LayerOutput& out) {
    const FrameHeader& header = *half.frame;
    if (header.masked == half.masked) {
        half.otherMask = false;
    } else if (half.frameStart >= half.trusted) {
        // Once may be damage.
        half.otherMask = half.masked.has_value() && !half.otherMask;
        if (!half.otherMask) half.masked = header.masked;
    }
    half.payloadRead = 0;
    half.frameIncomplete = false;
    half.control.clear();
    half.issues.clear();
    const bool isMessage = header.is(Opcode::Text) || header.is(Opcode::Binary);
    ConnectionFacts& facts = out.facts();
    Compression& compression = facts.compression;
    if (header.rsv1 && isMessage && m_negotiation == Negotiation::NotCaptured &&
        !compression.agreed()) {
        // There is one extension in use that sets this bit; whether it is that shows on inflating.
        compression.kind = CompressionKind::PerMessageDeflate;
        facts.inferred |= kInferredCompression;
    }
    check(header, maskedAs(direction, facts), compression.kind, half.issues);
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
    const bool same =
        header.masked && half.lastKey && asWord(*half.lastKey) == asWord(header.maskingKey);
    if (!same) half.sameKeyTold = false;
    // A key of zeros is an issue of its own.
    if (same && asWord(header.maskingKey) != 0 && !std::exchange(half.sameKeyTold, true)) {
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
    const FrameHeader& frame = *half.frame;
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
    if (std::exchange(half.foundAgain, false)) {
        half.issues.addContextual(IssueCode::WebSocketResynchronised, 0, foundText(half.skipped));
    }
    if (m_negotiation == Negotiation::NotCaptured && !std::exchange(m_inferredTold, true) &&
        (out.facts().inferred & kInferredWebSocket) != 0) {
        half.issues.addContextual(IssueCode::WebSocketInferred);
    }
    if (half.frameIncomplete) {
        record.flags |= kFlagIncomplete;
        if (std::exchange(half.disproved, false)) {
            half.issues.addContextual(
                IssueCode::WebSocketPayloadIncomplete,
                static_cast<std::uint16_t>(FieldId::WebSocketPayloadLength),
                "other frames begin within this length, so the frame is read up to them");
        } else if (!hasTopBit(frame)) {
            // A length that no payload can have says enough.
            half.issues.add(IssueCode::WebSocketPayloadIncomplete);
        }
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
    if (messageEnds) {
        finishMessage(half, direction, record, out);
        if (m_negotiation == Negotiation::NotCaptured) inferFacts(half, direction, out);
    }
    const RecordId id = emitAt(half, frameEnd, record, half.issues, out);
    half.issues.clear();
    if (half.role == FrameRole::StartsMessage) half.messageStart = id;
    if (half.role == FrameRole::Control && !half.frameIncomplete) {
        finishControl(half, frame, direction, id, out);
    }
    half.frame.reset();
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
    readMessage(half.message.view(direction), half, record, out);
    half.message.release();
}

void WebSocketLayer::readMessage(const MessageView& message, Half& half, Record& record,
                                 LayerOutput& out) {
    if (m_reader == nullptr) {
        const auto asked = protocolsToAsk(message, m_subprotocol);
        if (asked.empty() || !recognise(message, asked, out)) {
            return m_observer.message(message, record, out);
        }
    }
    m_reader->read(message, record, half.issues, out);
    if (record.protocol == Protocol::WebSocket && message.whole) {
        half.issues.addContextual(IssueCode::WebSocketMessageNotOfProtocol);
    }
}

/// Whether the message is of one of the protocols; then it is read from now on.
bool WebSocketLayer::recognise(const MessageView& message,
                               std::span<const MessageProtocol* const> asked, LayerOutput& out) {
    const ConnectionView connection{out.facts(), m_path, m_subprotocol};
    const auto found = std::ranges::find_if(asked, [&](const MessageProtocol* protocol) {
        return protocol->recognise(message, connection);
    });
    if (found == asked.end()) return false;
    m_reader = (*found)->makeReader();
    m_observer.stop(out);
    return true;
}

/// A message of this direction will not be read.
void WebSocketLayer::tellLost(Direction direction, LayerOutput& out) {
    if (m_reader != nullptr) {
        m_reader->lost(direction, out);
    } else if (out.facts().engineSession < engineio::kSeveralSessions) {
        // Its request named a session: what is missing may have been its packets.
        out.conversations().engineSessions.lost(direction, out);
    }
    m_observer.lost();
}

void WebSocketLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search != nullptr) findFooting(direction, true, out);
    if (half.search != nullptr) {
        giveUpSearch(half, direction, half.search->end(), out);
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

bool WebSocketLayer::isBetweenUnits() const {
    const auto isBetween = [](const Half& half) {
        return half.search == nullptr && !half.frame && half.headerBytes.empty();
    };
    return isBetween(m_halves[0]) && isBetween(m_halves[1]);
}

}  // namespace framescope::websocket
