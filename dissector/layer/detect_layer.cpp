#include "dissector/layer/detect_layer.h"

#include "dissector/layer/protocols.h"

namespace framescope {

void DetectLayer::data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->data(direction, offset, bytes, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    half.beginning.insert(half.beginning.end(), bytes.begin(), bytes.end());
    half.held.add(direction, offset, bytes, out);
    bool undecided = false;
    for (const StreamProtocol& protocol : streamProtocols()) {
        const Recognition recognition = protocol.recognise(direction, half.beginning);
        undecided = undecided || recognition == Recognition::NeedsMore;
        if (recognition != Recognition::Yes) continue;
        std::unique_ptr<Layer> next = protocol.makeLayer();
        m_successor = next.get();
        // What the other side said before may belong to the protocol too; it was said first.
        HeldBytes other = std::move(m_halves[indexOf(opposite(direction))].held);
        HeldBytes own = std::move(half.held);
        out.replaceWith(std::move(next));
        other.release(*m_successor, out);
        own.release(*m_successor, out);
        if (const auto ended = m_halves[indexOf(opposite(direction))].ended) {
            m_successor->end(opposite(direction), *ended, out);
        }
        return;
    }
    if (!undecided) giveUp(half, out);
}

void DetectLayer::giveUp(Half& half, LayerOutput& out) {
    half.held.releaseAsSegments(out);
    half.beginning.clear();
}

void DetectLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                      LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    giveUp(m_halves[indexOf(direction)], out);
}

void DetectLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    m_halves[indexOf(direction)].ended = reason;
    giveUp(m_halves[indexOf(direction)], out);
}

}  // namespace framescope
