// Bytes that somebody is about to fill: unlike others they are not set to zero before, which for
// the blocks of a file takes as long as a good part of reading them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace framescope {

template <typename T>
struct UnsetAllocator : std::allocator<T> {
    template <typename U>
    struct rebind {
        using other = UnsetAllocator<U>;
    };
    UnsetAllocator() = default;
    template <typename U>
    UnsetAllocator(const UnsetAllocator<U>&) {}
    /// Of what is made without a value: nothing.
    template <typename U>
    void construct(U* place) noexcept {
        ::new (static_cast<void*>(place)) U;
    }
};

using UnsetBytes = std::vector<std::uint8_t, UnsetAllocator<std::uint8_t>>;

}  // namespace framescope
