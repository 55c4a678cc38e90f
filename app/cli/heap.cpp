// jemalloc has arenas, a thread's own mostly, and asks a hook of an arena for each extent: one for
// objects of a size, or for a large one. Were it left to its own way it would get extents 2 MiB at
// a time and have the machine bring each page when it is touched. New ones are cut from front to
// back of memory that is prepared in steps here; what is not used any more, jemalloc keeps for
// later extents. Objects of 8 MiB and more have an arena of their own, which asks the system.
#include "app/cli/heap.h"

#ifdef FRAMESCOPE_JEMALLOC

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <jemalloc/jemalloc.h>
#include <mutex>
#include <new>
#include <optional>
#include <sys/mman.h>
#include <utility>

#include "capture/session/large_memory.h"

/// Options for jemalloc, which looks for this name: every extent is asked for by itself (`retain`),
/// and reading has three threads.
extern "C" {
const char* malloc_conf = "retain:false,narenas:3";
}

namespace framescope::cli {
namespace {

/// One for each of the threads that read a capture, the first three; further ones share them.
constexpr std::array kHookNames = {"arena.0.extent_hooks", "arena.1.extent_hooks",
                                   "arena.2.extent_hooks"};
/// Larger extents are large objects, of which much may never be touched,
constexpr std::size_t kMost = std::size_t{4} << 20;
/// but mostly so much at once: jemalloc's own notes on an arena are one of them.
constexpr std::size_t kFront = std::size_t{128} << 10;

/// The memory of extents, one for all arenas, so that little is taken and not used. Takes nothing
/// from the heap itself.
class Supply {
public:
    /// Null where there is none.
    void* take(std::size_t size) {
        const std::lock_guard lock(m_mutex);
        if (m_count == 0 || m_left < size) {
            if (m_count == kMaxPieces) return nullptr;
            // As large as all before it and more, so that a few are enough for any heap.
            const std::size_t room = kFirstPiece << m_count;
            LargeMemory& piece = m_pieces[m_count].emplace(room, std::nothrow);
            if (piece.data() == nullptr) return nullptr;
            m_used = 0;
            m_left = room;
            ++m_count;
        }
        LargeMemory& piece = *m_pieces[m_count - 1];
        piece.prepare(m_used + size);
        m_left -= size;
        return static_cast<std::uint8_t*>(piece.data()) + std::exchange(m_used, m_used + size);
    }

private:
    static constexpr std::size_t kFirstPiece = std::size_t{16} << 20;
    static constexpr std::size_t kMaxPieces = 12;

    std::mutex m_mutex;
    std::array<std::optional<LargeMemory>, kMaxPieces> m_pieces;
    std::size_t m_count = 0;
    std::size_t m_used = 0;  ///< of the last piece
    std::size_t m_left = 0;
};

/// Never destroyed: whoever runs last may still use the heap.
union Lasting {
    constexpr Lasting() : supply() {}
    ~Lasting() {}
    Supply supply;
} lasting;
/// jemalloc's own, which do what these leave to them.
extent_hooks_t usual;

void* allocExtent(extent_hooks_t*, void* wanted, std::size_t size, std::size_t alignment,
                  bool* zero, bool* commit, unsigned arena) {
    constexpr std::size_t kPage = 4096;
    if (wanted == nullptr && size <= kMost && alignment <= kPage) {
        if (void* const taken = lasting.supply.take(size)) {
            *zero = *commit = true;
            return taken;
        }
    }
    void* const got = usual.alloc(&usual, wanted, size, alignment, zero, commit, arena);
#ifdef MADV_POPULATE_WRITE
    if (got != nullptr) ::madvise(got, std::min(size, kFront), MADV_POPULATE_WRITE);
#endif
    return got;
}

}  // namespace

void takeHeapInLargeSteps() {
    extent_hooks_t* theirs = nullptr;
    std::size_t size = sizeof(void*);
    if (::mallctl(kHookNames[0], &theirs, &size, nullptr, 0) != 0) return;
    if (theirs->alloc == allocExtent) return;
    usual = *theirs;
    static extent_hooks_t ours = usual;
    ours.alloc = allocExtent;
    // What is not used any more stays jemalloc's.
    ours.dalloc = nullptr;
    extent_hooks_t* hooks = &ours;
    for (const char* const name : kHookNames) {
        ::mallctl(name, nullptr, nullptr, &hooks, sizeof(void*));
    }
}

}  // namespace framescope::cli
#else
namespace framescope::cli {

void takeHeapInLargeSteps() {}

}  // namespace framescope::cli
#endif
