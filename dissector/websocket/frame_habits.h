// What is known of the frames of one direction, for telling real headers from chance.
#pragma once

#include "dissector/websocket/frame.h"

namespace framescope::websocket {

struct FrameHabits {
    bool masked = false;   ///< frames of this direction are masked
    bool deflate = false;  ///< messages may be compressed: RSV1 may be set
};

/// Longest payload a header found by searching may announce.
inline constexpr std::uint64_t kMaxPlausiblePayload = 1ULL << 30;

/// Whether a peer that keeps to RFC 6455 could have sent this header.
bool isPlausible(const FrameHeader& header, const FrameHabits& habits);

/// What is wrong with a header that is not plausible, one bit for each kind; 0 where it is.
std::uint8_t faultsOf(const FrameHeader& header, const FrameHabits& habits);
/// One of them: no payload is as long as that.
inline constexpr std::uint8_t kFaultTooLong = 0x80;

}  // namespace framescope::websocket
