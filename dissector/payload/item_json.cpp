// MessagePack and CBOR as one line of JSON. What JSON has no form for becomes an object whose first
// name begins with a dollar sign.
#include <cmath>

#include "dissector/payload/item_text.h"
#include "dissector/payload/item_tree.h"
#include "dissector/payload/json.h"
#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

class JsonLine {
public:
    JsonLine(ItemReader& reader, std::size_t maxChars, JsonForm form)
        : m_reader(reader), m_maxChars(maxChars), m_form(form) {}

    /// Nothing if the bytes are not valid.
    std::optional<std::string> write() {
        for (;;) {
            const Item& item = m_reader.next();
            if (item.token == ItemToken::Error) return std::nullopt;
            if (item.token == ItemToken::End) return elided(std::move(m_out), m_maxChars);
            // A character has four bytes at the most. The rest is read all the same, since what is
            // behind decides whether the bytes are valid.
            if (m_out.size() / 4 <= m_maxChars) put(item);
        }
    }

private:
    struct Level {
        ItemToken begin;
        std::size_t start;  ///< where its text begins in m_out
        bool isKey;
        bool first = true;
        std::size_t memberStart = 0;  ///< where the text of the last member begins, with its comma
        bool memberFirst = true;
    };

    void put(const Item& item) {
        switch (item.token) {
            case ItemToken::ArrayEnd:
            case ItemToken::MapEnd:
            case ItemToken::TagEnd:
                return close();
            default:
                break;
        }
        separate(item.isKey);
        const std::size_t start = m_out.size();
        switch (item.token) {
            case ItemToken::ArrayBegin:
            case ItemToken::MapBegin:
                m_out += item.token == ItemToken::MapBegin ? '{' : '[';
                m_levels.push_back({item.token, start, item.isKey});
                return;
            case ItemToken::TagBegin:
                m_out += "{\"$tag\":" + std::to_string(item.number) + ",\"value\":";
                m_levels.push_back({item.token, start, item.isKey});
                return;
            default:
                if (m_form == JsonForm::Arguments && isUndefined(item)) {
                    putUndefined();
                    return;
                }
                m_out += scalar(item);
        }
        if (item.isKey) endKey(start);
    }

    void separate(bool isKey) {
        if (m_levels.empty() || m_levels.back().begin == ItemToken::TagBegin) return;
        Level& level = m_levels.back();
        // A value of a map stands behind the colon of its key.
        if (level.begin == ItemToken::MapBegin && !isKey) return;
        level.memberStart = m_out.size();
        level.memberFirst = level.first;
        if (!level.first) m_out += ',';
        level.first = false;
    }

    /// The libraries of Socket.IO write what is undefined in JavaScript as extension 0 with a zero.
    bool isUndefined(const Item& item) const {
        return item.token == ItemToken::Extension && !item.isKey && item.number == 0 &&
               item.content.size() == 1 && m_reader.bytes()[item.content.begin] == 0;
    }

    /// JSON has null for it in an array, and leaves it out of an object.
    void putUndefined() {
        if (m_levels.empty() || m_levels.back().begin != ItemToken::MapBegin) {
            m_out += "null";
            return;
        }
        Level& level = m_levels.back();
        m_out.resize(level.memberStart);
        level.first = level.memberFirst;
    }

    void close() {
        if (m_levels.empty()) return;
        const Level level = m_levels.back();
        m_levels.pop_back();
        m_out += level.begin == ItemToken::ArrayBegin ? ']' : '}';
        if (level.isKey) endKey(level.start);
    }

    /// Names in JSON are strings; what is none becomes one with its JSON text in it.
    void endKey(std::size_t start) {
        if (m_out[start] != '"') {
            const std::string text = m_out.substr(start);
            m_out.resize(start);
            m_out += quotedJson(text);
        }
        m_out += ':';
    }

    std::string binaryText(std::size_t size) const {
        const std::string length = std::to_string(size);
        return m_form == JsonForm::Arguments ? length : "{\"$binary\":" + length + "}";
    }

    std::string scalar(const Item& item) const {
        const ByteView bytes = m_reader.bytes();
        const std::string size = std::to_string(item.content.size());
        switch (item.token) {
            case ItemToken::Text:
                return quotedJson(itemContent(bytes, item));
            case ItemToken::Binary:
                return binaryText(itemContent(bytes, item).size());
            case ItemToken::Undefined:
                return "{\"$undefined\":true}";
            case ItemToken::Simple:
                return "{\"$simple\":" + std::to_string(item.number) + "}";
            case ItemToken::Float:
                if (!std::isfinite(item.real)) {
                    return "{\"$float\":" + quotedJson(floatText(item.real)) + "}";
                }
                return floatText(item.real, item.realBytes);
            case ItemToken::Extension: {
                const auto type = static_cast<std::int8_t>(item.number);
                const auto content = bytes.subspan(item.content.begin, item.content.size());
                if (const auto time = parseMsgpackTime(content);
                    time && type == kMsgpackTimestamp) {
                    return "{\"$timestamp\":" +
                           quotedJson(utcText(time->seconds, time->nanoseconds)) + "}";
                }
                return "{\"$extension\":" + std::to_string(type) + ",\"$binary\":" + size + "}";
            }
            default:
                return itemText(bytes, item, m_maxChars);
        }
    }

    ItemReader& m_reader;
    std::size_t m_maxChars;
    JsonForm m_form;
    std::string m_out;
    std::vector<Level> m_levels;
};

}  // namespace

std::optional<std::string> itemsToJson(ItemReader&& reader, std::size_t maxChars, JsonForm form) {
    return JsonLine(reader, maxChars, form).write();
}

}  // namespace framescope
