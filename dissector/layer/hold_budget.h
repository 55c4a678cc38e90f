// How much all connections together may hold while it is not known yet what they speak: a capture
// of nothing but beginnings would fill the memory otherwise.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace framescope {

class HoldBudget {
public:
    static constexpr std::size_t kMaxBytes = 64U << 20;

    /// What one connection holds; given back when it goes. May outlive the budget.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept
            : m_used(std::move(other.m_used)), m_bytes(std::exchange(other.m_bytes, 0)) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(m_used, other.m_used);
            std::swap(m_bytes, other.m_bytes);
            return *this;
        }
        ~Share() {
            if (m_used != nullptr) *m_used -= m_bytes;
        }
        /// So many bytes are held now; false where the budget is used up.
        bool set(std::size_t bytes, const HoldBudget& budget) {
            m_used = budget.m_used;
            *m_used = *m_used - m_bytes + bytes;
            m_bytes = bytes;
            return *m_used <= kMaxBytes;
        }

    private:
        std::shared_ptr<std::size_t> m_used;
        std::size_t m_bytes = 0;
    };

private:
    std::shared_ptr<std::size_t> m_used = std::make_shared<std::size_t>(0);
};

}  // namespace framescope
