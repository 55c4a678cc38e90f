// Rows that TCP itself makes of a stream: missing bytes, and bytes that came in two versions.
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

/// The info line of a TcpGap row, and of a TcpConflict row.
std::string gapText(const Record& record);
std::string conflictText(const Session::State& state, RecordId row);

}  // namespace framescope
