// What the ingest found since the batch before: the only thing that travels from the worker to the
// owner of the session. Everything in it is appended or, for connections, replaces what was known.
// Records, places of packets and extents are packed where they stay, but for the newest of each.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capture/file/capture_layout.h"
#include "capture/session/connection_info.h"
#include "capture/session/later_version.h"
#include "capture/session/number_block.h"
#include "capture/session/packed_values.h"
#include "capture/session/row_block.h"
#include "capture/session/statistics.h"
#include "capture/session/stored_datagram.h"
#include "capture/session/stream_map.h"
#include "dissector/engineio/session_info.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/record/record.h"

namespace framescope {

struct Batch {
    /// The places of what came on one direction of a connection.
    struct StreamExtents {
        ConnectionId connection = 0;
        Direction direction = Direction::ClientToServer;
        FreshValues<ExtentBlock> extents;
    };

    FreshValues<RowBlock> records;
    FreshValues<NumberBlock<std::uint64_t>>
        packetOffsets;                   ///< place of each packet's record in the file
    std::vector<StreamExtents> extents;  ///< of directions that have more than before
    std::vector<IndexMemory> memory;     ///< what their blocks lie in
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
