#include "capture/transcript/note_queue.h"

#include <algorithm>

#include "capture/live/wall_clock.h"

namespace framescope::transcript {
namespace {

/// A rush does not cost its memory for ever.
constexpr std::size_t kKeptCapacity = 4U << 20;

}  // namespace

void NoteQueue::append(Note note, ByteView bytes) {
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_closed || !full(); });
        if (m_closed) return;
        // The wall clock may be set back; the order of packets is that of what happened.
        m_lastTimeNs = std::max(m_lastTimeNs, live::wallClockNs());
        note.timeNs = m_lastTimeNs;
        note.length = bytes.size();
        m_waiting.notes.push_back(note);
        m_waiting.bytes.insert(m_waiting.bytes.end(), bytes.begin(), bytes.end());
        m_waitingBytes += bytes.size();
        ++m_appendedCount;
    }
    m_appended.notify_one();
}

bool NoteQueue::take(Notes& notes) {
    notes.notes.clear();
    notes.bytes.clear();
    if (notes.bytes.capacity() > kKeptCapacity) notes = {};
    std::unique_lock lock(m_mutex);
    m_appended.wait(lock, [&] { return m_closed || !m_waiting.notes.empty(); });
    std::swap(notes, m_waiting);
    m_takenCount = m_appendedCount;
    return !notes.notes.empty();
}

void NoteQueue::written() {
    {
        const std::lock_guard lock(m_mutex);
        m_writtenCount = m_takenCount;
        m_waitingBytes = m_waiting.bytes.size();
    }
    m_changed.notify_all();
}

void NoteQueue::close() {
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
    }
    m_appended.notify_all();
    m_changed.notify_all();
}

void NoteQueue::abandon() {
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_abandoned = true;
    }
    m_appended.notify_all();
    m_changed.notify_all();
}

void NoteQueue::flush() {
    std::unique_lock lock(m_mutex);
    const std::uint64_t wanted = m_appendedCount;
    m_changed.wait(lock, [&] { return m_abandoned || m_writtenCount >= wanted; });
}

}  // namespace framescope::transcript
