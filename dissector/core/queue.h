// A queue for the many places that mostly hold nothing, one thing or a few: it takes no memory
// before something is put into it, where std::deque takes two pieces for being made. What waits
// lies in one piece of memory.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace framescope {

/// `T` can be made without arguments, and moved.
template <typename T>
class Queue {
public:
    using value_type = T;
    using iterator = typename std::vector<T>::iterator;
    using const_iterator = typename std::vector<T>::const_iterator;

    bool empty() const { return m_first == m_items.size(); }
    std::size_t size() const { return m_items.size() - m_first; }
    T& front() { return m_items[m_first]; }
    const T& front() const { return m_items[m_first]; }
    T& back() { return m_items.back(); }
    const T& back() const { return m_items.back(); }
    const T& operator[](std::size_t i) const { return m_items[m_first + i]; }

    iterator begin() { return m_items.begin() + static_cast<std::ptrdiff_t>(m_first); }
    iterator end() { return m_items.end(); }
    const_iterator begin() const { return m_items.begin() + static_cast<std::ptrdiff_t>(m_first); }
    const_iterator end() const { return m_items.end(); }

    void push_back(T item) { m_items.push_back(std::move(item)); }
    template <typename... Arguments>
    void emplace_back(Arguments&&... arguments) {
        m_items.emplace_back(std::forward<Arguments>(arguments)...);
    }
    void pop_front() {
        m_items[m_first] = T();
        ++m_first;
        settle();
    }
    /// Takes out what `position` points at.
    void erase(const_iterator position) {
        m_items.erase(position);
        settle();
    }
    /// Takes out everything in front of `end`.
    void eraseUntil(const_iterator end) {
        m_items.erase(m_items.cbegin(), end);
        m_first = 0;
    }
    void clear() {
        m_items.clear();
        m_first = 0;
    }

private:
    /// Places of what was taken out at the front that are kept until they are used again.
    static constexpr std::size_t kMinGap = 16;

    /// What is behind the gap moves up when the gap is the greater part: each thing once at most on
    /// average.
    void settle() {
        if (empty()) {
            clear();
        } else if (m_first >= kMinGap && m_first >= m_items.size() / 2) {
            eraseUntil(begin());
        }
    }

    std::vector<T> m_items;
    std::size_t m_first = 0;  ///< those in front of it were taken out
};

}  // namespace framescope
