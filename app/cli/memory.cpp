// A capture is read in little time and in memory that was not in use before, so that much of the
// time goes into getting it page by page: each costs the system as long as reading a frame or two
// costs us. So it is taken in large pages, from one place for all threads.
#include "app/cli/memory.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace framescope::cli {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
/// So much of the address space is taken in one go; of the machine's memory, what is written to.
constexpr int kAtOnce = 64 << 20;
/// What is greater than that is asked of the system each time, and goes back to it.
constexpr int kOwnPiece = 4 << 20;

/// The heap grows to its first large page and beyond, all of which is to be in such pages.
void growInLargePages() {
    const auto heap = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    const std::size_t behindPage = heap % kLargePage;
    // What lies in front of the first one is never used, so that it takes no memory.
    const std::size_t unused = behindPage == 0 ? 1 : kLargePage - behindPage;
    void* volatile const filling = std::malloc(unused);
    if (filling == nullptr) return;
    const auto begin =
        (reinterpret_cast<std::uintptr_t>(filling) + unused) / kLargePage * kLargePage;
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    // Where the system does not do that, nothing is lost.
    if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace

void takeMemoryInLargePieces() {
    // Batches of rows come and go a hundred times a second, half a megabyte each. What is freed is
    // taken for the next one; otherwise it went back to the system and came again.
    ::mallopt(M_MMAP_THRESHOLD, kOwnPiece);
    ::mallopt(M_TRIM_THRESHOLD, 2 * kAtOnce);
    ::mallopt(M_TOP_PAD, kAtOnce);
    // Of their own, threads would have heaps that grow by a page each time.
    ::mallopt(M_ARENA_MAX, 1);
#ifdef MADV_HUGEPAGE
    growInLargePages();
#endif
}

}  // namespace framescope::cli
