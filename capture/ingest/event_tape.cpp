#include "capture/ingest/event_tape.h"

#include <algorithm>
#include <limits>

namespace framescope {
namespace {

/// What nearly all packets are: in little memory, since all of it goes from one processor's caches
/// to the other's.
struct PacketAlone {
    std::uint64_t recordOffset;
    std::int64_t timeNs;
    std::uint64_t fileOffset;
    PacketNumber packet;
    ConnectionId id;

    void operator()(IntakeEvents& to, ByteView) const {
        to.nextPacket(recordOffset);
        to.packet(id, {packet, timeNs, fileOffset});
    }
};
struct PacketWithData {
    std::uint64_t recordOffset;
    std::int64_t timeNs;
    StreamOffset offset;
    PacketNumber packet;
    ConnectionId id;
    std::uint32_t payloadAt;  ///< behind recordOffset
    Direction direction;

    void operator()(IntakeEvents& to, ByteView bytes) const {
        const tcp::Origin place{packet, timeNs, recordOffset + payloadAt};
        to.nextPacket(recordOffset);
        to.packetWithData(id, place, direction, offset, bytes, place);
    }
};

}  // namespace

void EventTape::tell(IntakeEvents& to) const {
    const std::uint8_t* const end = m_bytes.data() + m_used;
    for (const std::uint8_t* at = m_bytes.data(); at != end;) {
        at = std::launder(reinterpret_cast<const Head*>(at))->tell(at, to);
    }
}

void EventTape::clear() {
    m_used = 0;
    m_owned.clear();
    // One packet may complete what was held of millions of bytes.
    if (m_bytes.size() > 2 * kEnough) m_bytes = UnsetBytes();
}

void EventTape::makeRoom(std::size_t size) {
    m_bytes.resize(std::max({m_used + size, 2 * m_bytes.size(), kEnough + kEnough / 2}));
}

void TapeWriter::nextPacket(std::uint64_t recordOffset) {
    tellPacket();
    m_recordOffset = recordOffset;
    m_packetDue = true;
}

void TapeWriter::untimed(PacketNumber packet) {
    add([=](IntakeEvents& to, ByteView) { to.untimed(packet); });
}

/// There may be as many as packets, and of comments much more than is kept.
void TapeWriter::captureRow(const CaptureRow& row) {
    add(
        [record = row.record, issue = row.issue](IntakeEvents& to, ByteView name) {
            to.captureRow({record, issue, asText(name)});
        },
        asBytes(row.name.substr(0, kMaxName)));
}

void TapeWriter::extent(ConnectionId id, Direction direction, StreamOffset offset,
                        std::uint32_t length, const tcp::Origin& origin) {
    add([=](IntakeEvents& to, ByteView) { to.extent(id, direction, offset, length, origin); });
}

void TapeWriter::joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                        const tcp::Origin& origin) {
    add([=](IntakeEvents& to, ByteView all) { to.joined(id, direction, offset, all, origin); },
        bytes);
}

void TapeWriter::datagram(StoredDatagram datagram) {
    tellPacket();
    m_tape->addOwned([datagram = std::move(datagram)](IntakeEvents& to) mutable {
        to.datagram(std::move(datagram));
    });
}

void TapeWriter::conflictingDatagram(PacketNumber packet) {
    add([=](IntakeEvents& to, ByteView) { to.conflictingDatagram(packet); });
}

void TapeWriter::waiting(bool isWaiting) {
    add([=](IntakeEvents& to, ByteView) { to.waiting(isWaiting); });
}

void TapeWriter::notice(std::string sentence) {
    tellPacket();
    m_tape->addOwned([sentence = std::move(sentence)](IntakeEvents& to) { to.notice(sentence); });
}

void TapeWriter::opened(ConnectionId id, const tcp::Opening& opening) {
    add([=](IntakeEvents& to, ByteView) { to.opened(id, opening); });
}

/// What most packets are is one entry.
void TapeWriter::packet(ConnectionId id, const tcp::Origin& origin) {
    if (!std::exchange(m_packetDue, false)) {
        add([=](IntakeEvents& to, ByteView) { to.packet(id, origin); });
        return;
    }
    auto& event = room().make<PacketAlone>();
    event.recordOffset = m_recordOffset;
    event.timeNs = origin.timeNs;
    event.fileOffset = origin.fileOffset;
    event.packet = origin.packet;
    event.id = id;
}

void TapeWriter::data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                      const tcp::Origin& origin) {
    add([=](IntakeEvents& to, ByteView all) { to.data(id, direction, offset, all, origin); },
        bytes);
}

/// Of the two places in the capture the second one does for both: they are of one packet.
void TapeWriter::packetWithData(ConnectionId id, const tcp::Origin&, Direction direction,
                                StreamOffset offset, ByteView bytes, const tcp::Origin& place) {
    const std::uint64_t payloadAt = place.fileOffset - m_recordOffset;
    if (!m_packetDue || payloadAt > std::numeric_limits<std::uint32_t>::max()) {
        add([=](IntakeEvents& to,
                ByteView all) { to.packetWithData(id, place, direction, offset, all, place); },
            bytes);
        return;
    }
    m_packetDue = false;
    auto& event = room().make<PacketWithData>(bytes);
    event.recordOffset = m_recordOffset;
    event.timeNs = place.timeNs;
    event.offset = offset;
    event.packet = place.packet;
    event.id = id;
    event.payloadAt = static_cast<std::uint32_t>(payloadAt);
    event.direction = direction;
}

void TapeWriter::gap(ConnectionId id, Direction direction, const tcp::Gap& gap) {
    add([=](IntakeEvents& to, ByteView) { to.gap(id, direction, gap); });
}

void TapeWriter::directionEnded(ConnectionId id, Direction direction, EndReason reason,
                                const tcp::Origin& at) {
    add([=](IntakeEvents& to, ByteView) { to.directionEnded(id, direction, reason, at); });
}

void TapeWriter::ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) {
    add([=](IntakeEvents& to, ByteView) { to.ended(id, by, reason, at); });
}

void TapeWriter::started(ConnectionId id, Direction direction, std::uint32_t base) {
    add([=](IntakeEvents& to, ByteView) { to.started(id, direction, base); });
}

void TapeWriter::released(ConnectionId id, Direction direction) {
    add([=](IntakeEvents& to, ByteView) { to.released(id, direction); });
}

void TapeWriter::conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) {
    add([=](IntakeEvents& to, ByteView) { to.conflict(id, direction, conflict); });
}

void TapeWriter::beside(ConnectionId id, Direction direction, const tcp::Beside& beside) {
    add([=](IntakeEvents& to, ByteView) { to.beside(id, direction, beside); });
}

void TapeWriter::recovered(ConnectionId id, Direction direction, StreamOffset offset,
                           std::uint64_t size, std::int64_t waitedNs, const tcp::Origin& origin) {
    add([=](IntakeEvents& to, ByteView) {
        to.recovered(id, direction, offset, size, waitedNs, origin);
    });
}

void TapeWriter::urgent(ConnectionId id, Direction direction, StreamOffset offset) {
    add([=](IntakeEvents& to, ByteView) { to.urgent(id, direction, offset); });
}

void TapeWriter::wentOn(ConnectionId id) {
    add([=](IntakeEvents& to, ByteView) { to.wentOn(id); });
}

void TapeWriter::forgotten(ConnectionId id) {
    add([=](IntakeEvents& to, ByteView) { to.forgotten(id); });
}

}  // namespace framescope
