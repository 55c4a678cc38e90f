#include "capture/session/index_room.h"

namespace framescope {

void IndexRoom::grow() {
    m_memory = std::make_shared<LargeMemory>(kTogether);
    m_fresh.push_back(m_memory);
    m_next = static_cast<std::uint8_t*>(m_memory->data());
    m_left = kTogether;
}

}  // namespace framescope
