// Stream bytes that a layer holds back until it knows whose they are, with the moment at which each
// piece arrived, so that rows made of them later still name the packet that completed them.
#pragma once

#include <vector>

#include "dissector/layer/layer.h"

namespace framescope {

class HeldBytes {
public:
    void add(Direction direction, StreamOffset offset, ByteView bytes, const LayerOutput& out);
    void addGap(Direction direction, StreamOffset offset, std::uint64_t missing,
                const LayerOutput& out);

    bool empty() const { return m_pieces.empty(); }
    /// Bytes held; gaps cost nothing.
    std::size_t size() const { return m_size; }

    /// The first piece; empty where it is a gap or there is none.
    ByteView front() const { return m_pieces.empty() ? ByteView{} : m_pieces.front().bytes; }

    /// Gives every piece to `layer` under the arrival it had, and holds nothing any more.
    void release(Layer& layer, LayerOutput& out);
    /// Emits a row for each piece instead.
    void releaseAsSegments(LayerOutput& out, IssueCode why = IssueCode::None);

private:
    struct Piece {
        Direction direction;
        StreamOffset offset = 0;
        Bytes bytes;
        std::uint64_t missing = 0;  ///< of a gap
        Arrival arrival;
    };
    std::vector<Piece> m_pieces;
    std::size_t m_size = 0;
};

}  // namespace framescope
