#include "dissector/socketio/socketio_messages.h"

namespace framescope::socketio {

std::optional<Packet> packetOf(const MessageData& data) {
    if (!data.text) return std::nullopt;
    if (data.whole && !recognise(data.asText())) return std::nullopt;
    auto packet = parse(data.asText());
    if (packet && !packet->wellFormed) return std::nullopt;
    return packet;
}

void describeMessage(const MessageData& data, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    const auto packet = packetOf(data);
    if (!packet) return;
    FieldTree& tree = dissection.fields;
    const FieldIndex layer = describe(*packet, tree, place, data.revision);
    protocols += ":socketio";
    IssueSink issues;
    if (data.whole) check(*packet, issues);
    tree.attach(issues, layer);
}

std::string summariseMessage(const MessageData& data, const RowContext&, std::size_t maxChars) {
    if (!data.text) return {};
    // The list shows the beginning of a message, so what was read of it may be cut: then only the
    // parts before the data decide.
    const auto packet = parse(data.asText());
    if (!packet || !packet->wellFormed) return {};
    return summary(*packet, maxChars, data.revision);
}

}  // namespace framescope::socketio
