// What is known of one TCP connection, for the list of connections and for dissecting its rows.
#pragma once

#include <array>
#include <cstdint>

#include "dissector/ip/ip_address.h"
#include "dissector/layer/layer.h"
#include "dissector/record/record.h"

namespace framescope {

/// Where a connection stands. `Unfinished`: the capture ended before it did.
enum class ConnectionState : std::uint8_t { Open, Closed, Reset, Unfinished };
/// "open", "closed", "reset", "unfinished".
const char* connectionStateName(ConnectionState state);

struct ConnectionInfo {
    Endpoint client;
    Endpoint server;
    bool synSeen = false;  ///< false: joined mid-stream, who is client was inferred
    ConnectionState state = ConnectionState::Open;
    ConnectionFacts facts;
    bool hasTimes = false;  ///< of one of its packets at least; the times are those of such packets
    std::int64_t firstTimeNs = 0;
    std::int64_t lastTimeNs = 0;
    std::uint64_t packets = 0;
    std::array<std::uint64_t, 2> bytes{};  ///< payload bytes by Direction, gaps not counted
    /// Sequence number of stream offset 0 by Direction, and whether it is known.
    std::array<std::uint32_t, 2> initialSequence{};
    std::array<bool, 2> sequenceKnown{};
    // Counted as rows are made; the session adds what remarks say of them later:
    std::uint32_t rows = 0;
    Severity worst = Severity::None;
};

}  // namespace framescope
