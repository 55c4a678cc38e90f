#include "app/cli/slice_printing.h"

#include <algorithm>

#include "capture/session/session_row.h"

namespace framescope::cli {

SlicePrinting::SlicePrinting(const Options& options, const Session& session, Output& output)
    : m_options(options), m_session(session), m_output(output), m_own(hand()) {
    m_helper = std::thread([this] { run(); });
}

SlicePrinting::~SlicePrinting() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    m_helper.join();
}

SlicePrinting::Hand SlicePrinting::hand() const {
    return {PlainValues(m_session), makeRowPrinter(m_options, false), {}};
}

void SlicePrinting::print(RecordId begin, RecordId end) {
    std::unique_lock lock(m_mutex);
    m_begin = begin;
    m_end = end;
    m_count = (std::size_t{end} - begin + kSliceRows - 1) / kSliceRows;
    m_taken = 0;
    m_written = 0;
    m_changed.notify_all();
    while (m_written < m_count) {
        Slice& first = m_slices[m_written % kAhead];
        if (m_written < m_taken && first.done) {
            lock.unlock();
            write(first);
            lock.lock();
            ++m_written;
            // Nothing more is wanted of what nobody reads.
            if (m_output.failed()) m_count = m_taken = m_written;
            m_changed.notify_all();
        } else if (mayTake()) {
            fillNext(lock, m_own);
        } else {
            m_changed.wait(lock);
        }
    }
    m_changed.wait(lock, [this] { return !m_helping; });
}

void SlicePrinting::run() {
    Hand own = hand();
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_stop || mayTake(); });
        if (m_stop) return;
        m_helping = true;
        fillNext(lock, own);
        m_helping = false;
        m_changed.notify_all();
    }
}

void SlicePrinting::fillNext(std::unique_lock<std::mutex>& lock, Hand& hand) {
    const std::size_t number = m_taken++;
    Slice& slice = m_slices[number % kAhead];
    slice.next = m_begin + static_cast<RecordId>(number) * kSliceRows;
    slice.end = std::min(m_end - slice.next, kSliceRows) + slice.next;
    slice.done = false;
    lock.unlock();
    fill(slice, hand, kSliceBytes);
    lock.lock();
    slice.done = true;
}

void SlicePrinting::fill(Slice& slice, Hand& hand, std::size_t most) const {
    slice.text.clear();
    const ReadAhead::Use ahead(hand.ahead);
    for (; slice.next < slice.end && slice.text.size() < most; ++slice.next) {
        SessionRow row(m_session, slice.next, &hand.values, hand.printer->texts());
        if (m_options.filter.matches(row)) hand.printer->print(row, slice.text);
    }
}

void SlicePrinting::write(Slice& slice) {
    m_output.write(slice.text);
    while (slice.next < slice.end && !m_output.failed()) {
        fill(slice, m_own, 1);
        m_output.write(slice.text);
    }
    // One long row shall not cost its memory until the end.
    if (slice.text.capacity() > 2 * kSliceBytes) slice.text = {};
}

}  // namespace framescope::cli
