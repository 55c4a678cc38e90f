// A session without a capture file, filled by hand: enough for models that only look at records.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>

#include "capture/ingest/batch.h"
#include "capture/session/session.h"

namespace framescope::test {

/// So many rows, one a millisecond, dealt out to `connections` in turn. `edit` may change them.
inline Batch handMadeBatch(RecordId firstRow, RecordId rows, ConnectionId connections,
                           const std::function<void(RecordId, Record&)>& edit = {}) {
    Batch batch;
    IndexRoom room;
    ValueWriter<RowBlock> writer;
    // Those in front of them were handed over before.
    for (RecordId row = 0; row < firstRow + rows; ++row) {
        if (row == firstRow) writer.take();
        Record record;
        record.timeNs = std::int64_t{1'000'000} * row;
        record.packet = row + 1;
        record.connection = row % connections;
        record.length = 1234;
        record.kind = RowKind::TcpSegment;
        record.direction = row % 2 == 0 ? Direction::ClientToServer : Direction::ServerToClient;
        record.severity = row % 10 == 9 ? Severity::Error : Severity::None;
        if (edit && row >= firstRow) edit(row, record);
        batch.statistics.greatestLength = std::max(batch.statistics.greatestLength, record.length);
        writer.add(record, room);
    }
    batch.records = writer.take();
    batch.memory = room.takeFresh();
    for (ConnectionId id = 0; id < connections; ++id) {
        ConnectionInfo info;
        for (RecordId row = id; row < firstRow + rows; row += connections) {
            ++info.rows;
            if (row % 10 == 9) info.worst = Severity::Error;
        }
        info.client = {{4, {127, 0, 0, 1}}, static_cast<std::uint16_t>(50'000 + id)};
        info.server = {{4, {127, 0, 0, 1}}, 3000};
        batch.connections.emplace_back(id, info);
    }
    batch.statistics.packets = firstRow + rows;
    batch.statistics.tcpPackets = firstRow + rows;
    batch.statistics.connections = connections;
    batch.statistics.lastTimeNs = std::int64_t{1'000'000} * (firstRow + rows);
    return batch;
}

}  // namespace framescope::test
