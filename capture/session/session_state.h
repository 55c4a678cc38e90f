// What a session keeps; shared by the files that implement it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/session/chunked_vector.h"
#include "capture/session/inflate_cache.h"
#include "capture/session/later_version.h"
#include "capture/session/number_block.h"
#include "capture/session/packed_values.h"
#include "capture/session/row_store.h"
#include "capture/session/row_table.h"
#include "capture/session/session.h"
#include "capture/session/stored_datagram.h"
#include "capture/session/stream_map.h"
#include "dissector/payload/payload_rules.h"

namespace framescope {

struct LinkFrom {
    RecordId operator()(const RowLink& link) const { return link.from; }
};
struct LinkTo {
    RecordId operator()(const RowLink& link) const { return link.to; }
};
struct LaterVersionRow {
    RecordId operator()(const LaterVersion& version) const { return version.row; }
};

struct Session::State {
    std::shared_ptr<const CaptureFile> file;
    CaptureLayout layout;
    /// The names in the layout by their address, as their positions there.
    std::map<IpAddress, std::vector<std::uint32_t>> hostNames;
    RowStore records;
    PackedValues<NumberBlock<std::uint64_t>> packetOffsets;
    std::vector<IndexMemory> memory;  ///< what their blocks and those of the streams lie in
    ChunkedVector<ConnectionInfo> connections;
    ChunkedVector<std::array<StreamMap, 2>> streams;
    /// Checkpoints by Direction, ascending.
    std::unordered_map<ConnectionId, std::array<std::vector<Checkpoint>, 2>> checkpoints;
    RowTable<RowLink, LinkFrom> linksFrom;
    RowTable<RowLink, LinkTo> linksTo;
    /// By the packet that rows name.
    std::unordered_map<PacketNumber, StoredDatagram> datagrams;
    RowTable<LaterVersion, LaterVersionRow> laterVersions;
    std::vector<engineio::SessionInfo> engineSessions;
    std::vector<std::string> names{""};
    Statistics statistics;
    std::vector<http::PollSummary> polls;
    std::vector<std::string> notices;
    DecodeLimits limits;  ///< under which the capture was read
    PayloadRules payloadRules;
    bool verifyChecksums = false;
    bool complete = false;
    bool damaged = false;
    /// Held outside of the containers above: extents, checkpoints, long names. Counted as they
    /// come, so that nobody has to go over all connections for it.
    std::size_t scatteredBytes = 0;
    /// Where inflating may go on for the next row; no part of what is kept.
    mutable InflateCache inflateCache;

    /// Gets memory for what the ingest will find next, beside it.
    void prepareAhead() {
        if (!memory.empty()) memory.back()->prepareAhead();
    }
    const StreamMap& stream(const Record& record) const {
        static const StreamMap none;
        if (record.connection == kNoConnection) return none;
        return streams[record.connection][indexOf(record.direction)];
    }
    /// Of a row without a connection an empty one, as everybody asks for it.
    const ConnectionInfo& connection(ConnectionId id) const {
        static const ConnectionInfo none;
        return id == kNoConnection ? none : connections[id];
    }
};

}  // namespace framescope
