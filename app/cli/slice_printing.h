// Makes the text of rows on two threads at once: rows are cut into short slices, each thread takes
// the next one, and the slices are written in their order. What waits to be written is bounded.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/row_printer.h"
#include "capture/file/read_ahead.h"
#include "capture/session/plain_values.h"
#include "capture/session/session.h"

namespace framescope::cli {

class SlicePrinting {
public:
    /// Fewer rows than this are quicker printed by one thread.
    static constexpr RecordId kWorthwhile = 256;

    /// All three must outlive it.
    SlicePrinting(const Options& options, const Session& session, Output& output);
    ~SlicePrinting();
    SlicePrinting(const SlicePrinting&) = delete;
    SlicePrinting& operator=(const SlicePrinting&) = delete;

    /// Prints those of the rows from `begin` to before `end` that match, as far as they can be
    /// written. The session must stay as it is meanwhile, and is not used when this returns.
    void print(RecordId begin, RecordId end);

private:
    static constexpr RecordId kSliceRows = 64;
    /// Slices that are begun or wait to be written.
    static constexpr std::size_t kAhead = 16;
    /// Where a slice has become so long, whoever writes it prints its other rows.
    static constexpr std::size_t kSliceBytes = std::size_t{1} << 20;

    /// What a thread needs of its own.
    struct Hand {
        PlainValues values;
        std::unique_ptr<RowPrinter> printer;
        ReadAhead ahead;
    };
    struct Slice {
        RecordId next = 0;  ///< the first row that is not in the text
        RecordId end = 0;
        std::string text;
        bool done = false;
    };

    Hand hand() const;
    void run();
    bool mayTake() const { return m_taken < m_count && m_taken - m_written < kAhead; }
    /// Takes the next slice and fills it, with the lock open meanwhile.
    void fillNext(std::unique_lock<std::mutex>& lock, Hand& hand);
    void fill(Slice& slice, Hand& hand, std::size_t most) const;
    void write(Slice& slice);

    const Options& m_options;
    const Session& m_session;
    Output& m_output;
    Hand m_own;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    RecordId m_begin = 0;
    RecordId m_end = 0;
    std::size_t m_count = 0;  ///< slices of the rows in hand
    std::size_t m_taken = 0;
    std::size_t m_written = 0;
    std::array<Slice, kAhead> m_slices;  ///< slices m_written and behind it, in turn
    bool m_helping = false;              ///< the other thread has a slice
    bool m_stop = false;
    std::thread m_helper;
};

}  // namespace framescope::cli
