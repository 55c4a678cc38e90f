// Values are written as JSON values where reading them gives the same text again; otherwise the
// text itself is written.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "capture/compose/draft_json.h"
#include "capture/compose/draft_names.h"
#include "dissector/payload/json.h"

namespace framescope::compose {
namespace {

using Json = nlohmann::ordered_json;

/// The value of a JSON text, if it is written as we would write it.
std::optional<Json> valueOf(const std::string& text) {
    if (checkJson(text)) return std::nullopt;
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded() || value.dump() != text) return std::nullopt;
    return value;
}

void addPayload(const Payload& payload, Json& object) {
    switch (payload.kind) {
        case Payload::Kind::Text:
            object["text"] = payload.text;
            break;
        case Payload::Kind::Json:
            if (auto value = valueOf(payload.text)) {
                object["json"] = std::move(*value);
            } else {
                object["jsonText"] = payload.text;
            }
            break;
        case Payload::Kind::Hex:
            object["hex"] = payload.text;
            break;
        case Payload::Kind::File:
            object["file"] = payload.text;
            break;
    }
}

bool saysNothing(const Payload& payload) {
    return payload == Payload{};
}

/// The name where there is one, else the number.
template <typename T, std::size_t N>
Json nameOrNumber(const std::array<Name<T>, N>& names, T value) {
    const std::string_view name = nameOf(names, value);
    if (!name.empty()) return std::string(name);
    return static_cast<unsigned>(value);
}

std::string keyText(const std::array<std::uint8_t, 4>& key) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x", key[0], key[1], key[2], key[3]);
    return text.data();
}

Json objectOf(const FrameDraft& draft) {
    const FrameDraft plain;
    Json object = Json::object();
    const auto habit = static_cast<std::uint8_t>(
        isBinaryByHabit(draft.payload.kind) ? websocket::Opcode::Binary : websocket::Opcode::Text);
    const bool namesOpcode = draft.opcode != habit;
    if (namesOpcode) object["opcode"] = nameOrNumber(kOpcodeNames, draft.opcode);
    if (draft.closeCode) object["code"] = *draft.closeCode;
    if (!namesOpcode || !saysNothing(draft.payload)) addPayload(draft.payload, object);
    if (!draft.fin) object["fin"] = false;
    constexpr std::array kBits = {"rsv1", "rsv2", "rsv3"};
    for (std::size_t i = 0; i < kBits.size(); ++i) {
        if (draft.rsv[i]) object[kBits[i]] = *draft.rsv[i];
    }
    if (draft.masking == Masking::Fixed) {
        object["mask"] = keyText(draft.maskingKey);
    } else if (draft.masking != plain.masking) {
        object["mask"] = std::string(nameOf(kMaskingNames, draft.masking));
    }
    if (draft.length != plain.length) {
        object["length"] = std::string(nameOf(kLengthNames, draft.length));
    }
    if (draft.announcedLength) object["announce"] = *draft.announcedLength;
    if (draft.compressing != plain.compressing) {
        object["compress"] = std::string(nameOf(kCompressingNames, draft.compressing));
    }
    if (!draft.fragments.empty()) object["fragments"] = draft.fragments;
    for (const auto& [after, inner] : draft.between) {
        Json entry = {{"after", after}};
        entry.update(objectOf(inner));
        object["between"].push_back(std::move(entry));
    }
    return object;
}

Json objectOf(const EngineIoDraft& draft) {
    Json object = Json::object();
    object["eio"] = nameOrNumber(kEngineNames, draft.type);
    if (!saysNothing(draft.data)) addPayload(draft.data, object);
    if (draft.binary != isBinaryByHabit(draft.data.kind)) object["binary"] = draft.binary;
    return object;
}

Json objectOf(const SocketIoDraft& draft) {
    Json object = Json::object();
    if (draft.type == socketio::PacketType::Event) {
        object["emit"] = draft.event;
    } else {
        object["sio"] = nameOrNumber(kSocketNames, draft.type);
        if (!draft.event.empty()) object["event"] = draft.event;
    }
    if (draft.nsp != "/") object["nsp"] = draft.nsp;
    if (!draft.data.empty()) {
        const bool arguments = hasArguments(draft.type);
        auto value = valueOf(draft.data);
        if (value && (!arguments || value->is_array())) {
            object[arguments ? "args" : "data"] = std::move(*value);
        } else {
            object["dataText"] = draft.data;
        }
    }
    if (draft.wantsAck) object["ack"] = true;
    if (draft.id) object["id"] = *draft.id;
    for (const Payload& attachment : draft.attachments) {
        Json entry = Json::object();
        addPayload(attachment, entry);
        object["attachments"].push_back(std::move(entry));
    }
    return object;
}

Json objectOf(const RawDraft& draft) {
    Json object = Json::object();
    if (draft.bytes.kind == Payload::Kind::Text) {
        object["raw"] = draft.bytes.text;
    } else {
        object["raw"] = Json::object();
        addPayload(draft.bytes, object["raw"]);
    }
    return object;
}

}  // namespace

std::string toJson(const Draft& draft, int indent) {
    const Json object = std::visit([](const auto& kind) { return objectOf(kind); }, draft);
    return object.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace framescope::compose
