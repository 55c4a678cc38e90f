// Which packets of a capture carried a stretch of a stream, to know what a lost packet touches.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "capture/ingest/batch.h"
#include "dissector/record/record.h"

namespace framescope::test {

class PacketExtents {
public:
    /// To be shown every batch of the reading.
    void add(const Batch& batch) {
        m_memory.insert(m_memory.end(), batch.memory.begin(), batch.memory.end());
        for (const Batch::StreamExtents& entry : batch.extents) {
            StreamMap& map = m_maps[{entry.connection, entry.direction}];
            std::vector<Extent>& extents = m_extents[{entry.connection, entry.direction}];
            map.append(FreshValues<ExtentBlock>(entry.extents));
            while (extents.size() < map.size()) extents.push_back(map[extents.size()]);
        }
    }
    /// Those that carried bytes of a row whose place counts in the stream, counted from 1.
    std::vector<PacketNumber> packetsOf(const Record& record) const {
        std::vector<PacketNumber> packets;
        for (const Extent& extent : extentsOf(record)) {
            if (extent.streamOffset + extent.length <= record.streamOffset) continue;
            if (extent.streamOffset >= record.streamOffset + record.length) continue;
            packets.push_back(extent.packet);
        }
        return packets;
    }
    /// Those from `first` to `last` that carried bytes of the row's direction.
    std::vector<PacketNumber> packetsBetween(const Record& record, PacketNumber first,
                                             PacketNumber last) const {
        std::vector<PacketNumber> packets;
        for (const Extent& extent : extentsOf(record)) {
            if (extent.packet >= first && extent.packet <= last) packets.push_back(extent.packet);
        }
        return packets;
    }

private:
    const std::vector<Extent>& extentsOf(const Record& record) const {
        static const std::vector<Extent> kNone;
        const auto at = m_extents.find({record.connection, record.direction});
        return at == m_extents.end() ? kNone : at->second;
    }

    std::vector<IndexMemory> m_memory;
    std::map<std::pair<ConnectionId, Direction>, StreamMap> m_maps;
    std::map<std::pair<ConnectionId, Direction>, std::vector<Extent>> m_extents;
};

}  // namespace framescope::test
