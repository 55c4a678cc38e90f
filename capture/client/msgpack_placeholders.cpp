// One walk over the tokens. A stack of containers tells where commas and colons go.
#include "capture/client/msgpack_placeholders.h"

#include <cmath>

#include "dissector/payload/item_text.h"
#include "dissector/payload/json.h"
#include "dissector/payload/msgpack_reader.h"

namespace framescope::client {
namespace {

std::string extensionJson(ByteView bytes, const Item& item) {
    const ByteView content = bytes.subspan(item.content.begin, item.content.size());
    const auto type = static_cast<std::int8_t>(item.number);
    if (type == kMsgpackTimestamp) {
        if (const auto time = parseMsgpackTime(content)) {
            return quotedJson(utcText(time->seconds, time->nanoseconds));
        }
    }
    // Type 0 with a zero byte is how the peers' library writes `undefined`.
    if (type == 0) return "null";
    return quotedJson(binaryText(content));
}

std::string valueJson(ByteView bytes, const Item& item, std::vector<Bytes>& attachments) {
    switch (item.token) {
        case ItemToken::False:
            return "false";
        case ItemToken::True:
            return "true";
        case ItemToken::Unsigned:
        case ItemToken::Negative:
            return integerText(item);
        case ItemToken::Float:
            return std::isfinite(item.real) ? floatText(item.real, item.realBytes) : "null";
        case ItemToken::Text:
            return quotedJson(itemContent(bytes, item));
        case ItemToken::Binary: {
            const ByteView content = bytes.subspan(item.content.begin, item.content.size());
            attachments.emplace_back(content.begin(), content.end());
            return R"({"_placeholder":true,"num":)" + std::to_string(attachments.size() - 1) + "}";
        }
        case ItemToken::Extension:
            return extensionJson(bytes, item);
        default:
            return "null";
    }
}

}  // namespace

std::optional<std::string> msgpackWithPlaceholders(ByteView value, std::size_t maxChars,
                                                   std::vector<Bytes>& attachments) {
    MsgpackReader reader(value);
    std::string json;
    bool first = true;  // of the container that is open
    bool behindKey = false;
    for (;;) {
        const Item& item = reader.next();
        if (item.token == ItemToken::End) return json;
        if (item.token == ItemToken::Error || json.size() > maxChars) return std::nullopt;
        if (item.token == ItemToken::ArrayEnd || item.token == ItemToken::MapEnd) {
            json += item.token == ItemToken::ArrayEnd ? ']' : '}';
            first = false;
            continue;
        }
        if (!first && !behindKey) json += ',';
        first = false;
        behindKey = item.isKey;
        if (item.token == ItemToken::ArrayBegin || item.token == ItemToken::MapBegin) {
            // A container as a key is nothing that JavaScript could have written.
            if (item.isKey) return std::nullopt;
            json += item.token == ItemToken::ArrayBegin ? '[' : '{';
            first = true;
            continue;
        }
        std::string text = valueJson(value, item, attachments);
        if (item.isKey) {
            if (text.empty() || text.front() != '"') text = quotedJson(text);
            text += ':';
        }
        json += text;
    }
}

}  // namespace framescope::client
