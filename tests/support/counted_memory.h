// Counts what the program allocates, so that a test can say that memory is bounded. To be included
// by one file of a program only: it replaces the language's own operators.
#pragma once

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace framescope::test {

inline std::atomic<std::size_t> g_allocated = 0;
inline std::atomic<std::size_t> g_mostAllocated = 0;

/// The most bytes that were allocated at once since it began to look, beyond those that were then.
class MemoryPeak {
public:
    MemoryPeak() : m_before(g_allocated) { g_mostAllocated = m_before; }
    std::size_t bytes() const { return g_mostAllocated - m_before; }

private:
    std::size_t m_before;
};

inline void* countedAllocation(std::size_t size) {
    void* const memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    const std::size_t now = g_allocated += malloc_usable_size(memory);
    std::size_t most = g_mostAllocated;
    while (now > most && !g_mostAllocated.compare_exchange_weak(most, now)) {
    }
    return memory;
}

inline void countedRelease(void* memory) {
    if (memory != nullptr) g_allocated -= malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace framescope::test

void* operator new(std::size_t size) {
    return framescope::test::countedAllocation(size);
}
void* operator new[](std::size_t size) {
    return framescope::test::countedAllocation(size);
}
void operator delete(void* memory) noexcept {
    framescope::test::countedRelease(memory);
}
void operator delete[](void* memory) noexcept {
    framescope::test::countedRelease(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    framescope::test::countedRelease(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    framescope::test::countedRelease(memory);
}
