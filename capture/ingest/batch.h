// What the ingest found since the batch before: the only thing that travels from the worker to the
// owner of the session. Everything in it is appended or, for connections, replaces what was known.
// Of records, places of packets and extents it brings no copies: they stay where they were written.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capture/file/capture_layout.h"
#include "capture/session/connection_info.h"
#include "capture/session/growing_values.h"
#include "capture/session/later_version.h"
#include "capture/session/statistics.h"
#include "capture/session/stored_datagram.h"
#include "capture/session/stream_map.h"
#include "dissector/engineio/session_info.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/record/record.h"

namespace framescope {

struct Batch {
    /// A piece of memory for extents of a stream, as ExtentWriter has got it.
    struct ExtentPiece {
        ConnectionId connection = 0;
        Direction direction = Direction::ClientToServer;
        const Extent* extents = nullptr;
    };
    /// How many extents the two streams of a connection have by now, by Direction.
    struct ExtentCounts {
        ConnectionId connection = 0;
        std::array<std::uint32_t, 2> counts{};
    };

    FreshValues<Record> records;
    FreshValues<std::uint64_t> packetOffsets;  ///< place of each packet's record in the file
    std::vector<ExtentMemory> extentMemory;    ///< what the pieces lie in
    std::vector<ExtentPiece> extentPieces;     ///< new ones
    std::vector<ExtentCounts> extentCounts;    ///< of connections that have more than before
    struct CheckpointEntry {
        ConnectionId connection = 0;
        Direction direction = Direction::ClientToServer;
        Checkpoint checkpoint;
    };

    std::vector<StoredDatagram> datagrams;    ///< those with rows, by ascending packet or nearly so
    std::vector<LaterVersion> laterVersions;  ///< of rows in this batch
    std::vector<RowLink> links;
    std::vector<RowRemark> remarks;  ///< of rows in this batch or before it
    std::vector<CheckpointEntry> checkpoints;
    std::vector<std::string> names;  ///< their ids follow those of the batch before
    std::vector<std::pair<ConnectionId, ConnectionInfo>> connections;  ///< new or changed
    std::vector<std::pair<engineio::SessionId, engineio::SessionInfo>>
        engineSessions;                                              ///< likewise
    std::vector<std::pair<std::uint32_t, http::PollSummary>> polls;  ///< new or changed
    CaptureLayout layout;
    std::vector<std::string> notices;
    DecodeLimits limits;       ///< under which it was read
    Statistics statistics;     ///< of the whole capture so far
    bool beginsAgain = false;  ///< forget all batches before this one; IngestOptions::mayBeginAgain
    bool last = false;         ///< nothing comes behind this batch
    bool damaged = false;      ///< reading stopped at a damaged place
    bool cancelled = false;    ///< reading stopped because it was asked to
};

}  // namespace framescope
