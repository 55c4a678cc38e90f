#include "capture/session/frame_walk.h"

#include <algorithm>

#include "dissector/websocket/mask.h"

namespace framescope {

FrameWalk::FrameWalk(const StreamReader& reader, StreamOffset begin, StreamOffset end)
    : m_reader(reader), m_end(std::min(end, reader.end())), m_next(begin) {}

std::optional<websocket::FrameHeader> FrameWalk::next() {
    m_frame.reset();
    if (m_next >= m_end) return std::nullopt;
    const ByteView bytes = bytesAt(m_next, websocket::kMaxHeaderSize);
    const auto header = websocket::parseFrameHeader(bytes);
    // Bytes that are no longer there would read as a header of zeros.
    if (!header || !holesIn(m_next, header.consumed()).empty()) return std::nullopt;
    m_frame = *header;
    m_at = m_next;
    m_next = header->frameSize() > m_end - m_at ? m_end : m_at + header->frameSize();
    return m_frame;
}

void FrameWalk::payload(std::uint64_t limit, const PayloadSink& sink) {
    if (!m_frame) return;
    const StreamOffset begin = m_at + m_frame->size();
    if (begin >= m_end) return;
    const std::uint64_t size = std::min({m_frame->payloadLength, limit, m_end - begin});
    for (std::uint64_t done = 0; done < size;) {
        ByteView piece = bytesAt(begin + done, std::min(size - done, kMaxBlock));
        if (piece.empty()) return;
        const std::vector<ByteRange> holes = holesIn(begin + done, piece.size());
        if (m_frame->masked) {
            m_unmasked.assign(piece.begin(), piece.end());
            websocket::applyMask(m_unmasked, m_frame->maskingKey, done);
            for (const ByteRange& hole : holes) {
                std::fill(m_unmasked.begin() + static_cast<std::ptrdiff_t>(hole.begin),
                          m_unmasked.begin() + static_cast<std::ptrdiff_t>(hole.end), 0);
            }
            piece = m_unmasked;
        }
        sink(piece, holes);
        done += piece.size();
    }
}

ByteView FrameWalk::bytesAt(StreamOffset position, std::uint64_t wanted) {
    wanted = std::min(wanted, m_end - position);
    const StreamOffset blockEnd = m_blockStart + m_block.bytes.size();
    if (position < m_blockStart || position + wanted > blockEnd) {
        m_blockSize = position > blockEnd ? kMinBlock : std::min(2 * m_blockSize, kMaxBlock);
        m_blockStart = position;
        m_block = m_reader.read(position, m_end - position, std::max(m_blockSize, wanted));
    }
    const ByteView rest = ByteView(m_block.bytes).subspan(position - m_blockStart);
    return rest.first(std::min<std::uint64_t>(wanted, rest.size()));
}

std::vector<ByteRange> FrameWalk::holesIn(StreamOffset position, std::uint64_t size) const {
    std::vector<ByteRange> holes;
    const std::uint64_t from = position - m_blockStart;
    for (const ByteRange& hole : m_block.holes) {
        const std::uint64_t begin = std::max(hole.begin, from);
        const std::uint64_t end = std::min(hole.end, from + size);
        if (begin < end) holes.push_back({begin - from, end - from});
    }
    return holes;
}

}  // namespace framescope
