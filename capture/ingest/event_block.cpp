#include "capture/ingest/event_block.h"

#include <utility>

namespace framescope {

using Kind = IntakeEvent::Kind;

namespace {

/// How far a block may grow within one packet.
constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostEvents = 8192;

}  // namespace

void EventBlock::clear() {
    packets.clear();
    events.clear();
    bytes.clear();
    openings.clear();
    rows.clear();
    datagrams.clear();
    notices.clear();
    mark = Mark::None;
    numbers.clear();
    fileOffsets.clear();
}

void EventBlock::tell(const IntakeEvent& event, IntakeEvents& to) {
    const auto held = [&] { return bytesOf(event); };
    switch (event.kind) {
        case Kind::Packet:
            return to.packet(event.id, event.origin);
        case Kind::PacketWithData:
            to.packet(event.id, event.origin);
            // What carried the bytes is written where the packet's own place stood, of which
            // nothing is made.
            return to.data(event.id, event.direction, event.offset, held(), event.origin);
        case Kind::Data:
            return to.data(event.id, event.direction, event.offset, held(), event.origin);
        case Kind::Extent:
            return to.extent(event.id, event.direction, event.offset,
                             static_cast<std::uint32_t>(event.length), event.origin);
        case Kind::Joined:
            return to.joined(event.id, event.direction, event.offset, held(), event.origin);
        case Kind::Opened:
            return to.opened(event.id, openings[event.at]);
        case Kind::Gap:
            return to.gap(event.id, event.direction,
                          {event.offset, event.length, static_cast<tcp::GapCause>(event.detail),
                           static_cast<tcp::LimitMet>(event.flag), event.origin});
        case Kind::DirectionEnded:
            return to.directionEnded(event.id, event.direction,
                                     static_cast<EndReason>(event.detail), event.origin);
        case Kind::Ended:
            return to.ended(event.id, event.direction, static_cast<EndReason>(event.detail),
                            event.origin);
        case Kind::Started:
            return to.started(event.id, event.direction, static_cast<std::uint32_t>(event.at));
        case Kind::Released:
            return to.released(event.id, event.direction);
        case Kind::Conflict:
            return to.conflict(event.id, event.direction,
                               {event.offset, event.length, event.origin, event.flag != 0});
        case Kind::Beside:
            return to.beside(event.id, event.direction,
                             {event.offset, event.length, event.origin, event.flag != 0});
        case Kind::Recovered:
            return to.recovered(event.id, event.direction, event.offset, event.length,
                                event.waitedNs, event.origin);
        case Kind::Urgent:
            return to.urgent(event.id, event.direction, event.offset);
        case Kind::WentOn:
            return to.wentOn(event.id);
        case Kind::Forgotten:
            return to.forgotten(event.id);
        case Kind::Untimed:
            return to.untimed(event.origin.packet);
        case Kind::CaptureRow:
            return to.captureRow(rows[event.at]);
        case Kind::Datagram:
            return to.datagram(std::move(datagrams[event.at]));
        case Kind::ConflictingDatagram:
            return to.conflictingDatagram(event.origin.packet);
        case Kind::Waiting:
            return to.waiting(event.flag != 0);
        case Kind::Notice:
            return to.notice(std::move(notices[event.at]));
    }
}

IntakeEvent& EventWriter::add(Kind kind, ConnectionId id) {
    if (m_block.bytes.size() >= kMostBytes || m_block.events.size() >= kMostEvents) full();
    IntakeEvent& event = m_block.events.emplace_back();
    event.kind = kind;
    event.id = id;
    return event;
}

std::uint64_t EventWriter::keep(ByteView bytes) {
    const std::size_t at = m_block.bytes.size();
    m_block.bytes.insert(m_block.bytes.end(), bytes.begin(), bytes.end());
    return at;
}

void EventWriter::nextPacket(std::uint64_t recordOffset) {
    if (isFull()) full();
    m_block.packets.push_back({recordOffset, m_block.events.size()});
}

void EventWriter::packet(ConnectionId id, const tcp::Origin& origin) {
    add(Kind::Packet, id).origin = origin;
}

void EventWriter::data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                       const tcp::Origin& origin) {
    // Nearly always the bytes of the very packet, and nothing happens between the two.
    const bool ofPacket = !m_block.events.empty() && m_block.events.back().kind == Kind::Packet &&
                          m_block.events.back().id == id &&
                          m_block.events.back().origin.packet == origin.packet &&
                          m_block.events.back().origin.timeNs == origin.timeNs;
    IntakeEvent& event = ofPacket ? m_block.events.back() : add(Kind::Data, id);
    if (ofPacket) event.kind = Kind::PacketWithData;
    event.direction = direction;
    event.offset = offset;
    event.length = bytes.size();
    event.at = keep(bytes);
    event.origin = origin;
}

void EventWriter::packetWithData(ConnectionId id, const tcp::Origin&, Direction direction,
                                 StreamOffset offset, ByteView bytes, const tcp::Origin& place) {
    IntakeEvent& event = add(Kind::PacketWithData, id);
    event.direction = direction;
    event.offset = offset;
    event.length = bytes.size();
    event.at = keep(bytes);
    event.origin = place;
}

void EventWriter::extent(ConnectionId id, Direction direction, StreamOffset offset,
                         std::uint32_t length, const tcp::Origin& origin) {
    IntakeEvent& event = add(Kind::Extent, id);
    event.direction = direction;
    event.offset = offset;
    event.length = length;
    event.origin = origin;
}

void EventWriter::joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                         const tcp::Origin& origin) {
    IntakeEvent& event = add(Kind::Joined, id);
    event.direction = direction;
    event.offset = offset;
    event.length = bytes.size();
    event.at = keep(bytes);
    event.origin = origin;
}

void EventWriter::opened(ConnectionId id, const tcp::Opening& opening) {
    add(Kind::Opened, id).at = m_block.openings.size();
    m_block.openings.push_back(opening);
}

void EventWriter::gap(ConnectionId id, Direction direction, const tcp::Gap& gap) {
    IntakeEvent& event = add(Kind::Gap, id);
    event.direction = direction;
    event.offset = gap.offset;
    event.length = gap.missing;
    event.detail = static_cast<std::uint8_t>(gap.cause);
    event.flag = static_cast<std::uint8_t>(gap.limitMet);
    event.origin = gap.shownBy;
}

void EventWriter::directionEnded(ConnectionId id, Direction direction, EndReason reason,
                                 const tcp::Origin& at) {
    IntakeEvent& event = add(Kind::DirectionEnded, id);
    event.direction = direction;
    event.detail = static_cast<std::uint8_t>(reason);
    event.origin = at;
}

void EventWriter::ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) {
    IntakeEvent& event = add(Kind::Ended, id);
    event.direction = by;
    event.detail = static_cast<std::uint8_t>(reason);
    event.origin = at;
}

void EventWriter::started(ConnectionId id, Direction direction, std::uint32_t base) {
    IntakeEvent& event = add(Kind::Started, id);
    event.direction = direction;
    event.at = base;
}

void EventWriter::released(ConnectionId id, Direction direction) {
    add(Kind::Released, id).direction = direction;
}

void EventWriter::conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) {
    IntakeEvent& event = add(Kind::Conflict, id);
    event.direction = direction;
    event.offset = conflict.offset;
    event.length = conflict.length;
    event.origin = conflict.later;
    event.flag = conflict.last;
}

void EventWriter::beside(ConnectionId id, Direction direction, const tcp::Beside& beside) {
    IntakeEvent& event = add(Kind::Beside, id);
    event.direction = direction;
    event.offset = beside.offset;
    event.length = beside.length;
    event.origin = beside.origin;
    event.flag = beside.late;
}

void EventWriter::recovered(ConnectionId id, Direction direction, StreamOffset offset,
                            std::uint64_t size, std::int64_t waitedNs, const tcp::Origin& origin) {
    IntakeEvent& event = add(Kind::Recovered, id);
    event.direction = direction;
    event.offset = offset;
    event.length = size;
    event.waitedNs = waitedNs;
    event.origin = origin;
}

void EventWriter::urgent(ConnectionId id, Direction direction, StreamOffset offset) {
    IntakeEvent& event = add(Kind::Urgent, id);
    event.direction = direction;
    event.offset = offset;
}

void EventWriter::wentOn(ConnectionId id) {
    add(Kind::WentOn, id);
}

void EventWriter::forgotten(ConnectionId id) {
    add(Kind::Forgotten, id);
}

void EventWriter::untimed(PacketNumber packet) {
    add(Kind::Untimed, kNoConnection).origin.packet = packet;
}

void EventWriter::captureRow(const CaptureRow& row) {
    add(Kind::CaptureRow, kNoConnection).at = m_block.rows.size();
    m_block.rows.push_back(row);
}

void EventWriter::datagram(StoredDatagram datagram) {
    add(Kind::Datagram, kNoConnection).at = m_block.datagrams.size();
    m_block.datagrams.push_back(std::move(datagram));
}

void EventWriter::conflictingDatagram(PacketNumber packet) {
    add(Kind::ConflictingDatagram, kNoConnection).origin.packet = packet;
}

void EventWriter::waiting(bool isWaiting) {
    add(Kind::Waiting, kNoConnection).flag = isWaiting;
}

void EventWriter::notice(std::string sentence) {
    add(Kind::Notice, kNoConnection).at = m_block.notices.size();
    m_block.notices.push_back(std::move(sentence));
}

}  // namespace framescope
