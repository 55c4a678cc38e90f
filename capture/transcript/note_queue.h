// What was noted and is not written yet: filled by whoever has connections, emptied by the thread
// that writes. Bounded: whoever is faster than the disk waits.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "capture/transcript/transcript.h"

namespace framescope::transcript {

/// One thing that happened on a connection.
struct Note {
    enum class Kind : std::uint8_t { Open, Passed, Fin, Reset, Closed };
    Kind kind = Kind::Open;
    Direction direction = Direction::ClientToServer;
    bool decrypted = false;  ///< Open
    Transcript::Connection connection = 0;
    std::int64_t timeNs = 0;  ///< never before that of the note in front
    std::size_t length = 0;   ///< Passed: of its bytes
    Endpoint client = {};     ///< Open
    Endpoint server = {};
};

/// Notes in their order; the bytes of all of them lie one behind the other.
struct Notes {
    std::vector<Note> notes;
    Bytes bytes;
};

class NoteQueue {
public:
    /// Bytes that wait at the most; a single note may be greater.
    static constexpr std::size_t kMaxBytes = 64U << 20;
    /// Notes that wait at the most, for those that have no bytes.
    static constexpr std::size_t kMaxNotes = 1U << 20;

    /// Appends, with the time of day; waits while the queue is full. Forgets it when closed.
    void append(Note note, ByteView bytes);
    /// Moves all that waits into `notes`, whose old content is dropped; waits until there is
    /// something. False when the queue is closed and empty.
    bool take(Notes& notes);
    /// Everything that take() gave before stands in the file.
    void written();
    /// Nothing is appended any more.
    void close();
    /// Nothing is written any more either; whoever waits goes on.
    void abandon();
    /// Waits until everything that was appended is written, or the queue is abandoned.
    void flush();

private:
    bool full() const { return m_waitingBytes >= kMaxBytes || m_waiting.notes.size() >= kMaxNotes; }

    std::mutex m_mutex;
    std::condition_variable m_appended;
    std::condition_variable m_changed;  ///< written, closed or abandoned
    Notes m_waiting;
    std::size_t m_waitingBytes = 0;  ///< with those that are being written
    std::uint64_t m_appendedCount = 0;
    std::uint64_t m_takenCount = 0;
    std::uint64_t m_writtenCount = 0;
    std::int64_t m_lastTimeNs = 0;
    bool m_closed = false;
    bool m_abandoned = false;
};

}  // namespace framescope::transcript
