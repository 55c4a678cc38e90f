#include "capture/session/large_memory.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace framescope {
namespace {

/// Whether the machine makes one wait for small pages even where they were taken beforehand, as a
/// virtual machine does whose host keeps its page tables: 5 to 7 us for each, and next to nothing
/// in a large page. Elsewhere it takes less than 0.1 us. Writes zeroes to so many bytes, which were
/// just taken and hold nothing yet.
bool smallPagesAreSlow(std::uint8_t* begin, std::size_t size) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::nanoseconds kSlow(2000);
    std::array<Clock::duration, 8> waits{};
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (waits.size() * page > size) return false;
    const auto touch = [&begin] {
        const Clock::time_point before = Clock::now();
        *static_cast<volatile std::uint8_t*>(begin) = 0;
        return Clock::now() - before;
    };
    for (Clock::duration& wait : waits) {
        wait = touch();
        // To ask for the time may take longer than that.
        wait -= touch();
        begin += page;
    }
    // One of them may have been interrupted.
    std::ranges::nth_element(waits, waits.begin() + waits.size() / 2);
    return waits[waits.size() / 2] > kSlow;
}

}  // namespace

LargeMemory::LargeMemory(std::size_t size, Pages pages) : m_size(size), m_pages(pages) {
    map();
    if (m_data == nullptr) throw std::bad_alloc();
}

LargeMemory::LargeMemory(std::size_t size, std::nothrow_t) noexcept : m_size(size) {
    map();
}

void LargeMemory::map() {
    // As much more as it may lie behind the begin of the mapping, or a large page behind its end.
    const std::size_t room = m_size + 2 * kLargePage;
    void* const mapped =
        ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return;
    m_mapping = mapped;
#ifdef MADV_NOHUGEPAGE
    ::madvise(m_mapping, room, MADV_NOHUGEPAGE);
#endif
    const auto begin = reinterpret_cast<std::uintptr_t>(m_mapping);
    const std::uintptr_t large = (begin + kLittle + kLargePage - 1) / kLargePage * kLargePage;
    m_data = static_cast<std::uint8_t*>(m_mapping) + (large - kLittle - begin);
}

void LargeMemory::takeUntil(std::size_t end) {
    std::size_t from = m_taken.load(std::memory_order_relaxed);
    if (end <= from) return;
    const std::size_t first = from == 0 ? std::min(end, kSmallStep) : 0;
    if (first != 0 && populate(0, first)) choosePages(first);
    populate(std::max(from, first), end);
    while (from < end && !m_taken.compare_exchange_weak(from, end)) {
    }
}

bool LargeMemory::populate([[maybe_unused]] std::size_t from, [[maybe_unused]] std::size_t end) {
#ifdef MADV_POPULATE_WRITE
    // Where the kernel does not know it, nothing is lost. Pages that another thread has taken
    // meanwhile stay as they are.
    return from >= end || ::madvise(bytes() + from, end - from, MADV_POPULATE_WRITE) == 0;
#else
    return false;
#endif
}

void LargeMemory::choosePages(std::size_t taken) {
    if (m_size <= kLittle || m_pages == Pages::Small) return;
    if (m_pages == Pages::Measured && !smallPagesAreSlow(bytes(), taken)) return;
#ifdef MADV_HUGEPAGE
    const std::size_t large = (m_size - kLittle + kLargePage - 1) / kLargePage * kLargePage;
    if (::madvise(bytes() + kLittle, large, MADV_HUGEPAGE) == 0) m_step = kLargePage;
#endif
}

LargeMemory::~LargeMemory() {
    if (m_mapping != nullptr) ::munmap(m_mapping, m_size + 2 * kLargePage);
}

}  // namespace framescope
