// A Socket.IO packet for people: its tree and its one line. Binary attachments travel in frames of
// their own; their placeholders in the JSON are shown as what they stand for.
#include <algorithm>
#include <charconv>

#include "dissector/payload/json.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/describe_recovery.h"
#include "dissector/socketio/packet.h"
#include "dissector/socketio/placeholder.h"

namespace framescope::socketio {
namespace {

constexpr std::size_t kShownChars = 200;
/// Arguments that get a tree of their own.
constexpr std::size_t kMaxArguments = 1000;

/// People count from one.
std::string attachmentName(std::uint64_t number, std::optional<std::uint64_t> size = {}) {
    std::string name = "\u2039attachment " + std::to_string(number + 1);
    if (size) name += ", " + byteCountText(*size);
    return name + "\u203a";
}

const Attachment* find(const Surroundings& surroundings, std::uint64_t number) {
    const auto& attachments = surroundings.attachments;
    if (number >= attachments.size() || !attachments[number]) return nullptr;
    return &*attachments[number];
}

/// The same in the text of a line that may have been cut, in the form socket.io writes it.
std::string withPlaceholdersNamed(std::string line) {
    constexpr std::string_view kBegin = "{\"_placeholder\":true,\"num\":";
    for (std::size_t at = line.find(kBegin); at != std::string::npos; at = line.find(kBegin, at)) {
        const std::size_t digits = at + kBegin.size();
        std::uint64_t number = 0;
        const auto [stop, error] =
            std::from_chars(line.data() + digits, line.data() + line.size(), number);
        const auto end = static_cast<std::size_t>(stop - line.data());
        if (error != std::errc() || end == line.size() || line[end] != '}') {
            at = digits;
            continue;
        }
        const std::string name = attachmentName(number);
        line.replace(at, end + 1 - at, name);
        at += name.size();
    }
    return line;
}

/// Arguments as a line: each placeholder as what it stands for.
std::string withAttachmentsNamed(std::string_view json, const Surroundings& surroundings) {
    return replacePlaceholders(json, [&](std::uint64_t number) -> std::optional<std::string> {
        const Attachment* const attachment = find(surroundings, number);
        return attachment != nullptr ? attachmentName(number, attachment->size)
                                     : attachmentName(number);
    });
}

/// Arguments as JSON, with the lengths of the attachments that are there.
std::string withAttachmentLengths(std::string_view json, const Surroundings& surroundings) {
    return replacePlaceholders(json, [&](std::uint64_t number) -> std::optional<std::string> {
        const Attachment* const attachment = find(surroundings, number);
        if (attachment == nullptr) return std::nullopt;
        return std::to_string(attachment->size);
    });
}

/// Appends the attachment below the field of its placeholder, which is open.
void describeAttachment(std::uint64_t number, FieldIndex field, Dissection& dissection,
                        const Surroundings& surroundings) {
    FieldTree& tree = dissection.fields;
    const Attachment* const attachment = find(surroundings, number);
    tree.setText(field, attachment != nullptr ? attachmentName(number, attachment->size)
                                              : attachmentName(number));
    if (attachment == nullptr || attachment->source == kNoSource) return;
    const Bytes bytes = dissection.sources[attachment->source].bytes;
    const Place place{attachment->source, 0};
    const FieldIndex shown = tree.open(FieldId::SocketIoAttachment, place, bytes.size(),
                                       byteCountText(attachment->size), Bytes(bytes));
    tree.setLabel(shown, "Attachment " + std::to_string(number + 1));
    if (!bytes.empty() && bytes.size() == attachment->size) {
        describePayload(bytes, false, surroundings.choice, dissection, place);
    }
    tree.close();
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

/// The tree of one argument, at `range` in the packet's data.
void describeArgument(const Packet& packet, ByteRange range, std::string label,
                      Dissection& dissection, Place data, const Surroundings& surroundings) {
    const std::string_view text = slice(packet.data, range);
    const TextHook textHook = base64Hook(dissection, surroundings.choice);
    std::vector<Placeholder> placeholders;
    if (isBinary(packet.type)) placeholders = findPlaceholders(text);
    ObjectHook objectHook;
    if (!placeholders.empty()) {
        objectHook = [&](std::uint64_t end, FieldIndex field) {
            const auto found = std::ranges::lower_bound(
                placeholders, end, {},
                [](const Placeholder& placeholder) { return placeholder.range.end; });
            if (found == placeholders.end() || found->range.end != end || !found->number) return;
            describeAttachment(*found->number, field, dissection, surroundings);
        };
    }
    describeValidJson(text, dissection.fields, data.at(range.begin), std::move(label), textHook,
                      objectHook);
}

void describeArguments(const Packet& packet, Dissection& dissection, Place data,
                       const Surroundings& surroundings) {
    FieldTree& tree = dissection.fields;
    const auto nodes = arguments(packet);
    // From the first argument to the array's end, so that what is beyond the limit is in the value.
    const std::size_t end = packet.data.rfind(']');
    const std::size_t last = packet.data.find_last_not_of(" \t\r\n", end - 1);
    const ByteRange range =
        nodes.empty() ? ByteRange{end, end} : ByteRange{nodes.front().range.begin, last + 1};
    std::string value = "[" + std::string(slice(packet.data, range)) + "]";
    std::string text;
    if (isBinary(packet.type)) {
        text = tree.text(
            [&] { return printable(withAttachmentsNamed(value, surroundings), kShownChars); });
        value = withAttachmentLengths(value, surroundings);
    } else {
        text = tree.text([&] { return printable(value, kShownChars); });
    }
    tree.open(FieldId::SocketIoArgs, data.at(range.begin), range.size(), std::move(text),
              std::move(value));
    std::size_t number = 0;
    for (const JsonNode& node : nodes) {
        if (number == kMaxArguments) {
            const FieldIndex more = tree.add(FieldId::Json, data.at(node.range.begin), 0, {},
                                             "more arguments, not shown");
            tree.setLabel(more, "\u2026");
            break;
        }
        std::string label = tree.text([&] { return "Argument " + std::to_string(number); });
        ++number;
        describeArgument(packet, node.range, std::move(label), dissection, data, surroundings);
    }
    tree.close();
}

void describeData(const Packet& packet, Dissection& dissection, Place data,
                  const Surroundings& surroundings) {
    FieldTree& tree = dissection.fields;
    const bool list = packet.hasEvent() || packet.isAck();
    if (list && jsonKind(packet.data) == JsonKind::Array && !checkJson(packet.data)) {
        if (packet.hasEvent()) {
            const auto first = jsonChildren(packet.data, 1);
            if (first && !first->empty() && firstStringOf(packet.data)) {
                const ByteRange range = first->front().range;
                std::string name = eventName(packet);
                std::string shown = tree.text([&] { return printable(name, kShownChars); });
                tree.add(FieldId::SocketIoEvent, data.at(range.begin), range.size(),
                         std::move(name), std::move(shown));
            }
        }
        describeArguments(packet, dissection, data, surroundings);
        return;
    }
    tree.open(FieldId::SocketIoData, data, packet.data.size(),
              tree.text([&] { return printable(packet.data, kShownChars); }),
              std::string(packet.data));
    describeJson(packet.data, tree, data, {}, base64Hook(dissection, surroundings.choice));
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
    return printable(isBinary(packet.type) ? withPlaceholdersNamed(std::move(line)) : line,
                     maxChars);
}

}  // namespace

FieldIndex describe(const Packet& packet, Dissection& dissection, Place place,
                    std::uint8_t engineVersion, const Surroundings& surroundings) {
    FieldTree& tree = dissection.fields;
    const std::string type(packetTypeName(packet.type, engineVersion));
    const FieldIndex layer =
        tree.open(FieldId::SocketIo, place, packet.dataRange.end,
                  tree.text([&] { return summary(packet, kShownChars, engineVersion); }));
    tree.add(FieldId::SocketIoType, place, 1, type, tree.text([&] {
        return type + " (" + std::to_string(static_cast<int>(packet.type)) + ")";
    }));
    if (packet.attachments) {
        tree.add(FieldId::SocketIoAttachments, place.at(packet.attachmentsRange.begin),
                 packet.attachmentsRange.size(), std::uint64_t{*packet.attachments});
    }
    if (packet.nsp.empty()) {
        tree.addComputed(FieldId::SocketIoNsp, std::string("/"));
    } else {
        tree.add(FieldId::SocketIoNsp, place.at(packet.nspRange.begin), packet.nspRange.size(),
                 std::string(packet.nspName()),
                 tree.text([&] { return printable(packet.nsp, kShownChars); }));
    }
    if (packet.id) {
        tree.add(FieldId::SocketIoId, place.at(packet.idRange.begin), packet.idRange.size(),
                 *packet.id);
    }
    if (!packet.data.empty()) {
        const Place data = place.at(packet.dataRange.begin);
        describeData(packet, dissection, data, surroundings);
        describeRecovery(packet.type, asBytes(packet.data), Encoding::Json, surroundings, tree,
                         data);
    }
    tree.close();
    return layer;
}

void describeRecovery(PacketType type, ByteView data, Encoding encoding,
                      const Surroundings& surroundings, FieldTree& tree, Place place) {
    const auto add = [&](FieldId id, const std::optional<FoundText>& text) {
        if (!text) return;
        tree.add(id, place.at(text->range.begin), text->range.size(), text->value,
                 printable(text->value, kShownChars));
    };
    if (type == PacketType::Connect) {
        const ConnectData connect = readConnectData(data, encoding);
        add(FieldId::SocketIoSid, connect.sid);
        add(FieldId::SocketIoPid, connect.pid);
        add(FieldId::SocketIoOffset, connect.offset);
    } else if (surroundings.hasOffset) {
        add(FieldId::SocketIoOffset, trailingText(data, encoding));
    }
    if (surroundings.recovered) {
        tree.addComputed(FieldId::SocketIoRecovered, std::uint64_t{*surroundings.recovered},
                         *surroundings.recovered ? "yes" : "no, the client begins anew");
    }
}

std::string summary(const Packet& packet, std::size_t maxChars, std::uint8_t engineVersion) {
    std::string line(packetTypeName(packet.type, engineVersion));
    if (packet.nspName() != "/") line += " " + printable(packet.nspName(), maxChars);
    if (packet.id) line += " #" + std::to_string(*packet.id);
    if (const std::string data = shownData(packet, maxChars); !data.empty()) line += "  " + data;
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::socketio
