#include "dissector/habits/asked_values.h"

#include <algorithm>

namespace framescope::habits {

std::size_t AskedValues::placeOf(std::uint64_t value) const {
    std::size_t place = 0;
    while (place < m_added && m_values[place] != value) ++place;
    return place < m_added ? place : kFew;
}

bool AskedValues::contains(std::uint64_t value) const {
    if (m_many == nullptr) return placeOf(value) != kFew;
    return m_many->marks[value >> 55] != 0 &&
           std::ranges::find(m_many->values, value) != m_many->values.end();
}

void AskedValues::add(std::uint64_t value, const PendingRow& row) {
    if (m_many == nullptr && m_added < kFew) {
        m_values[m_added] = value;
        m_rows[m_added] = row;
        m_waits[m_added++] = true;
        return;
    }
    if (m_many == nullptr) becomeMany();
    std::uint64_t& place = m_many->values[m_added % m_many->values.size()];
    if (m_added++ >= m_many->values.size()) --m_many->markOf(place);
    place = value;
    ++m_many->markOf(value);
    m_many->waiting.add(value, row);
}

void AskedValues::becomeMany() {
    m_many = std::make_unique<Many>();
    std::ranges::copy(m_values, m_many->values.begin());
    for (std::size_t i = 0; i < kFew; ++i) {
        ++m_many->markOf(m_values[i]);
        m_many->waiting.add(m_values[i], m_rows[i]);
    }
    for (std::size_t i = 0; i < kFew; ++i) {
        if (!m_waits[i]) m_many->waiting.take(m_values[i]);
    }
}

std::optional<PendingRow> AskedValues::take(std::uint64_t value) {
    if (m_many != nullptr) return m_many->waiting.take(value);
    const std::size_t place = placeOf(value);
    if (place == kFew || !m_waits[place]) return std::nullopt;
    m_waits[place] = false;
    return m_rows[place];
}

void AskedValues::stopWaiting() {
    m_waits.fill(false);
    if (m_many != nullptr) m_many->waiting.clear();
}

}  // namespace framescope::habits
