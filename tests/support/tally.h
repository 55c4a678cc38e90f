// How much was found of what no lost packet touches.
#pragma once

#include <cstdint>

#include <QtGlobal>

namespace framescope::test {

struct Tally {
    std::uint64_t untouched = 0;
    std::uint64_t found = 0;

    /// From 0 to 1; 1 where there was nothing to find.
    double share() const {
        return untouched == 0 ? 1.0 : static_cast<double>(found) / static_cast<double>(untouched);
    }
    /// `units`: what was counted, "frames".
    void print(const char* what, const char* units) const {
        qInfo("%s: %llu of %llu %s found, %.3f %%", what, static_cast<unsigned long long>(found),
              static_cast<unsigned long long>(untouched), units, 100 * share());
    }
};

}  // namespace framescope::test
