#include "dissector/socketio/connect_data.h"

#include "dissector/payload/json.h"
#include "dissector/payload/msgpack.h"

namespace framescope::socketio {
namespace {

/// Members of the object that are looked at; an application may add its own.
constexpr std::size_t kMaxMembers = 256;

ByteView slice(ByteView bytes, ByteRange range) {
    return bytes.subspan(range.begin, range.size());
}

std::optional<FoundText>* slotOf(ConnectData& result, std::string_view key) {
    if (key == "sid") return &result.sid;
    if (key == "pid") return &result.pid;
    if (key == "offset") return &result.offset;
    return nullptr;
}

std::optional<FoundText> msgpackText(ByteView bytes, ByteRange range) {
    const auto text = msgpackString(slice(bytes, range));
    if (!text) return std::nullopt;
    return FoundText{std::string(*text), range};
}

}  // namespace

ConnectData readConnectData(ByteView data, Encoding encoding) {
    ConnectData result;
    if (encoding == Encoding::Msgpack) {
        const auto members = msgpackChildren(data, kMaxMembers);
        if (!members) return result;
        for (const ItemNode& member : *members) {
            const auto key = msgpackString(slice(data, member.keyRange));
            if (!key) continue;
            if (auto* const slot = slotOf(result, *key)) *slot = msgpackText(data, member.range);
        }
        return result;
    }
    const std::string_view text = asText(data);
    if (jsonKind(text) != JsonKind::Object) return result;
    const auto members = jsonChildren(text, kMaxMembers);
    if (!members) return result;
    for (const JsonNode& member : *members) {
        if (member.kind != JsonKind::String) continue;
        const std::string key = unescapeJson(asText(slice(data, member.keyRange)));
        if (auto* const slot = slotOf(result, key)) {
            *slot = FoundText{unescapeJson(asText(slice(data, member.range))), member.range};
        }
    }
    return result;
}

std::optional<FoundText> trailingText(ByteView data, Encoding encoding) {
    if (encoding == Encoding::Msgpack) {
        const auto elements = msgpackChildren(data);
        if (!elements || elements->size() < 2) return std::nullopt;
        return msgpackText(data, elements->back().range);
    }
    const std::string_view text = asText(data);
    if (jsonKind(text) != JsonKind::Array) return std::nullopt;
    const auto elements = jsonChildren(text);
    if (!elements || elements->size() < 2 || elements->back().kind != JsonKind::String) {
        return std::nullopt;
    }
    const ByteRange range = elements->back().range;
    return FoundText{unescapeJson(asText(slice(data, range))), range};
}

}  // namespace framescope::socketio
