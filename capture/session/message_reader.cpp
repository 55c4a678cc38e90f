// A compressed message may refer to all those before it. The ingest left checkpoints, so reading
// goes on from the one in front of the message: it walks the frames from there with the rules the
// ingest followed, inflates what is compressed, and keeps nothing before the message itself.
#include "capture/session/message_reader.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "capture/session/frame_walk.h"
#include "dissector/websocket/message_assembler.h"
#include "dissector/websocket/message_state.h"

namespace framescope {
namespace {

using websocket::FrameHeader;
using websocket::FrameRole;
using websocket::InflateError;

/// Messages up to this size are remembered until the next one is decoded.
constexpr std::uint64_t kRemembered = 64U << 10;

bool isData(const FrameHeader& header) {
    return !websocket::isControl(header.opcode);
}

/// Appends a piece of a frame's payload.
void join(ByteView piece, const std::vector<ByteRange>& holes, std::uint64_t limit,
          WebSocketMessage& message) {
    const std::uint64_t base = message.bytes.size();
    const std::uint64_t room = std::min<std::uint64_t>(limit - base, piece.size());
    message.bytes.insert(message.bytes.end(), piece.begin(),
                         piece.begin() + static_cast<std::ptrdiff_t>(room));
    for (const ByteRange& hole : holes) {
        if (hole.begin >= room) break;
        message.holes.push_back({base + hole.begin, base + std::min(hole.end, room)});
    }
}

/// Walks from a place between two messages to the end of one, inflating as it goes.
class Decoding {
public:
    Decoding(const Session::State& state, RecordId row, const MessageWish& wish)
        : m_state(state),
          m_record(state.records[row]),
          m_first(m_record.group == kNoRecord ? m_record.streamOffset
                                              : state.records[m_record.group].streamOffset),
          m_compression(state.connection(m_record.connection).facts.compression),
          m_wish(wish) {
        m_keepContext = !m_compression.noContextTakeover[indexOf(m_record.direction)];
        m_stopAt = std::max(wish.limit, wish.size ? state.limits.inflatedMessage
                                                  : websocket::MessageAssembler::kCheckpointBytes);
        m_message.compressed = m_record.has(kFlagCompressed);
    }

    DecodedMessage run() {
        const StreamReader reader(m_state.file.get(), m_state.stream(m_record));
        FrameWalk walk(reader, beginning(), m_record.streamOffset + m_record.length);
        while (const auto header = walk.next()) {
            if (!isData(*header)) continue;
            const bool own = walk.at() >= m_first;
            if (own && m_wish.begun && m_message.joined.frames == 0 && m_keepContext) {
                m_before = m_inflater.saveContext();
            }
            const bool inflates = accept(*header);
            if (own) {
                ++m_message.joined.frames;
                m_message.joined.totalSize += header->payloadLength;
                m_message.compressed = m_message.compressed || inflates;
                m_message.joined.complete = walk.at() == m_record.streamOffset;
            }
            read(walk, *header, own, inflates);
            if (own && m_wish.frameEnds) m_message.frameEnds.push_back(m_message.inflatedSize);
            if (m_stopped) break;
            if (own && m_message.error != InflateError::None && !m_message.cutShort) break;
        }
        leaveCursor();
        return std::move(m_message);
    }

private:
    /// Where inflating has to begin, and the inflater that can.
    StreamOffset beginning() {
        if (!m_keepContext || !(m_record.has(kFlagCompressed) || perFrame())) return m_first;
        const auto found = m_state.checkpoints.find(m_record.connection);
        if (found == m_state.checkpoints.end()) return m_first;
        const std::vector<Checkpoint>& all = found->second[indexOf(m_record.direction)];
        auto behind = std::ranges::upper_bound(all, m_first, {}, &Checkpoint::at);
        if (behind == all.begin()) return m_first;
        const Checkpoint& checkpoint = *std::prev(behind);
        if (auto cursor = m_state.inflateCache.take(m_record.connection, m_record.direction,
                                                    checkpoint.at, m_first)) {
            m_inflater = std::move(cursor->inflater);
            return cursor->next;
        }
        m_inflater.restoreContext(checkpoint.state);
        return checkpoint.at;
    }

    bool perFrame() const { return m_compression.kind == CompressionKind::WebkitDeflateFrame; }

    /// Whether the payload of this frame is inflated; begins to if it is the first one to be.
    bool accept(const FrameHeader& header) {
        m_issues.clear();
        const FrameRole role = m_sequence.accept(header, m_issues);
        const std::uint8_t opcode = m_sequence.messageOpcode();
        const bool known = opcode == static_cast<std::uint8_t>(websocket::Opcode::Text) ||
                           opcode == static_cast<std::uint8_t>(websocket::Opcode::Binary);
        const bool inflates = known && role != FrameRole::OrphanContinuation &&
                              m_compression.agreed() &&
                              (perFrame() ? header.rsv1 : m_sequence.messageRsv1());
        const bool starts = role == FrameRole::WholeMessage || role == FrameRole::StartsMessage;
        if (inflates && (starts || perFrame())) m_inflater.begin(m_keepContext);
        return inflates;
    }

    void read(FrameWalk& walk, const FrameHeader& header, bool own, bool inflates) {
        if (!own && !inflates) return;
        const websocket::InflatedSink sink = [this, own](ByteView bytes) {
            if (own) take(bytes);
        };
        WebSocketMessage& joined = m_message.joined;
        // Beyond what is kept of it, only inflating needs the payload.
        const std::uint64_t wanted = inflates || m_wish.sink
                                         ? std::numeric_limits<std::uint64_t>::max()
                                         : m_wish.limit - joined.bytes.size();
        std::uint64_t seen = 0;
        walk.payload(wanted, [&](ByteView piece, const std::vector<ByteRange>& holes) {
            seen += piece.size();
            if (own) join(piece, holes, m_wish.limit, joined);
            if (!inflates) {
                // In a message of which some frames are compressed, the others stand as they are.
                if (own) take(piece);
            } else if (!holes.empty()) {
                if (!m_stopped) m_inflater.feed(piece.first(holes.front().begin), sink);
                cutShort(own);
            } else if (!m_stopped) {
                m_inflater.feed(piece, sink);
            }
        });
        if (!inflates || m_stopped) return;
        if (seen < header.payloadLength) cutShort(own);
        if (header.fin || perFrame()) m_inflater.finish(sink);
        if (own) m_message.error = m_inflater.error();
    }

    /// Bytes are missing here. What was inflated so far is the message's beginning, unless it
    /// refers to what is not known.
    void cutShort(bool own) {
        if (own && !m_stopped && m_inflater.error() == InflateError::None) {
            m_message.cutShort = true;
            m_message.sizeKnown = false;
        }
        m_inflater.loseContext();
    }

    /// More of the message, decoded.
    void take(ByteView bytes) {
        if (m_message.cutShort) return;
        m_message.inflatedSize += bytes.size();
        if (m_wish.sink) m_wish.sink(bytes);
        Bytes& kept = m_message.inflated;
        const std::uint64_t room =
            std::min<std::uint64_t>(m_wish.limit - kept.size(), bytes.size());
        kept.insert(kept.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room));
        if (m_message.compressed && m_message.inflatedSize > m_stopAt) {
            m_stopped = true;
            m_message.sizeKnown = false;
        }
    }

    /// The row behind this one goes on from here. Where reading stopped early there is a checkpoint
    /// in front of the next message.
    void leaveCursor() {
        if (m_wish.begun) {
            // The rows behind this one are of the same message, and begin where it does: in its
            // midst they would take its frames for orphans.
            websocket::Inflater before;
            if (m_before.empty() || !before.restoreContext(m_before)) return;
            m_state.inflateCache.put(
                {m_record.connection, m_record.direction, m_first, std::move(before)});
            return;
        }
        if (!m_message.compressed || !m_keepContext || m_stopped || m_inflater.inMessage() ||
            m_inflater.contextEmpty() || !m_message.joined.complete) {
            return;
        }
        m_state.inflateCache.put({m_record.connection, m_record.direction,
                                  m_record.streamOffset + m_record.length, std::move(m_inflater)});
    }

    const Session::State& m_state;
    const Record m_record;
    const StreamOffset m_first;
    const Compression& m_compression;
    const MessageWish& m_wish;
    bool m_keepContext = true;
    std::uint64_t m_stopAt = 0;
    websocket::MessageState m_sequence;
    websocket::Inflater m_inflater;
    Bytes m_before;      ///< what was known in front of the message, where that is wanted again
    IssueSink m_issues;  ///< the ingest told of them
    bool m_stopped = false;
    DecodedMessage m_message;
};

}  // namespace

WebSocketMessage readMessage(const StreamReader& reader, StreamOffset first, StreamOffset last,
                             std::uint64_t limit) {
    WebSocketMessage message;
    // Of the last frame the header and the payload that is kept are read.
    const StreamOffset end = last + std::min(reader.end() - std::min(last, reader.end()),
                                             limit + websocket::kMaxHeaderSize);
    FrameWalk walk(reader, first, end);
    while (const auto header = walk.next()) {
        if (walk.at() > last) break;
        if (isData(*header)) {
            ++message.frames;
            message.totalSize += header->payloadLength;
            walk.payload(limit - message.bytes.size(),
                         [&](ByteView piece, const std::vector<ByteRange>& holes) {
                             join(piece, holes, limit, message);
                         });
        }
        if (walk.at() == last) {
            message.complete = true;
            break;
        }
    }
    return message;
}

DecodedMessage decodeMessage(const Session::State& state, RecordId row, const MessageWish& wish) {
    const Record& record = state.records[row];
    const CompressionKind kind = state.connection(record.connection).facts.compression.kind;
    if (wish.sink || wish.frameEnds) return Decoding(state, row, wish).run();
    if (!record.has(kFlagCompressed) && kind != CompressionKind::WebkitDeflateFrame) {
        const StreamReader reader(state.file.get(), state.stream(record));
        const RecordId first = record.group == kNoRecord ? row : record.group;
        DecodedMessage message;
        message.joined =
            readMessage(reader, state.records[first].streamOffset, record.streamOffset, wish.limit);
        return message;
    }
    if (auto known = state.inflateCache.message(row); known && known->whole()) {
        return std::move(*known);
    }
    // Small messages are read whole, so that who asks for more of one finds it remembered.
    const MessageWish larger{std::max(wish.limit, kRemembered), wish.size, {}, false, wish.begun};
    DecodedMessage message = Decoding(state, row, larger).run();
    if (message.whole() && message.inflated.size() <= kRemembered && message.joined.whole()) {
        state.inflateCache.remember(row, message);
    }
    return message;
}

}  // namespace framescope
