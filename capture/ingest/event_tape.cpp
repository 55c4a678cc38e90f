#include "capture/ingest/event_tape.h"

#include <algorithm>

#include "dissector/tcp/tcp_connection.h"

namespace framescope {
namespace {

/// What nearly all packets are.
struct PacketAlone {
    std::uint64_t recordOffset;
    tcp::Origin origin;
    ConnectionId id;

    void operator()(IntakeEvents& to, ByteView) const {
        to.nextPacket(recordOffset);
        to.packet(id, origin);
    }
};
struct PacketWithData {
    std::uint64_t recordOffset;
    tcp::Origin place;
    StreamOffset offset;
    ConnectionId id;
    Direction direction;

    void operator()(IntakeEvents& to, ByteView bytes) const {
        to.nextPacket(recordOffset);
        to.packetWithData(id, place, direction, offset, bytes, place);
    }
};

}  // namespace

void EventTape::tell(IntakeEvents& to) const {
    for (std::size_t at = 0; at < m_used;) {
        const std::uint8_t* const entry = m_bytes.data() + at;
        const Head& head = *std::launder(reinterpret_cast<const Head*>(entry));
        const auto count = static_cast<std::size_t>(head.byteCount);
        const auto bytesAt = static_cast<std::size_t>(head.bytesAt);
        head.tell(entry, {entry + bytesAt, count}, to);
        at += sizeOf(bytesAt, count);
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
    tcp::copyMembers(origin, event.origin);
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
    if (!std::exchange(m_packetDue, false)) {
        add([=](IntakeEvents& to,
                ByteView all) { to.packetWithData(id, place, direction, offset, all, place); },
            bytes);
        return;
    }
    auto& event = room().make<PacketWithData>(bytes);
    event.recordOffset = m_recordOffset;
    tcp::copyMembers(place, event.place);
    event.offset = offset;
    event.id = id;
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
