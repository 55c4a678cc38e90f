#include "dissector/tcp/stream_assembler.h"

#include <algorithm>

namespace framescope::tcp {

void StreamAssembler::start(std::uint32_t base) {
    m_started = true;
    m_base = base;
}

std::int64_t StreamAssembler::widen(std::uint32_t sequence, StreamOffset here) const {
    // The distance as the signed 32-bit number that TCP's own comparison uses picks the right turn
    // of the sequence space.
    const auto distance =
        static_cast<std::int32_t>(sequence - static_cast<std::uint32_t>(m_base + here));
    return static_cast<std::int64_t>(here) + distance;
}

void StreamAssembler::segment(std::uint32_t sequence, ByteView captured, std::uint64_t length,
                              const Origin& origin, StreamSink& sink) {
    if (!m_started) start(sequence);
    const std::int64_t begin = widen(sequence, m_next);
    if (begin + static_cast<std::int64_t>(length) <= static_cast<std::int64_t>(m_next)) return;

    Origin at = origin;
    StreamOffset offset = m_next;
    if (begin < static_cast<std::int64_t>(m_next)) {
        const auto known = std::min<std::size_t>(
            static_cast<std::size_t>(static_cast<std::int64_t>(m_next) - begin), captured.size());
        captured = captured.subspan(known);
        at.fileOffset += known;
    } else {
        offset = static_cast<StreamOffset>(begin);
    }
    const StreamOffset end = static_cast<StreamOffset>(begin + static_cast<std::int64_t>(length));
    const std::uint64_t cut = end - offset - captured.size();

    if (offset == m_next && m_held.empty()) {
        m_next += captured.size();
        if (!captured.empty()) sink.streamData(offset, captured, at);
        skipCut(cut, sink);
        return;
    }
    // There is nothing to hold of a segment without captured bytes; that it was sent is kept.
    if (captured.empty()) m_emptyEnd = std::max(m_emptyEnd, end);
    hold(offset, captured, cut, at);
    deliverHeld(sink);
    // Where only one direction was captured, no acknowledgment will ever tell.
    if (!m_everAcknowledged && !m_held.empty()) waitForHole(origin.packet, sink);
    while (m_heldBytes > kMaxHeldBytes || m_held.size() > kMaxHeldSegments) giveUpHole(sink);
}

/// A capture that keeps only the beginning of each packet has lost the rest for good, so there is
/// nothing to wait for.
void StreamAssembler::skipCut(std::uint64_t cut, StreamSink& sink) {
    if (cut == 0) return;
    if (!m_held.empty()) cut = std::min(cut, m_held.begin()->first - m_next);
    if (cut == 0) return;
    const StreamOffset hole = m_next;
    m_next += cut;
    sink.streamGap(hole, cut);
}

void StreamAssembler::hold(StreamOffset offset, ByteView bytes, std::uint64_t cut, Origin origin) {
    // Only what is not held yet is kept, in as many pieces as the held ones leave room for.
    const auto keep = [&](std::size_t count) {
        if (count == 0) return;
        const bool last = count == bytes.size();
        m_held.emplace(offset,
                       Held{Bytes(bytes.begin(), bytes.begin() + count), origin, last ? cut : 0});
        m_heldBytes += count;
    };
    const auto advance = [&](std::size_t count) {
        offset += count;
        origin.fileOffset += count;
        bytes = bytes.subspan(count);
    };
    auto after = m_held.upper_bound(offset);
    if (after != m_held.begin()) {
        const auto before = std::prev(after);
        const StreamOffset end = before->first + before->second.bytes.size();
        if (end > offset) advance(std::min<std::size_t>(end - offset, bytes.size()));
    }
    while (!bytes.empty()) {
        const std::size_t room = after == m_held.end()
                                     ? bytes.size()
                                     : std::min<std::size_t>(after->first - offset, bytes.size());
        keep(room);
        advance(room);
        if (after == m_held.end() || bytes.empty()) break;
        advance(std::min(after->second.bytes.size(), bytes.size()));
        ++after;
    }
}

void StreamAssembler::deliverHeld(StreamSink& sink) {
    while (!m_held.empty() && m_held.begin()->first == m_next) {
        const auto node = m_held.extract(m_held.begin());
        const Held& held = node.mapped();
        m_heldBytes -= held.bytes.size();
        m_next += held.bytes.size();
        sink.streamData(node.key(), held.bytes, held.origin);
        skipCut(held.cut, sink);
        m_holeAcknowledgedAt.reset();
    }
}

void StreamAssembler::giveUpHole(StreamSink& sink) {
    if (m_held.empty()) return;
    const StreamOffset hole = m_next;
    m_next = m_held.begin()->first;
    sink.streamGap(hole, m_next - hole);
    m_holeAcknowledgedAt.reset();
    deliverHeld(sink);
}

void StreamAssembler::acknowledged(std::uint32_t acknowledgment, PacketNumber packet,
                                   StreamSink& sink) {
    if (!m_started) return;
    // Where nothing of a direction is captured, its acknowledgments alone say how far it came.
    const std::int64_t offset = widen(acknowledgment, std::max(m_next, m_acknowledged));
    if (offset > static_cast<std::int64_t>(m_acknowledged)) {
        m_acknowledged = static_cast<StreamOffset>(offset);
    }
    m_everAcknowledged = true;
    if (m_held.empty() || m_acknowledged < m_held.begin()->first) return;
    waitForHole(packet, sink);
}

/// The receiver has the missing bytes, so nobody will send them again: only a capture out of order
/// can still bring them.
void StreamAssembler::waitForHole(PacketNumber packet, StreamSink& sink) {
    if (!m_holeAcknowledgedAt) {
        m_holeAcknowledgedAt = packet;
    } else if (packet - *m_holeAcknowledgedAt > kPatience) {
        giveUpHole(sink);
    }
}

void StreamAssembler::finish(std::uint32_t sequence) {
    if (!m_started) start(sequence);
    const std::int64_t offset = widen(sequence, m_next);
    if (offset >= 0 && !m_finOffset) m_finOffset = static_cast<StreamOffset>(offset);
}

void StreamAssembler::flush(StreamSink& sink) {
    while (!m_held.empty()) giveUpHole(sink);
    const StreamOffset sent = std::max(m_next, m_emptyEnd);
    StreamOffset end = std::max(m_acknowledged, sent);
    if (m_finOffset) {
        end = *m_finOffset;
    } else if (end == sent + 1) {
        // One more than the data: a FIN that was acknowledged but not captured.
        end = sent;
    }
    if (end > m_next) {
        const StreamOffset hole = m_next;
        m_next = end;
        sink.streamGap(hole, end - hole);
    }
}

}  // namespace framescope::tcp
