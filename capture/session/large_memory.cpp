#include "capture/session/large_memory.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace framescope {
namespace {

std::size_t wholePages(std::size_t size) {
    return (size + LargeMemory::kPage - 1) / LargeMemory::kPage * LargeMemory::kPage;
}

}  // namespace

LargeMemory::LargeMemory(std::size_t size, Begin begin) : m_begin(begin) {
    const std::size_t head = begin == Begin::InSmallPages ? kSmallStart : 0;
    const std::size_t large = wholePages(size > head ? size - head : 0);
    m_size = head + large;
    // A large page has to begin at a multiple of its size: what is too much around is given back.
    const std::size_t mapped = m_size + kPage;
    void* const at =
        ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    auto* const start = static_cast<std::uint8_t*>(at);
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    const std::size_t before = wholePages(address + head) - head - address;
    if (before != 0) ::munmap(start, before);
    if (before != kPage) ::munmap(start + before + m_size, kPage - before);
    m_data = start + before;
#ifdef MADV_HUGEPAGE
    if (large != 0) ::madvise(static_cast<std::uint8_t*>(m_data) + head, large, MADV_HUGEPAGE);
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
    if (m_data != nullptr) ::munmap(m_data, m_size);
}

}  // namespace framescope
