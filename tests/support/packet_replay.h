// The packets of a capture, in memory, to be read again with some of them missing, cut or in
// another order; and what was read of it, named so that it can be compared with the whole: a frame
// is told by its sender and the sequence number of its first byte, which stay the same wherever a
// capture begins.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/ingestor.h"
#include "dissector/packet/packet.h"

namespace framescope::test {

struct ReplayPacket {
    CapturedPacket packet;
    Bytes bytes;
    DecodedPacket decoded;

    bool carriesData() const {
        return decoded.kind == PacketKind::Tcp && decoded.payloadCaptured != 0;
    }
    std::string sender() const {
        return endpointText(decoded.source) + ">" + endpointText(decoded.destination);
    }
    static std::string endpointText(const Endpoint& end) {
        return std::string(reinterpret_cast<const char*>(end.address.bytes.data()),
                           end.address.bytes.size()) +
               ":" + std::to_string(end.port);
    }
};

/// All packets of a file; none if it cannot be opened.
inline std::vector<ReplayPacket> packetsOf(const std::string& path) {
    std::vector<ReplayPacket> packets;
    const auto file = CaptureFile::open(path);
    if (!file) return packets;
    CaptureReader reader(*file);
    CapturedPacket packet;
    while (reader.next(packet) == ReadStep::Packet) {
        ReplayPacket kept;
        kept.bytes.assign(packet.data.begin(), packet.data.end());
        kept.packet = packet;
        kept.decoded = decodePacket(packet.linkType, kept.bytes, packet.originalLength);
        packets.push_back(std::move(kept));
    }
    return packets;
}

/// Sender, sequence number of the first byte.
using UnitKey = std::pair<std::string, std::uint32_t>;

struct ReadCapture {
    std::vector<Record> records;
    std::vector<ConnectionInfo> connections;
    std::map<UnitKey, Record> units;  ///< frames, heads and units of the asked kind

    UnitKey keyOf(const Record& record) const {
        const ConnectionInfo& info = connections[record.connection];
        const bool fromClient = record.direction == Direction::ClientToServer;
        return {ReplayPacket::endpointText(fromClient ? info.client : info.server) + ">" +
                    ReplayPacket::endpointText(fromClient ? info.server : info.client),
                info.initialSequence[indexOf(record.direction)] +
                    static_cast<std::uint32_t>(record.streamOffset)};
    }
};

/// Reads the packets that are not in `missing`, and notes their units of one kind.
inline ReadCapture readPackets(const std::vector<ReplayPacket>& packets,
                               const std::set<std::size_t>& missing,
                               RowKind kind = RowKind::WebSocketFrame) {
    Ingestor ingestor;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (missing.contains(i)) continue;
        CapturedPacket packet = packets[i].packet;
        packet.data = packets[i].bytes;
        ingestor.packet(packet);
    }
    ingestor.finish();
    Batch batch = ingestor.takeBatch();
    ReadCapture read;
    PackedValues<RowBlock> rows;
    rows.append(std::move(batch.records));
    for (RecordId row = 0; row < rows.size(); ++row) read.records.push_back(rows[row]);
    for (auto& [id, info] : batch.connections) {
        if (read.connections.size() <= id) read.connections.resize(id + 1);
        read.connections[id] = info;
    }
    for (const Record& record : read.records) {
        if (record.kind == kind) read.units[read.keyOf(record)] = record;
    }
    return read;
}

/// Whether two rows are the same unit.
inline bool sameUnit(const Record& a, const Record& b) {
    constexpr std::uint32_t kOnTheWire = kFlagFin | kFlagMasked | kFlagRsv1;
    return a.kind == b.kind && a.opcode == b.opcode && a.length == b.length &&
           (a.flags & kOnTheWire) == (b.flags & kOnTheWire);
}

}  // namespace framescope::test
