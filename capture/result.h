// What everything that touches the environment returns: a value, or an Error with one sentence that
// can be shown to a person as it stands. (std::expected comes with C++23.)
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace framescope {

/// Why something could not be done: one sentence, with the name of the file or device in it.
struct Error {
    std::string sentence;
};

/// A `T`, or the Error that says why there is none. Ask first: `if (!result) show(result.error())`.
template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_state.index() == 0; }

    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(value()); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

    /// Only when there is no value.
    const Error& error() const {
        assert(m_state.index() == 1);
        return *std::get_if<1>(&m_state);
    }

private:
    const T& value() const {
        assert(m_state.index() == 0);
        return *std::get_if<0>(&m_state);
    }
    T& value() {
        assert(m_state.index() == 0);
        return *std::get_if<0>(&m_state);
    }

    std::variant<T, Error> m_state;
};

}  // namespace framescope
