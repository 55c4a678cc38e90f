#include "dissector/core/recycled.h"

#include <array>
#include <cstdint>
#include <new>

namespace framescope {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// What is used after it was given back is to be found.
constexpr std::size_t kMaxSize = 0;
#else
constexpr std::size_t kMaxSize = 2048;
#endif
/// What is smaller the general allocator keeps itself.
constexpr std::size_t kMinSize = 128;
/// What differs less in size takes each other's place.
constexpr std::size_t kStep = 64;
/// Of one size; what is given back beyond them is not kept.
constexpr std::uint8_t kMostKept = 16;

/// Of one thread.
class Shelves {
public:
    ~Shelves() {
        for (Shelf& shelf : m_shelves) {
            while (void* const memory = shelf.take()) ::operator delete(memory);
            // What outlives the thread's own things is not kept.
            shelf.kept = kMostKept;
        }
    }

    void* take(std::size_t size) { return shelfOf(size).take(); }
    /// False if there is no room.
    bool put(void* memory, std::size_t size) noexcept { return shelfOf(size).put(memory); }

    static std::size_t sizeFor(std::size_t size) { return (size + kStep - 1) / kStep * kStep; }

private:
    struct Piece {
        Piece* next;
    };
    struct Shelf {
        Piece* first = nullptr;
        std::uint8_t kept = 0;

        void* take() {
            Piece* const piece = first;
            if (piece == nullptr) return nullptr;
            first = piece->next;
            --kept;
            return piece;
        }
        bool put(void* memory) noexcept {
            if (kept == kMostKept) return false;
            ++kept;
            first = ::new (memory) Piece{first};
            return true;
        }
    };

    Shelf& shelfOf(std::size_t size) { return m_shelves[(size + kStep - 1) / kStep]; }

    std::array<Shelf, kMaxSize / kStep + 1> m_shelves{};
};

thread_local Shelves shelves;

}  // namespace

void* Recycled::operator new(std::size_t size) {
    if (size < kMinSize || size > kMaxSize) return ::operator new(size);
    void* const memory = shelves.take(size);
    return memory != nullptr ? memory : ::operator new(Shelves::sizeFor(size));
}

void Recycled::operator delete(void* memory, std::size_t size) noexcept {
    if (memory == nullptr) return;
    const bool kept = size >= kMinSize && size <= kMaxSize && shelves.put(memory, size);
    if (!kept) ::operator delete(memory);
}

}  // namespace framescope
