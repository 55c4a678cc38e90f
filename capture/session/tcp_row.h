// Rows that TCP itself makes of a stream: missing bytes, bytes that came in two versions, and those
// that have no place in it.
#pragma once

#include <string>

#include "capture/session/session_state.h"

namespace framescope {

/// Both versions of the bytes of a TcpConflict row, as far as they can be read again.
struct ConflictingBytes {
    Bytes first;  ///< those that count
    Bytes later;
    PacketNumber firstPacket = 0;  ///< that carried the first of them; 0: not known
};
ConflictingBytes conflictingBytes(const Session::State& state, RecordId row, std::uint64_t limit);

/// The bytes of a row that stands beside its stream (Record::isBesideStream), at most `limit`;
/// fewer where they cannot be read again.
Bytes bytesBesideStream(const Session::State& state, RecordId row, std::uint64_t limit);

/// The info line of a TcpGap row, and of a TcpConflict row.
std::string gapText(const Record& record);
std::string conflictText(const Session::State& state, RecordId row);

}  // namespace framescope
