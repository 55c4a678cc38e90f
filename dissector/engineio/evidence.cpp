#include "dissector/engineio/evidence.h"

#include <algorithm>

#include "dissector/socketio/packet.h"

namespace framescope::engineio {
namespace {

/// Whether a server of revision 4 sends such a packet over polling. Nothing but its beginning tells
/// it from other text, so no more of it is believed than servers write.
bool isSentInRecords(const Packet& packet) {
    if (!packet.isText()) return decodedData(packet, true).has_value();
    switch (packet.type) {
        case PacketType::Open:
            return isHandshake(packet);
        case PacketType::Message:
            return true;
        case PacketType::Close:
        case PacketType::Ping:
        case PacketType::Noop:
            return packet.data.empty();
        case PacketType::Pong:
        case PacketType::Upgrade:
            break;
    }
    return false;
}

}  // namespace

bool isHandshake(const Packet& packet) {
    if (packet.type != PacketType::Open || !packet.isText()) return false;
    const auto handshake = parseHandshake(packet.data);
    return handshake && handshake->sid && handshake->pingInterval;
}

bool isSocketIo(const Packet& packet) {
    if (packet.type != PacketType::Message || packet.form != PacketForm::Text) return false;
    if (!socketio::recognise(packet.data, 0)) return false;
    const auto inside = socketio::parse(packet.data);
    return inside && !inside->data.empty() &&
           (inside->hasEvent() ? !socketio::eventName(*inside).empty()
                               : inside->isAck() || inside->type == socketio::PacketType::Connect);
}

Likeness likenessOf(std::string_view payload, const UnitForm& form) {
    PayloadReader reader(payload, form.framing);
    bool certain = form.wrapping == Wrapping::Script || form.framing == Framing::Binary;
    std::size_t packets = 0;
    while (const auto unit = reader.next()) {
        if (!unit->complete) return Likeness::None;
        const auto content =
            unitContent(payload.substr(unit->range.begin, unit->range.size()), form.framing);
        const auto packet = content ? packetOf(*content, form) : std::nullopt;
        if (!packet) return Likeness::None;
        if (form.framing == Framing::Records && !isSentInRecords(*packet)) return Likeness::None;
        // Lengths that lead from packet to packet to the last byte are no chance.
        const bool chained = form.framing == Framing::Lengths && ++packets > 1;
        certain = certain || chained || isHandshake(*packet) || isSocketIo(*packet);
    }
    if (!reader.rest().empty() || payload.empty()) return Likeness::None;
    return certain ? Likeness::Certain : Likeness::InForm;
}

}  // namespace framescope::engineio
