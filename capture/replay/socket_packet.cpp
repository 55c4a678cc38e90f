#include "capture/replay/socket_packet.h"

#include "capture/client/msgpack_placeholders.h"
#include "dissector/payload/json.h"
#include "dissector/socketio/object_packet.h"

namespace framescope::replay {
namespace {

using socketio::PacketType;

/// Characters of JSON that a packet in MessagePack may become.
constexpr std::size_t kMaxJson = 64U << 20;

/// The array without its first element, which is put into `event`.
void splitEvent(const std::string& array, SocketPacket& packet) {
    const auto children = jsonChildren(array, 2);
    if (!children || children->empty() || children->front().kind != JsonKind::String) {
        packet.data = array;
        return;
    }
    const ByteRange name = children->front().range;
    packet.event = unescapeJson(std::string_view(array).substr(name.begin, name.size()));
    packet.named = true;
    packet.data = "[";
    if (children->size() > 1) packet.data += array.substr((*children)[1].range.begin);
    if (children->size() == 1) packet.data += "]";
}

std::optional<SocketPacket> fromObject(const socketio::ObjectPacket& object) {
    SocketPacket packet;
    packet.msgpack = true;
    packet.type = object.type;
    packet.nsp = object.nspName();
    packet.id = object.id;
    if (object.data.empty()) return packet;
    std::string json(asText(object.data));
    if (object.encoding == socketio::Encoding::Msgpack) {
        auto read = client::msgpackWithPlaceholders(object.data, kMaxJson, packet.attachments);
        if (!read) return std::nullopt;
        json = std::move(*read);
    }
    if (packet.isEvent()) {
        splitEvent(json, packet);
    } else {
        packet.data = std::move(json);
    }
    return packet;
}

std::optional<socketio::ObjectPacket> objectIn(ByteView bytes, bool text) {
    return socketio::parseObject(bytes,
                                 text ? socketio::Encoding::Json : socketio::Encoding::Msgpack);
}

}  // namespace

std::optional<SocketPacket> readSocketPacket(ByteView bytes, bool text) {
    const auto read = text ? socketio::parse(asText(bytes)) : std::nullopt;
    if (!read) {
        const auto object = objectIn(bytes, text);
        return object ? fromObject(*object) : std::nullopt;
    }
    SocketPacket packet;
    packet.type = read->type;
    packet.nsp = read->nspName();
    if (read->nsp.size() > packet.nsp.size()) packet.query = read->nsp.substr(packet.nsp.size());
    packet.id = read->id;
    packet.announced = read->attachments.value_or(0);
    if (packet.isEvent()) {
        splitEvent(std::string(read->data), packet);
    } else {
        packet.data = read->data;
    }
    return packet;
}

Bytes withId(ByteView bytes, bool text, std::uint64_t id) {
    Bytes written;
    ByteWriter writer(written);
    if (auto read = text ? socketio::parse(asText(bytes)) : std::nullopt) {
        if (read->id) {
            read->id = id;
            socketio::encode(*read, writer);
            return written;
        }
    } else if (auto object = objectIn(bytes, text)) {
        if (object->id) {
            object->id = id;
            socketio::encode(*object, writer);
            return written;
        }
    }
    return {bytes.begin(), bytes.end()};
}

}  // namespace framescope::replay
