// What the ingest found since the batch before: the only thing that travels from the worker to the
// owner of the session. Everything in it is appended or, for connections, replaces what was known.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capture/file/capture_layout.h"
#include "capture/session/connection_info.h"
#include "capture/session/later_version.h"
#include "capture/session/statistics.h"
#include "capture/session/stored_datagram.h"
#include "capture/session/stream_map.h"
#include "dissector/engineio/session_info.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/record/record.h"

namespace framescope {

struct Batch {
    struct ExtentEntry {
        ConnectionId connection = 0;
        Direction direction = Direction::ClientToServer;
        Extent extent;
    };

    std::vector<Record> records;
    std::vector<std::uint64_t> packetOffsets;  ///< place of each packet's record in the file
    std::vector<ExtentEntry> extents;
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
