// Stream bytes that a layer holds back until it knows whose they are, with the moment at which each
// piece arrived, so that rows made of them later still name the packet that completed them.
#pragma once

#include <vector>

#include "dissector/layer/layer.h"

namespace framescope {

class HeldBytes {
public:
    struct Piece;

    void add(Direction direction, StreamOffset offset, ByteView bytes, const LayerOutput& out);
    /// What another one held.
    void add(Piece piece);
    /// Its row waits as well, where bytes of the same direction are held in front of it. Whoever
    /// pops such a piece and hands it on says so by tellRow().
    void addGap(Direction direction, StreamOffset offset, std::uint64_t missing, LayerOutput& out);

    bool empty() const { return m_first == m_pieces.size(); }
    /// What is held costs this many bytes of memory: a stream that comes one byte at a time takes
    /// far more than its bytes.
    std::size_t size() const { return m_size; }

    struct Piece {
        Direction direction = Direction::ClientToServer;
        StreamOffset offset = 0;
        Bytes bytes;
        std::uint64_t missing = 0;  ///< of a gap
        Arrival arrival;
        bool rowWaits = false;  ///< the gap's row comes behind what is held in front of it
        std::size_t taken = 0;  ///< bytes at the front that were handed on already

        ByteView rest() const { return ByteView(bytes).subspan(taken); }
        StreamOffset restOffset() const { return offset + taken; }
        /// Behind the handing on of a gap: its row need not wait any more.
        void tellRow(LayerOutput& out) const;
    };
    /// The first bytes; empty where a gap stands there or nothing is held.
    ByteView front() const { return empty() ? ByteView{} : m_pieces[m_first].rest(); }
    /// Takes the first piece out. Only where one is held.
    Piece pop();
    /// Puts a piece back of which the beginning was taken.
    void putBack(Piece piece);

    /// Gives every piece to `layer` under the arrival it had, and holds nothing any more.
    void release(Layer& layer, LayerOutput& out);
    /// Emits a row for each piece instead.
    void releaseAsSegments(LayerOutput& out, IssueCode why = IssueCode::None);

private:
    std::vector<Piece> m_pieces;
    std::size_t m_first = 0;  ///< pieces before it were taken out
    std::size_t m_size = 0;
};

}  // namespace framescope
