// Reading a capture and looking at its rows, and what memory that took. To be included by one file
// of a program only, as counted_memory.h is.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "tests/support/counted_memory.h"
#include "tests/support/memory_capture.h"

namespace framescope::test {

enum class Looking { AtOnce, Later };

struct MeasuredReading {
    std::unique_ptr<Session> session;  ///< null if it is no capture
    std::string wrong;                 ///< what is wrong with its rows, see wrongChoice()
    std::size_t reading = 0;           ///< the most bytes that were allocated while it was read
    std::size_t dissecting = 0;        ///< and while rows were taken apart, one after the other

    explicit MeasuredReading(const MemoryCapture& capture,
                             const std::function<void(const Batch&)>& seeBatch = {},
                             Looking looking = Looking::AtOnce) {
        const MemoryPeak whileReading;
        session = capture.read(seeBatch);
        reading = whileReading.bytes();
        if (session && looking == Looking::AtOnce) look();
    }
    /// Takes some of its rows apart.
    void look() {
        const MemoryPeak whileLooking;
        wrong = wrongChoice(*session);
        dissecting = whileLooking.bytes();
    }

    /// Whether it took not much more than the clean capture did. While it is read, a head or frame
    /// that claims more than there is may hold back what follows, so small captures get some room.
    /// A row that claims gigabytes is shown with a byte source of 64 MiB at the most, and with a
    /// second one where it is unmasked or inflated; while one grows, there are two of it.
    bool boundedBy(const MeasuredReading& clean) const {
        return reading <= 3 * clean.reading + (1U << 20) &&
               dissecting <= 3 * clean.dissecting + 4 * (std::size_t{64} << 20);
    }
    std::string memory() const {
        return std::to_string(reading / 1024) + " kB while reading, " +
               std::to_string(dissecting / 1024) + " kB while rows were taken apart";
    }
};

/// The most of several.
struct MostMemory {
    std::size_t reading = 0;
    std::size_t dissecting = 0;

    void add(const MeasuredReading& one) {
        reading = std::max(reading, one.reading);
        dissecting = std::max(dissecting, one.dissecting);
    }
};

}  // namespace framescope::test
