// Member by member, each taken out of the object once it was read: what is left over is unknown.
// The first thing that is wrong is told, and nothing behind it counts.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "capture/compose/draft_json.h"
#include "capture/compose/draft_names.h"
#include "capture/compose/payload_bytes.h"

namespace framescope::compose {
namespace {

using Json = nlohmann::ordered_json;

std::string inQuotes(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

/// "a", "b" or "c".
template <typename T, std::size_t N>
std::string listOf(const std::array<Name<T>, N>& names) {
    std::string list;
    for (std::size_t i = 0; i < N; ++i) {
        if (i != 0) list += i + 1 == N ? " or " : ", ";
        list += inQuotes(names[i].name);
    }
    return list;
}

class DraftReader {
public:
    Draft read(Json object) {
        m_depth = 0;
        if (!object.is_object()) {
            fail("A message must be a JSON object: {...}.");
            return {};
        }
        if (object.empty()) {
            fail("The message says nothing: {\"text\":\"\"} is an empty one.");
            return {};
        }
        Draft draft;
        if (object.contains("raw")) {
            draft = RawDraft{payloadOrText(take(object, "raw"), "raw")};
        } else if (object.contains("eio")) {
            draft = engineIo(object);
        } else if (object.contains("emit") || object.contains("sio")) {
            draft = socketIo(object);
        } else {
            draft = frame(object);
        }
        refuseRest(object);
        return draft;
    }

    const std::string& fault() const { return m_fault; }

private:
    void fail(std::string sentence) {
        if (m_fault.empty()) m_fault = std::move(sentence);
    }
    void wrong(std::string_view member, const std::string& must) {
        fail(inQuotes(member) + " must be " + must + ".");
    }
    void refuseRest(const Json& object) {
        if (object.empty()) return;
        fail(inQuotes(object.begin().key()) + " is no member of such a message.");
    }

    static Json take(Json& object, const char* member) {
        const auto found = object.find(member);
        Json value = std::move(*found);
        object.erase(found);
        return value;
    }

    bool boolean(Json& object, const char* member, bool otherwise) {
        if (!object.contains(member)) return otherwise;
        const Json value = take(object, member);
        if (!value.is_boolean()) {
            wrong(member, "true or false");
            return otherwise;
        }
        return value.get<bool>();
    }

    std::string text(Json& object, const char* member, std::string otherwise = {}) {
        if (!object.contains(member)) return otherwise;
        const Json value = take(object, member);
        if (!value.is_string()) {
            wrong(member, "a text");
            return otherwise;
        }
        return value.get<std::string>();
    }

    std::optional<std::uint64_t> number(Json& object, const char* member, std::uint64_t most) {
        if (!object.contains(member)) return std::nullopt;
        const Json value = take(object, member);
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
            wrong(member, "a whole number from 0 to " + std::to_string(most));
            return std::nullopt;
        }
        return value.get<std::uint64_t>();
    }

    /// A name, or its number up to `most`.
    template <typename T, std::size_t N>
    T named(const Json& value, const char* member, const std::array<Name<T>, N>& names,
            std::uint64_t most) {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() <= most) {
            return static_cast<T>(value.get<std::uint64_t>());
        }
        if (value.is_string()) {
            if (const auto known = valueNamed(names, value.get_ref<const std::string&>())) {
                return *known;
            }
        }
        wrong(member, "a name or a number from 0 to " + std::to_string(most) + "; the names are " +
                          listOf(names));
        return T{};
    }

    template <typename T, std::size_t N>
    T word(Json& object, const char* member, const std::array<Name<T>, N>& names, T otherwise,
           const std::string& orElse = {}) {
        if (!object.contains(member)) return otherwise;
        const Json value = take(object, member);
        if (value.is_string()) {
            if (const auto known = valueNamed(names, value.get_ref<const std::string&>())) {
                return *known;
            }
        }
        wrong(member, listOf(names) + orElse);
        return otherwise;
    }

    /// The payload's member, if there is one.
    Payload payload(Json& object) {
        constexpr std::array kMembers = {"text", "json", "jsonText", "hex", "file"};
        const char* found = nullptr;
        Payload payload;
        for (const char* const member : kMembers) {
            if (!object.contains(member)) continue;
            if (found != nullptr) {
                fail(inQuotes(found) + " and " + inQuotes(member) +
                     " cannot both be the payload: one of them is.");
                return payload;
            }
            found = member;
        }
        if (found == nullptr) return payload;
        const std::string_view name = found;
        if (name == "json") {
            payload.kind = Payload::Kind::Json;
            payload.text = take(object, found).dump();
            return payload;
        }
        if (name == "jsonText") payload.kind = Payload::Kind::Json;
        if (name == "hex") payload.kind = Payload::Kind::Hex;
        if (name == "file") payload.kind = Payload::Kind::File;
        payload.text = text(object, found);
        return payload;
    }

    /// A text, or an object with the payload's member alone.
    Payload payloadOrText(Json value, std::string_view member) {
        if (value.is_string()) return {Payload::Kind::Text, value.get<std::string>()};
        if (!value.is_object() || value.empty()) {
            wrong(member, "a text, or an object with \"text\", \"json\", \"hex\" or \"file\"");
            return {};
        }
        Payload made = payload(value);
        refuseRest(value);
        return made;
    }

    FrameDraft frame(Json& object) {
        FrameDraft draft;
        draft.payload = payload(object);
        if (isBinaryByHabit(draft.payload.kind)) {
            draft.opcode = static_cast<std::uint8_t>(websocket::Opcode::Binary);
        }
        if (object.contains("close")) {
            draft.opcode = static_cast<std::uint8_t>(websocket::Opcode::Close);
            const auto code = number(object, "close", 0xffff);
            if (code) draft.closeCode = static_cast<std::uint16_t>(*code);
            for (const char* const twice : {"opcode", "code"}) {
                if (object.contains(twice)) {
                    fail(inQuotes(twice) + " says again what \"close\" says.");
                }
            }
        }
        if (object.contains("opcode")) {
            draft.opcode = named(take(object, "opcode"), "opcode", kOpcodeNames, 15);
        }
        if (const auto code = number(object, "code", 0xffff)) {
            draft.closeCode = static_cast<std::uint16_t>(*code);
        }
        draft.fin = boolean(object, "fin", true);
        constexpr std::array kBits = {"rsv1", "rsv2", "rsv3"};
        for (std::size_t i = 0; i < kBits.size(); ++i) {
            if (object.contains(kBits[i])) draft.rsv[i] = boolean(object, kBits[i], false);
        }
        masking(object, draft);
        draft.length = word(object, "length", kLengthNames, LengthChoice::Minimal);
        draft.announcedLength =
            number(object, "announce", std::numeric_limits<std::uint64_t>::max());
        compressing(object, draft);
        fragments(object, draft);
        between(object, draft);
        return draft;
    }

    void masking(Json& object, FrameDraft& draft) {
        if (!object.contains("mask")) return;
        if (const auto key = maskingKey(object["mask"])) {
            draft.masking = Masking::Fixed;
            draft.maskingKey = *key;
            object.erase("mask");
            return;
        }
        draft.masking =
            word(object, "mask", kMaskingNames, Masking::Random, ", or a key of eight hex digits");
    }

    static std::optional<std::array<std::uint8_t, 4>> maskingKey(const Json& value) {
        constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
        if (!value.is_string()) return std::nullopt;
        const auto& digits = value.get_ref<const std::string&>();
        if (digits.size() != 8 || digits.find_first_not_of(kDigits) != std::string::npos) {
            return std::nullopt;
        }
        const auto number = static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
        std::array<std::uint8_t, 4> key{};
        for (std::size_t i = 0; i < key.size(); ++i) {
            key[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
        }
        return key;
    }

    void compressing(Json& object, FrameDraft& draft) {
        if (!object.contains("compress")) return;
        if (object["compress"].is_boolean()) {
            draft.compressing =
                boolean(object, "compress", false) ? Compressing::AsAgreed : Compressing::None;
            return;
        }
        draft.compressing =
            word(object, "compress", kCompressingNames, Compressing::None, ", true or false");
    }

    void fragments(Json& object, FrameDraft& draft) {
        if (!object.contains("fragments")) return;
        const Json sizes = take(object, "fragments");
        const bool right = sizes.is_array() && std::ranges::all_of(sizes, [](const Json& size) {
                               return size.is_number_unsigned();
                           });
        if (!right) return wrong("fragments", "an array of sizes in bytes: [2,5]");
        for (const Json& size : sizes) draft.fragments.push_back(size.get<std::uint64_t>());
    }

    void between(Json& object, FrameDraft& draft) {
        if (!object.contains("between")) return;
        Json frames = take(object, "between");
        if (++m_depth > kMaxBetweenDepth) {
            return fail("\"between\" lies inside of itself more than " +
                        std::to_string(kMaxBetweenDepth) + " times.");
        }
        const bool right = frames.is_array() && std::ranges::all_of(frames, [](const Json& inner) {
                               return inner.is_object() && inner.contains("after");
                           });
        if (!right) {
            return wrong("between",
                         "an array of frames, each with \"after\": the fragment, counted from 0, "
                         "behind which it is put");
        }
        for (Json& inner : frames) {
            const auto after = number(inner, "after", std::numeric_limits<std::uint32_t>::max());
            FrameDraft made = frame(inner);
            refuseRest(inner);
            draft.between.emplace_back(static_cast<std::size_t>(after.value_or(0)),
                                       std::move(made));
        }
        --m_depth;
    }

    EngineIoDraft engineIo(Json& object) {
        EngineIoDraft draft;
        draft.type = named(take(object, "eio"), "eio", kEngineNames, 6);
        draft.data = payload(object);
        draft.binary = boolean(object, "binary", isBinaryByHabit(draft.data.kind));
        return draft;
    }

    SocketIoDraft socketIo(Json& object) {
        SocketIoDraft draft;
        if (object.contains("emit")) {
            draft.event = text(object, "emit");
        } else {
            draft.type = named(take(object, "sio"), "sio", kSocketNames, 6);
            draft.event = text(object, "event");
        }
        draft.nsp = text(object, "nsp", "/");
        draft.wantsAck = boolean(object, "ack", false);
        draft.id = number(object, "id", std::numeric_limits<std::uint64_t>::max());
        data(object, draft);
        if (object.contains("attachments")) {
            Json attachments = take(object, "attachments");
            if (!attachments.is_array()) {
                wrong("attachments", "an array of payloads: [{\"file\":\"a.png\"}]");
                return draft;
            }
            for (Json& attachment : attachments) {
                draft.attachments.push_back(payloadOrText(std::move(attachment), "attachments"));
            }
        }
        return draft;
    }

    void data(Json& object, SocketIoDraft& draft) {
        const bool arguments = hasArguments(draft.type);
        const char* const member = arguments ? "args" : "data";
        const char* const other = arguments ? "data" : "args";
        if (object.contains(other)) {
            return fail(arguments ? "What an event or an acknowledgement carries is in \"args\", "
                                    "not in \"data\"."
                                  : "Only events and acknowledgements have \"args\"; others have "
                                    "\"data\".");
        }
        if (object.contains(member) && object.contains("dataText")) {
            return fail(inQuotes(member) + " and \"dataText\" cannot both be the data.");
        }
        draft.data = text(object, "dataText");
        if (!object.contains(member)) return;
        const Json value = take(object, member);
        if (arguments && !value.is_array()) return wrong(member, "an array");
        draft.data = value.dump();
    }

    std::string m_fault;
    int m_depth = 0;  ///< of "between"
};

}  // namespace

Result<Draft> parseDraft(std::string_view json) {
    // Also limits the depth for the parser, whose values are walked recursively.
    if (std::string fault = jsonFault(json, "The message"); !fault.empty()) {
        return Error{std::move(fault)};
    }
    Json object = Json::parse(json, nullptr, false);
    if (object.is_discarded()) {
        return Error{
            "The message is not valid JSON: a number in it is too great, or a "
            "text has half of a character."};
    }
    DraftReader reader;
    Draft draft = reader.read(std::move(object));
    if (!reader.fault().empty()) return Error{reader.fault()};
    return draft;
}

}  // namespace framescope::compose
