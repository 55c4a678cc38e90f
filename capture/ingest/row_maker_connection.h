// What the rows of one connection are made with, for the files of RowMaker.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "capture/ingest/pending_notes.h"
#include "capture/ingest/row_maker.h"
#include "capture/session/connection_info.h"
#include "dissector/layer/layer.h"

namespace framescope {

struct RowMaker::Suspended {
    std::unique_ptr<Layer> layer;     ///< with all it knows, not told of the end
    std::array<bool, 2> ends{};       ///< the directions that ended with the RST
    Arrival arrival;                  ///< with which they did
    std::array<Arrival, 2> lastData;  ///< as of the connection, then
    Direction by = Direction::ClientToServer;
    EndReason reason = EndReason::Reset;
    tcp::Origin at;
    bool rowDue = false;  ///< the RST's row stands behind those of the layer's end
};

/// A hole whose layer may hold back what stands in front of it.
struct RowMaker::HeldGap {
    Record record;
    Arrival arrival;  ///< of the packet that shows it
    tcp::LimitMet limitMet = tcp::LimitMet::None;
    int timesHeld = 0;
};

struct RowMaker::Connection {
    ConnectionInfo info;
    std::array<ExtentWriter, 2> extents;  ///< by Direction
    PendingNotes notes;
    std::unique_ptr<Layer> layer;
    /// Layers made during the current event; the last one is to take over. The others may still be
    /// on the stack.
    std::vector<std::unique_ptr<Layer>> successors;
    Arrival lastPacket;
    std::array<Arrival, 2> lastData;  ///< of the bytes that its layer was handed last, by Direction
    /// Set while a packet makes a hole be given up: what had waited behind it was complete with its
    /// own packets, not with the one that ended the waiting.
    std::array<std::optional<Arrival>, 2> behindGap;
    std::array<bool, 2> finished{};  ///< by FIN or RST: what still comes stands behind it
    std::array<bool, 2> reset{};     ///< ended by an RST, or a reuse, whose row comes next
    /// Set while nobody knows whether the RST was taken; `layer` is not the one that read then.
    std::unique_ptr<Suspended> suspended;
    std::unique_ptr<std::vector<HeldGap>> heldGaps;  ///< null for none
    RecordId endRow = kNoRecord;
    bool heldLimitMet = false;
    bool totalLimitMet = false;
    bool changed = false;
};

/// Makes the connection the current one, creating it at its first event.
[[gnu::always_inline]] inline RowMaker::Connection& RowMaker::enter(ConnectionId id) {
    if (id >= m_connections.size()) makeConnections(id);
    Connection& connection = *m_connections[id];
    m_current = &connection;
    m_currentId = id;
    // What the capture's end, or ports being used again, bring to light stands at the last packet
    // of its own connection.
    m_arrival = connection.lastPacket;
    if (!connection.changed) {
        connection.changed = true;
        m_changed.push_back(id);
    }
    return connection;
}

/// The layer's call has returned: whoever is to take over does so now.
inline void RowMaker::settle() {
    if (!m_current->successors.empty()) replaceLayer();
}

}  // namespace framescope
