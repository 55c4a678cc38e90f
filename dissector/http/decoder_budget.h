// How many compressed bodies may be decoded at once. Each keeps some 40 KiB for every coding, which
// a capture of nothing but beginnings of such bodies would turn into gigabytes.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace framescope::http {

class DecoderBudget {
public:
    /// Codings that are undone at once, on all connections together.
    static constexpr std::size_t kMaxAtOnce = 4096;

    /// What a body takes of the budget, and gives back when it goes. May outlive the budget.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept
            : m_used(std::move(other.m_used)), m_count(std::exchange(other.m_count, 0)) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(m_used, other.m_used);
            std::swap(m_count, other.m_count);
            return *this;
        }
        ~Share() {
            if (m_used != nullptr) *m_used -= m_count;
        }
        explicit operator bool() const { return m_count != 0; }

    private:
        friend class DecoderBudget;
        Share(std::shared_ptr<std::size_t> used, std::size_t count)
            : m_used(std::move(used)), m_count(count) {
            *m_used += m_count;
        }
        std::shared_ptr<std::size_t> m_used;
        std::size_t m_count = 0;
    };

    /// A share for so many codings; false where the budget is used up.
    Share take(std::size_t codings) {
        if (*m_used + codings > kMaxAtOnce) return {};
        return {m_used, codings};
    }

private:
    std::shared_ptr<std::size_t> m_used = std::make_shared<std::size_t>(0);
};

}  // namespace framescope::http
