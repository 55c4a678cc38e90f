// Event arguments are read value by value, so that several may stand on a line.
#include "capture/script/message_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "dissector/payload/json.h"
#include "dissector/payload/json_reader.h"

namespace framescope::script {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// An array; nothing if the text is none, or too deep for values to be walked.
std::optional<Json> arrayOf(std::string_view text) {
    if (checkJson(text)) return std::nullopt;
    Json values = Json::parse(text, nullptr, false);
    if (!values.is_array()) return std::nullopt;
    return values;
}

/// JSON values one behind the other, as an array; nothing if the text is not that.
std::optional<Json> valuesOf(std::string_view text) {
    std::string array = "[";
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        if (text.empty()) break;
        JsonReader reader(text);
        JsonToken token = reader.next();
        while (reader.depth() > 0 && token != JsonToken::Error) token = reader.next();
        if (token == JsonToken::Error) return std::nullopt;
        if (array.size() > 1) array += ',';
        array += text.substr(0, reader.range().end);
        text.remove_prefix(reader.range().end);
    }
    return arrayOf(array + "]");
}

Result<compose::Draft> eventOf(const std::string& text, const MessageForm& form) {
    compose::SocketIoDraft event;
    event.nsp = form.nsp;
    event.wantsAck = form.wantsAck;
    if (text.starts_with('[')) {
        auto all = arrayOf(text);
        if (!all || all->empty() || !all->front().is_string()) {
            return Error{
                "An event is a JSON array that begins with its name, such as "
                "[\"message\",1]; this is not: " +
                text};
        }
        event.event = all->front().get<std::string>();
        all->erase(0);
        event.data = dumped(*all);
        return compose::Draft(std::move(event));
    }
    constexpr std::string_view kSpace = " \t";
    const std::size_t end = text.find_first_of(kSpace);
    event.event = text.substr(0, end);
    if (event.event.empty()) return Error{"An event needs a name, such as: message {\"a\":1}"};
    const std::size_t start =
        end == std::string::npos ? std::string::npos : text.find_first_not_of(kSpace, end);
    const std::string rest = start == std::string::npos ? std::string() : text.substr(start);
    if (auto values = valuesOf(rest)) {
        event.data = dumped(*values);
    } else if (rest.find_first_of("{[\"") == 0) {
        return Error{"The arguments of the event " + event.event + " are no JSON: " + rest};
    } else {
        event.data = dumped(Json::array({rest}));
    }
    return compose::Draft(std::move(event));
}

}  // namespace

Result<compose::Draft> draftOf(compose::Payload payload, const MessageForm& form) {
    using PayloadKind = compose::Payload::Kind;
    const bool isText = payload.kind == PayloadKind::Text || payload.kind == PayloadKind::Json;
    switch (form.kind) {
        case MessageForm::Kind::Frame: {
            compose::FrameDraft frame = form.frame;
            frame.payload = std::move(payload);
            return compose::Draft(std::move(frame));
        }
        case MessageForm::Kind::EngineIo: {
            compose::EngineIoDraft packet;
            packet.data = std::move(payload);
            packet.binary = !isText;
            return compose::Draft(std::move(packet));
        }
        case MessageForm::Kind::Raw:
            return compose::Draft(compose::RawDraft{std::move(payload)});
        case MessageForm::Kind::SocketIo:
            break;
    }
    if (!isText) {
        return Error{
            "An event is written as text; its attachments stand in its JSON form: "
            "{\"emit\":\"photo\",\"attachments\":[{\"file\":\"a.png\"}]}."};
    }
    return eventOf(payload.text, form);
}

}  // namespace framescope::script
