// A Socket.IO packet for people: its tree and its one line. Binary attachments travel in frames of
// their own; their placeholders in the JSON are shown as what they stand for.
#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {
namespace {

constexpr std::size_t kShownChars = 200;
/// Arguments that get a tree of their own.
constexpr std::size_t kMaxArguments = 1000;

std::string attachmentName(std::string_view number) {
    return "\u2039attachment " + std::string(number) + "\u203a";
}

/// Names the objects {"_placeholder":true,"num":0} among the fields from `begin` on.
void namePlaceholders(FieldTree& tree, FieldIndex begin) {
    for (FieldIndex i = begin; i + 2 < tree.size(); ++i) {
        const Field& mark = tree[i + 1];
        const Field& number = tree[i + 2];
        const bool pair = tree[i].next == i + 3 && mark.parent == i && number.parent == i;
        if (pair && mark.label == "_placeholder" && mark.text == "true" && number.label == "num") {
            tree.setText(i, attachmentName(number.text));
        }
    }
}

/// The same in the text of a line, in the form socket.io writes it.
std::string withPlaceholdersNamed(std::string line) {
    constexpr std::string_view kBegin = "{\"_placeholder\":true,\"num\":";
    for (std::size_t at = line.find(kBegin); at != std::string::npos; at = line.find(kBegin, at)) {
        const std::size_t digits = at + kBegin.size();
        const std::size_t end = line.find_first_not_of("0123456789", digits);
        if (end == std::string::npos || end == digits || line[end] != '}') {
            at = digits;
            continue;
        }
        const std::string name = attachmentName(line.substr(digits, end - digits));
        line.replace(at, end + 1 - at, name);
        at += name.size();
    }
    return line;
}

/// Children of the data's array that are arguments: all of an acknowledgement's, all but the name
/// of an event's.
std::vector<JsonNode> arguments(const Packet& packet) {
    auto nodes = jsonChildren(packet.data, kMaxArguments + 1);
    if (!nodes || jsonKind(packet.data) != JsonKind::Array) return {};
    if (packet.hasEvent() && firstStringOf(packet.data)) nodes->erase(nodes->begin());
    return std::move(*nodes);
}

std::string_view slice(std::string_view text, ByteRange range) {
    return text.substr(range.begin, range.size());
}

void describeArguments(const Packet& packet, FieldTree& tree, Place data) {
    const auto nodes = arguments(packet);
    // From the first argument to the array's end, so that what is beyond the limit is in the value.
    const std::size_t end = packet.data.rfind(']');
    const std::size_t last = packet.data.find_last_not_of(" \t\r\n", end - 1);
    const ByteRange range =
        nodes.empty() ? ByteRange{end, end} : ByteRange{nodes.front().range.begin, last + 1};
    std::string value = "[" + std::string(slice(packet.data, range)) + "]";
    std::string text = withPlaceholdersNamed(printable(value, kShownChars));
    const FieldIndex field = tree.open(FieldId::SocketIoArgs, data.at(range.begin), range.size(),
                                       std::move(text), std::move(value));
    std::size_t number = 0;
    for (const JsonNode& node : nodes) {
        if (number == kMaxArguments) {
            const FieldIndex more = tree.add(FieldId::Json, data.at(node.range.begin), 0, {},
                                             "more arguments, not shown");
            tree.setLabel(more, "\u2026");
            break;
        }
        describeJson(slice(packet.data, node.range), tree, data.at(node.range.begin),
                     "Argument " + std::to_string(number++));
    }
    tree.close();
    namePlaceholders(tree, field);
}

void describeData(const Packet& packet, FieldTree& tree, Place data) {
    const bool list = packet.hasEvent() || packet.isAck();
    if (list && jsonKind(packet.data) == JsonKind::Array && !checkJson(packet.data)) {
        if (packet.hasEvent()) {
            const auto first = jsonChildren(packet.data, 1);
            if (first && !first->empty() && firstStringOf(packet.data)) {
                const ByteRange range = first->front().range;
                std::string name = eventName(packet);
                std::string shown = printable(name, kShownChars);
                tree.add(FieldId::SocketIoEvent, data.at(range.begin), range.size(),
                         std::move(name), std::move(shown));
            }
        }
        describeArguments(packet, tree, data);
        return;
    }
    tree.open(FieldId::SocketIoData, data, packet.data.size(), printable(packet.data, kShownChars),
              std::string(packet.data));
    describeJson(packet.data, tree, data);
    tree.close();
}

/// `message  {"text":"hello"}, 1`: what stands in the array, as much as a line may show.
std::string shownData(const Packet& packet, std::size_t maxChars) {
    const std::string_view data = packet.data;
    JsonReader reader(data);
    if (reader.next() != JsonToken::ArrayBegin) return printable(data, maxChars);
    std::string line;
    bool nameComes = packet.hasEvent();
    const char* separator = "";
    std::size_t begin = 0;
    std::size_t shown = 1;  // how far the line has come, behind the opening bracket
    // An argument may be large; its end is looked for only as far as the line can reach.
    const std::size_t reach = 4 * maxChars;
    while (line.size() < reach) {
        const JsonToken token = reader.next();
        if (token == JsonToken::Error) {
            // Cut or malformed: the rest stands as it is.
            std::string_view rest = data.substr(std::min(shown, data.size()));
            if (rest.starts_with(',')) rest.remove_prefix(1);
            if (!rest.empty()) line.append(separator).append(rest.substr(0, reach));
            break;
        }
        if (token == JsonToken::End) break;
        const bool container = token == JsonToken::ObjectBegin || token == JsonToken::ArrayBegin;
        if (reader.depth() == (container ? 2 : 1) && token != JsonToken::ObjectEnd &&
            token != JsonToken::ArrayEnd) {
            begin = reader.range().begin;
        }
        if (container || reader.depth() != 1) {
            if (reader.depth() > 1 && reader.range().end - begin > reach) {
                line += separator;
                line += data.substr(begin, reach);
                break;
            }
            continue;
        }
        const std::string_view node = data.substr(begin, reader.range().end - begin);
        shown = reader.range().end;
        if (nameComes) {
            line += token == JsonToken::String ? unescapeJson(node) : std::string(node);
            separator = "  ";
            nameComes = false;
        } else {
            line += separator;
            line += node.substr(0, reach);
            separator = ", ";
        }
    }
    return printable(withPlaceholdersNamed(std::move(line)), maxChars);
}

}  // namespace

FieldIndex describe(const Packet& packet, FieldTree& tree, Place place,
                    std::uint8_t engineVersion) {
    const std::string type(packetTypeName(packet.type, engineVersion));
    const FieldIndex layer = tree.open(FieldId::SocketIo, place, packet.dataRange.end,
                                       summary(packet, kShownChars, engineVersion));
    tree.add(FieldId::SocketIoType, place, 1, type,
             type + " (" + std::to_string(static_cast<int>(packet.type)) + ")");
    if (packet.attachments) {
        tree.add(FieldId::SocketIoAttachments, place.at(packet.attachmentsRange.begin),
                 packet.attachmentsRange.size(), std::uint64_t{*packet.attachments});
    }
    if (packet.nsp.empty()) {
        tree.addComputed(FieldId::SocketIoNsp, std::string("/"));
    } else {
        tree.add(FieldId::SocketIoNsp, place.at(packet.nspRange.begin), packet.nspRange.size(),
                 std::string(packet.nspName()), printable(packet.nsp, kShownChars));
    }
    if (packet.id) {
        tree.add(FieldId::SocketIoId, place.at(packet.idRange.begin), packet.idRange.size(),
                 *packet.id);
    }
    if (!packet.data.empty()) describeData(packet, tree, place.at(packet.dataRange.begin));
    tree.close();
    return layer;
}

std::string summary(const Packet& packet, std::size_t maxChars, std::uint8_t engineVersion) {
    std::string line(packetTypeName(packet.type, engineVersion));
    if (packet.nspName() != "/") line += " " + printable(packet.nspName(), maxChars);
    if (packet.id) line += " #" + std::to_string(*packet.id);
    if (const std::string data = shownData(packet, maxChars); !data.empty()) line += "  " + data;
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::socketio
