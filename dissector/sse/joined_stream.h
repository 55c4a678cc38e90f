// Whether a connection that was joined mid-stream carries an event stream, of which the head was
// sent before the capture began. It is told by its lines: every line from the first byte on must be
// one that an event stream has, and at least two events with data must have ended. Plain text of
// other kinds has lines without such a name in front; in a chunked body the chunks must fit too.
// A capture may begin within an event, or within a chunk: what stands in front of the first blank
// line is left out then, and the same is asked of all that comes behind it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dissector/core/bytes.h"

namespace framescope::sse {

enum class JoinedStream : std::uint8_t {
    No,
    NeedsMore,  ///< all fits so far, and there are not enough events yet
    Plain,      ///< the events stand in the stream as they are
    Chunked,    ///< in chunks (RFC 9112 section 7.1)
};

/// Events that must have ended.
inline constexpr int kJoinedEventsNeeded = 2;

/// Judges all that the server has sent since the capture began, or behind a hole. Linear.
JoinedStream judgeJoinedStream(ByteView bytes, int eventsNeeded = kJoinedEventsNeeded);

struct JoinedPlace {
    JoinedStream kind = JoinedStream::No;
    std::size_t start = 0;    ///< where the first event, or the first chunk, begins
    std::uint64_t chunk = 0;  ///< bytes from there on of a chunk whose size line was not captured
};
/// The same where the first byte may stand within an event: finds where events begin.
JoinedPlace findJoinedStream(ByteView bytes, int eventsNeeded = kJoinedEventsNeeded);
/// Whether bytes may begin such a stream, for not holding what cannot be one.
bool mayBeginJoinedStream(ByteView bytes);
/// The same where they may begin within an event: a line with data stands in them.
bool mayContainEvents(ByteView bytes);
/// Whether bytes begin with the size line of a chunk.
bool beginsChunk(ByteView bytes);

}  // namespace framescope::sse
