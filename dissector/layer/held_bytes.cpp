#include "dissector/layer/held_bytes.h"

#include <utility>

#include "dissector/layer/segment_rows.h"

namespace framescope {

void HeldBytes::add(Direction direction, StreamOffset offset, ByteView bytes,
                    const LayerOutput& out) {
    m_pieces.push_back({direction, offset, Bytes(bytes.begin(), bytes.end()), 0, out.arrival()});
    m_size += bytes.size();
}

void HeldBytes::addGap(Direction direction, StreamOffset offset, std::uint64_t missing,
                       const LayerOutput& out) {
    m_pieces.push_back({direction, offset, {}, missing, out.arrival()});
}

void HeldBytes::release(Layer& layer, LayerOutput& out) {
    const Arrival now = out.arrival();
    const std::vector<Piece> pieces = std::exchange(m_pieces, {});
    m_size = 0;
    for (const Piece& piece : pieces) {
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            layer.gap(piece.direction, piece.offset, piece.missing, out);
        } else {
            layer.data(piece.direction, piece.offset, piece.bytes, out);
        }
    }
    out.setArrival(now);
}

void HeldBytes::releaseAsSegments(LayerOutput& out, IssueCode why) {
    const Arrival now = out.arrival();
    for (const Piece& piece : std::exchange(m_pieces, {})) {
        out.setArrival(piece.arrival);
        emitSegment(piece.direction, piece.offset, piece.bytes.size(), out, why);
    }
    m_size = 0;
    out.setArrival(now);
}

}  // namespace framescope
