#include "ui/start/traffic_history.h"

#include <algorithm>
#include <numeric>

namespace framescope {

void TrafficHistory::add(const std::vector<live::Traffic>& counters, qint64 milliseconds) {
    std::map<std::string, Series> now;
    for (const live::Traffic& counter : counters) {
        const auto before = m_series.find(counter.interface);
        if (before == m_series.end()) {
            now[counter.interface] = {counter.packets, milliseconds, {}};
            continue;
        }
        Series series = std::move(before->second);
        const qint64 passed = milliseconds - series.takenAt;
        if (passed > 0) {
            // Counters begin anew when an interface is made again.
            const quint64 packets =
                counter.packets >= series.packets ? counter.packets - series.packets : 0;
            const double rate = static_cast<double>(packets) * 1000 / static_cast<double>(passed);
            if (series.rates.size() == kKept) series.rates.erase(series.rates.begin());
            series.rates.push_back(static_cast<float>(rate));
            series.packets = counter.packets;
            series.takenAt = milliseconds;
        }
        now[counter.interface] = std::move(series);
    }
    m_series = std::move(now);
}

const std::vector<float>& TrafficHistory::rates(const std::string& interface) const {
    static const std::vector<float> none;
    const auto found = m_series.find(interface);
    return found != m_series.end() ? found->second.rates : none;
}

double TrafficHistory::rate(const std::string& interface) const {
    constexpr std::size_t kSteps = 4;
    const std::vector<float>& all = rates(interface);
    if (all.empty()) return 0;
    const std::size_t steps = std::min(kSteps, all.size());
    return std::accumulate(all.end() - static_cast<std::ptrdiff_t>(steps), all.end(), 0.0) /
           static_cast<double>(steps);
}

}  // namespace framescope
