// permessage-deflate compresses messages (RFC 7692), x-webkit-deflate-frame each frame by itself;
// what is compressed at a time is called a unit here. An inflater that has lost its context tries
// each unit from an empty window: one that refers to nothing before it is read, any other fails, so
// nothing wrong is ever shown.
#include "dissector/websocket/message_assembler.h"

#include <algorithm>
#include <utility>

#include "dissector/field/field_id.h"
#include "dissector/websocket/mask.h"

namespace framescope::websocket {
void MessageAssembler::beginFrame(const FrameHeader& header, FrameRole role,
                                  const MessageState& sequence, StreamOffset at,
                                  Direction direction, LayerOutput& out) {
    m_masked = header.masked;
    m_key = header.maskingKey;
    m_payloadLength = header.payloadLength;
    m_payloadRead = 0;
    m_frameIncomplete = false;
    const bool starts = role == FrameRole::WholeMessage || role == FrameRole::StartsMessage;
    if (starts) beginMessage(sequence.messageOpcode());
    m_frameBegin = m_kept;
    m_readable = role != FrameRole::OrphanContinuation &&
                 (sequence.messageOpcode() == static_cast<std::uint8_t>(Opcode::Text) ||
                  sequence.messageOpcode() == static_cast<std::uint8_t>(Opcode::Binary));
    const ConnectionFacts& facts = out.facts();
    const Compression& compression = facts.compression;
    m_kind = compression.kind;
    // What was only inferred may still turn out otherwise, so the context is kept.
    const bool inferred = (facts.inferred & kInferredCompression) != 0;
    m_keepContext = inferred || !compression.noContextTakeover[indexOf(direction)];
    if (inferred && starts && sequence.messageRsv1() && m_takenOver != true) {
        if (m_alone == nullptr) m_alone = std::make_unique<Inflater>();
        m_alone->begin(false);
    }
    m_limit = out.limits().inflatedMessage;
    const bool perFrame = m_kind == CompressionKind::WebkitDeflateFrame;
    m_endsUnit = header.fin || perFrame;
    m_compressed =
        m_readable && compression.agreed() && (perFrame ? header.rsv1 : sequence.messageRsv1());
    if (m_compressed && (starts || perFrame)) beginInflating(at, direction, out);
}

void MessageAssembler::wholeCompressed(ByteView payload, const MaskingKey* key, IssueSink& issues,
                                       Record& record, LayerOutput& out) {
    m_masked = key != nullptr;
    if (m_masked) m_key = *key;
    m_payloadLength = payload.size();
    m_payloadRead = 0;
    m_frameIncomplete = false;
    beginMessage(record.opcode);
    m_frameBegin = 0;
    m_readable = true;
    const Compression& compression = out.facts().compression;
    m_kind = compression.kind;
    m_keepContext = !compression.noContextTakeover[indexOf(record.direction)];
    m_limit = out.limits().inflatedMessage;
    m_endsUnit = true;
    m_compressed = true;
    beginInflating(record.streamOffset, record.direction, out);
    this->payload(payload, out);
    endFrame(true, record, issues);
}

void MessageAssembler::beginMessage(std::uint8_t opcode) {
    m_text = opcode == static_cast<std::uint8_t>(Opcode::Text);
    m_incomplete = false;
    m_undecodable = false;
    m_cut = false;
    m_overLimit = false;
    m_notUtf8Told = false;
    m_overLimitTold = false;
    m_size = 0;
    m_kept = 0;
    m_utf8.reset();
}

void MessageAssembler::beginInflating(StreamOffset at, Direction direction, LayerOutput& out) {
    if (m_inflater.inMessage()) m_inflater.loseContext();
    const bool due = m_inflater.contextEmpty() || m_sinceBytes >= kCheckpointBytes ||
                     m_sinceMessages >= kCheckpointMessages;
    if (m_keepContext && due) {
        out.checkpoint(direction, {at, 0, m_inflater.saveContext()});
        m_sinceBytes = 0;
        m_sinceMessages = 0;
    }
    ++m_sinceMessages;
    m_inflater.begin(m_keepContext);
}

void MessageAssembler::payload(ByteView bytes, LayerOutput&) {
    const std::uint64_t at = m_payloadRead;
    m_payloadRead += bytes.size();
    if (!m_readable) return;
    // Behind the limit only the context is of use, and where none is kept there is nothing to do.
    if (m_compressed && m_overLimit && !m_keepContext) return;
    if (!m_compressed && !m_text && m_kept == kMaxMessageRead) {
        m_cut = m_cut || !bytes.empty();
        return;
    }
    if (!m_compressed) return takePlain(bytes, at);
    const auto sink = [this](ByteView inflated) { take(inflated); };
    const bool last = m_endsUnit && m_payloadRead == m_payloadLength && !bytes.empty();
    if (last && m_alone == nullptr) {
        m_inflater.feedLast(unmasked(bytes, at, kDeflateTail), sink);
        return;
    }
    bytes = unmasked(bytes, at);
    m_inflater.feed(bytes, sink);
    if (m_alone != nullptr && !m_overLimit) m_alone->feed(bytes, [](ByteView) {});
}

/// `behind` is put behind them.
ByteView MessageAssembler::unmasked(ByteView bytes, std::uint64_t at, ByteView behind) {
    if (!m_masked && behind.empty()) return bytes;
    const std::size_t size = bytes.size() + behind.size();
    if (m_scratch.size() < size) m_scratch.resize(size);
    if (m_masked) {
        copyMasked(bytes, m_scratch.data(), m_key, at);
    } else {
        copyPlain(bytes, m_scratch.data());
    }
    std::ranges::copy(behind, m_scratch.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
    return ByteView(m_scratch).first(size);
}

/// More of a message that is not compressed, unmasked in the place where it is kept.
void MessageAssembler::takePlain(ByteView bytes, std::uint64_t at) {
    const ByteView kept = bytes.first(std::min(kMaxMessageRead - m_kept, bytes.size()));
    std::uint8_t* const to = roomFor(kept.size());
    const bool ascii = m_masked ? copyMasked(kept, to, m_key, at) : copyPlain(kept, to);
    const bool judged = m_text && !m_incomplete;
    if (judged && !(ascii && m_utf8.passAscii(kept.size()))) m_utf8.feed({to, kept.size()});
    if (kept.size() == bytes.size()) return;
    m_cut = true;
    if (judged) m_utf8.feed(unmasked(bytes.subspan(kept.size()), at + kept.size()));
}

/// More of the message, inflated.
void MessageAssembler::take(ByteView plain) {
    m_size += plain.size();
    m_sinceBytes += plain.size();
    m_overLimit = m_overLimit || m_size > m_limit;
    const ByteView kept = plain.first(std::min(kMaxMessageRead - m_kept, plain.size()));
    const bool ascii = copyPlain(kept, roomFor(kept.size()));
    const bool whole = kept.size() == plain.size();
    const bool judged = m_text && !m_incomplete && !m_overLimit;
    if (judged && !(ascii && whole && m_utf8.passAscii(plain.size()))) m_utf8.feed(plain);
    m_cut = m_cut || !whole;
}

/// For at least `size` bytes.
void MessageAssembler::makeRoom(std::size_t size, std::size_t inUse) {
    m_room = std::max({size, 2 * m_room, kLeastRoom});
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(m_room);
    std::copy_n(m_bytes.get(), inUse, larger.get());
    m_bytes = std::move(larger);
}

std::optional<ByteView> MessageAssembler::framePayload() const {
    if (!m_readable || m_compressed || m_frameIncomplete) return std::nullopt;
    const ByteView kept = ByteView(m_bytes.get(), m_kept).subspan(m_frameBegin);
    if (kept.size() != m_payloadRead) return std::nullopt;
    return kept;
}

void MessageAssembler::payloadMissing(std::uint64_t count) {
    m_payloadRead += count;
    m_frameIncomplete = true;
    m_incomplete = true;
    if (m_compressed) m_inflater.loseContext();
}

void MessageAssembler::endFrame(bool messageEnds, Record& record, IssueSink& issues) {
    if (record.has(kFlagIncomplete)) payloadMissing(0);
    if (!m_readable) return;
    if (!m_text) record.flags |= kFlagBinary;
    if (m_compressed) {
        record.flags |= kFlagCompressed;
        judgeInflating(messageEnds || m_kind == CompressionKind::WebkitDeflateFrame, record,
                       issues);
    }
    if (m_text) judgeText(messageEnds, record, issues);
}

/// That a unit cannot be inflated is an issue of the frame in which that shows, once.
void MessageAssembler::judgeInflating(bool unitEnds, Record& record, IssueSink& issues) {
    constexpr auto kPart = static_cast<std::uint16_t>(FieldId::WebSocketPayload);
    const bool cutOff = m_overLimit && !m_keepContext;
    if (unitEnds && cutOff) {
        m_inflater.loseContext();
    } else if (unitEnds) {
        m_inflater.finish([this](ByteView inflated) { take(inflated); });
        if (m_alone != nullptr) judgeTakeover();
    }
    const bool missing =
        m_kind == CompressionKind::WebkitDeflateFrame ? m_frameIncomplete : m_incomplete;
    const InflateError error = m_inflater.error();
    const bool told = m_undecodable && m_kind != CompressionKind::WebkitDeflateFrame;
    if (error != InflateError::None && !missing && !cutOff && !told) {
        m_undecodable = true;
        const bool lost = error == InflateError::ContextLost;
        record.flags |= lost ? kFlagContextLost : kFlagNotDeflate;
        issues.add(lost ? IssueCode::WebSocketContextLost : IssueCode::WebSocketNotDeflate, kPart);
    }
    if (m_overLimit && !std::exchange(m_overLimitTold, true)) {
        record.flags |= kFlagOverLimit;
        issues.add(IssueCode::WebSocketMessageOverLimit, kPart);
    }
}

/// A message that only inflates behind others shows that contexts are taken over; none of several
/// doing so, that they are not.
void MessageAssembler::judgeTakeover() {
    m_alone->finish([](ByteView) {});
    if (m_incomplete || m_overLimit) return;
    if (m_alone->error() == InflateError::ContextLost) {
        m_takenOver = true;
        m_alone.reset();
    } else if (m_alone->error() == InflateError::None && ++m_inflatedAlone >= kAlone) {
        m_takenOver = false;
    }
}

/// The first invalid byte of a message is an issue of the frame it lies in; the rest of the message
/// is not judged.
void MessageAssembler::judgeText(bool messageEnds, Record& record, IssueSink& issues) {
    if (m_incomplete || m_undecodable || m_notUtf8Told) return;
    if (messageEnds && !m_overLimit) m_utf8.finish();
    if (!m_utf8.invalidAt()) return;
    m_notUtf8Told = true;
    record.flags |= kFlagNotUtf8;
    issues.add(IssueCode::WebSocketTextNotUtf8);
}

void MessageAssembler::lose() {
    m_incomplete = true;
    m_readable = false;
    m_inflater.loseContext();
}

void MessageAssembler::giveBack() {
    if (m_room > kRoomKept) {
        m_bytes.reset();
        m_room = 0;
    }
    if (m_scratch.size() > kRoomKept) m_scratch = {};
}

}  // namespace framescope::websocket
