#include "capture/session/large_memory.h"

#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace framescope {

LargeMemory::LargeMemory(std::size_t size) : m_size(size) {
    m_data = ::mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m_data == MAP_FAILED) throw std::bad_alloc();
#ifdef MADV_NOHUGEPAGE
    ::madvise(m_data, m_size, MADV_NOHUGEPAGE);
#endif
}

void LargeMemory::takeUntil(std::size_t end) {
    std::size_t from = m_taken.load(std::memory_order_relaxed);
    if (end <= from) return;
#ifdef MADV_POPULATE_WRITE
    // Where the kernel does not know it, nothing is lost. Pages that another thread has taken
    // meanwhile stay as they are.
    ::madvise(static_cast<std::uint8_t*>(m_data) + from, end - from, MADV_POPULATE_WRITE);
#endif
    while (from < end && !m_taken.compare_exchange_weak(from, end)) {
    }
}

LargeMemory::~LargeMemory() {
    ::munmap(m_data, m_size);
}

}  // namespace framescope
