// Two large values, one for each direction, in pieces of memory of their own. The allocator keeps
// pieces of up to 1 KiB at hand; for one that is larger it puts together and parts what lies free
// each time, which costs a short connection as much as a row or two.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace framescope {

template <typename T>
class TwoApart {
public:
    TwoApart() : m_values{std::make_unique<T>(), std::make_unique<T>()} {}

    T& operator[](std::size_t i) { return *m_values[i]; }
    const T& operator[](std::size_t i) const { return *m_values[i]; }
    /// Each takes the place of the other.
    void swap() { m_values[0].swap(m_values[1]); }

private:
    std::array<std::unique_ptr<T>, 2> m_values;
};

}  // namespace framescope
