// Event arguments are read value by value, so that several may stand on a line.
#include "capture/script/message_text.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace framescope::script {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// JSON values one behind the other, as an array; nothing if the text is not that.
std::optional<Json> valuesOf(std::string_view text) {
    Json values = Json::array();
    std::istringstream stream{std::string(text)};
    while (stream >> std::ws && stream.peek() != std::istringstream::traits_type::eof()) {
        Json value;
        try {
            stream >> value;
        } catch (const Json::exception&) {
            return std::nullopt;
        }
        values.push_back(std::move(value));
    }
    return values;
}

Result<compose::Draft> eventOf(const std::string& text, const MessageForm& form) {
    compose::SocketIoDraft event;
    event.nsp = form.nsp;
    event.wantsAck = form.wantsAck;
    if (text.starts_with('[')) {
        Json all = Json::parse(text, nullptr, false);
        if (all.is_discarded() || !all.is_array() || all.empty() || !all[0].is_string()) {
            return Error{
                "An event is a JSON array that begins with its name, such as "
                "[\"message\",1]; this is not: " +
                text};
        }
        event.event = all[0].get<std::string>();
        all.erase(0);
        event.data = dumped(all);
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
