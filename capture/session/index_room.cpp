#include "capture/session/index_room.h"

namespace framescope {

void IndexRoom::grow() {
    m_piece = std::make_shared<IndexPiece>();
    m_fresh.push_back(m_piece);
    m_blocks = {&m_piece->m_blocks, 0, IndexPiece::kBlocks};
    m_apart = {&m_piece->m_apart, 0, IndexPiece::kApart};
}

}  // namespace framescope
