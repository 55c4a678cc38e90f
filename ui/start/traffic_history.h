// Packets per second of each interface over the last minute, from counters that only grow.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <QtGlobal>

#include "capture/live/interfaces.h"

namespace framescope {

class TrafficHistory {
public:
    /// Rates that are kept of an interface: a minute, taken twice a second.
    static constexpr std::size_t kKept = 120;

    /// Takes in the counters as they are at `milliseconds` of some clock. Interfaces that are no
    /// longer among them are forgotten.
    void add(const std::vector<live::Traffic>& counters, qint64 milliseconds);

    /// Packets per second, the latest last; empty if nothing is known of the interface.
    const std::vector<float>& rates(const std::string& interface) const;
    /// Over the last two seconds, so that it can be read.
    double rate(const std::string& interface) const;

private:
    struct Series {
        quint64 packets = 0;
        qint64 takenAt = 0;
        std::vector<float> rates;
    };
    std::map<std::string, Series> m_series;
};

}  // namespace framescope
