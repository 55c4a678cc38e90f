// Memory for what is made and given up again and again, a few at a time, and is too large for the
// quick ways of the general allocator: the layers of a connection, above all. What was given back
// last is still in the processor's cache and is taken first.
#pragma once

#include <cstddef>

namespace framescope {

/// A base of such things. From any thread, given back by any other.
class Recycled {
public:
    static void* operator new(std::size_t size);
    static void operator delete(void* memory, std::size_t size) noexcept;

protected:
    Recycled() = default;
    Recycled(const Recycled&) = default;
    Recycled& operator=(const Recycled&) = default;
    ~Recycled() = default;
};

}  // namespace framescope
