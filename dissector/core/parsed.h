// What every parser returns: a value and how many bytes it took, or how many bytes it wants to see
// before it can go on. A parser accepts every bit pattern, so there is no third outcome.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>

namespace framescope {

template <typename T>
class Parsed {
public:
    /// A complete value that took `consumed` bytes from the front of the input.
    static Parsed complete(T value, std::size_t consumed) {
        return Parsed(std::move(value), consumed);
    }
    /// Not enough input; parsing cannot succeed with fewer than `total` bytes from the same start.
    static Parsed needs(std::size_t total) { return Parsed(total); }

    explicit operator bool() const { return m_value.has_value(); }
    const T& operator*() const { return *m_value; }
    T& operator*() { return *m_value; }
    const T* operator->() const { return &*m_value; }
    T* operator->() { return &*m_value; }

    /// Bytes taken from the input. Only for a complete value.
    std::size_t consumed() const {
        assert(m_value);
        return m_count;
    }
    /// Bytes needed, counted from the start of the input. Only for an incomplete one.
    std::size_t needed() const {
        assert(!m_value);
        return m_count;
    }

private:
    Parsed(T value, std::size_t consumed) : m_value(std::move(value)), m_count(consumed) {}
    explicit Parsed(std::size_t needed) : m_count(needed) {}

    std::optional<T> m_value;
    std::size_t m_count;
};

}  // namespace framescope
