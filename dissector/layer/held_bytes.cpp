#include "dissector/layer/held_bytes.h"

#include <algorithm>
#include <utility>

#include "dissector/layer/gap_rows.h"
#include "dissector/layer/segment_rows.h"

namespace framescope {

namespace {

std::size_t costOf(const HeldBytes::Piece& piece) {
    return sizeof(HeldBytes::Piece) + piece.bytes.size();
}

}  // namespace

void HeldBytes::add(Piece piece) {
    m_size += costOf(piece);
    m_pieces.push_back(std::move(piece));
}

void HeldBytes::add(Direction direction, StreamOffset offset, ByteView bytes,
                    const LayerOutput& out) {
    add({direction, offset, Bytes(bytes.begin(), bytes.end()), 0, out.arrival()});
}

void HeldBytes::addGap(Direction direction, StreamOffset offset, std::uint64_t missing,
                       LayerOutput& out) {
    Piece piece{direction, offset, {}, missing, out.arrival()};
    piece.rowWaits =
        std::any_of(m_pieces.begin() + static_cast<std::ptrdiff_t>(m_first), m_pieces.end(),
                    [direction](const Piece& other) { return other.direction == direction; });
    if (piece.rowWaits) holdGapRow(direction, offset, out);
    add(std::move(piece));
}

void HeldBytes::Piece::tellRow(LayerOutput& out) const {
    if (rowWaits) tellGapRow(direction, offset, out);
}

HeldBytes::Piece HeldBytes::pop() {
    Piece piece = std::move(m_pieces[m_first]);
    m_size -= costOf(piece);
    if (++m_first == m_pieces.size()) {
        m_pieces.clear();
        m_first = 0;
    }
    return piece;
}

void HeldBytes::putBack(Piece piece) {
    m_size += costOf(piece);
    if (m_first == 0) {
        m_pieces.insert(m_pieces.begin(), std::move(piece));
    } else {
        m_pieces[--m_first] = std::move(piece);
    }
}

void HeldBytes::release(Layer& layer, LayerOutput& out) {
    const Arrival now = out.arrival();
    HeldBytes held = std::exchange(*this, {});
    while (!held.empty()) {
        const Piece piece = held.pop();
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            layer.gap(piece.direction, piece.offset, piece.missing, out);
            piece.tellRow(out);
        } else {
            layer.data(piece.direction, piece.restOffset(), piece.rest(), out);
        }
    }
    out.setArrival(now);
}

void HeldBytes::releaseAsSegments(LayerOutput& out, IssueCode why) {
    const Arrival now = out.arrival();
    HeldBytes held = std::exchange(*this, {});
    while (!held.empty()) {
        const Piece piece = held.pop();
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            piece.tellRow(out);
        } else {
            emitSegment(piece.direction, piece.restOffset(), piece.rest().size(), out, why);
        }
    }
    out.setArrival(now);
}

}  // namespace framescope
