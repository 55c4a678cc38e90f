#include "dissector/layer/proxy_header_layer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "dissector/layer/proxy_header.h"

namespace framescope {
namespace {

/// A row over the first `size` bytes of what is held, which are taken out.
void emitProxyHeader(HeldBytes& held, std::size_t size, LayerOutput& out) {
    const Arrival now = out.arrival();
    Record record;
    record.kind = RowKind::TcpSegment;
    record.form = kProxyHeaderForm;
    record.length = size;
    while (size != 0) {
        HeldBytes::Piece piece = held.pop();
        if (size == record.length) {
            record.direction = piece.direction;
            record.streamOffset = piece.restOffset();
        }
        const std::size_t taken = std::min(size, piece.rest().size());
        piece.taken += taken;
        size -= taken;
        out.setArrival(piece.arrival);
        if (!piece.rest().empty()) held.putBack(std::move(piece));
    }
    out.emit(record);
    out.setArrival(now);
}

}  // namespace

bool takeProxyHeaders(Bytes& beginning, HeldBytes& held, LayerOutput& out) {
    // One behind the other: each load balancer on the way may have put its own in front.
    ProxyHeaderFound found = findProxyHeader(beginning);
    for (; found.recognition == Recognition::Yes; found = findProxyHeader(beginning)) {
        emitProxyHeader(held, found.size, out);
        beginning.erase(beginning.begin(),
                        beginning.begin() + static_cast<std::ptrdiff_t>(found.size));
    }
    return found.recognition != Recognition::NeedsMore;
}

void ProxyHeaderLayer::data(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out) {
    if (m_successor != nullptr) return m_successor->data(direction, offset, bytes, out);
    Half& half = m_halves[indexOf(direction)];
    half.beginning.insert(half.beginning.end(), bytes.begin(), bytes.end());
    half.held.add(direction, offset, bytes, out);
    if (takeProxyHeaders(half.beginning, half.held, out)) handOver(direction, out);
}

void ProxyHeaderLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                           LayerOutput& out) {
    if (m_successor == nullptr) handOver(direction, out);
    m_successor->gap(direction, offset, missing, out);
}

void ProxyHeaderLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (m_successor == nullptr) handOver(direction, out);
    m_successor->end(direction, reason, out);
}

bool ProxyHeaderLayer::isBetweenUnits() const {
    return m_successor == nullptr && m_halves[0].held.empty() && m_halves[1].held.empty();
}

void ProxyHeaderLayer::handOver(Direction last, LayerOutput& out) {
    m_successor = m_chosen.get();
    out.replaceWith(std::move(m_chosen));
    // This layer may be gone once a call of its own has returned, not before.
    m_halves[indexOf(opposite(last))].held.release(*m_successor, out);
    m_halves[indexOf(last)].held.release(*m_successor, out);
}

}  // namespace framescope
