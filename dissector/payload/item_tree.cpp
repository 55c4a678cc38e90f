// The tree is built in one run over the tokens. A key that is a container itself, which JSON does
// not know, gets a node of its own before its value.
#include "dissector/payload/item_tree.h"

#include <cmath>

#include "dissector/field/field_value.h"
#include "dissector/payload/cbor_reader.h"
#include "dissector/payload/item_text.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::size_t kShownChars = 200;

bool begins(ItemToken token) {
    return token == ItemToken::ArrayBegin || token == ItemToken::MapBegin ||
           token == ItemToken::TagBegin;
}

bool ends(ItemToken token) {
    return token == ItemToken::ArrayEnd || token == ItemToken::MapEnd || token == ItemToken::TagEnd;
}

std::string tagText(std::uint64_t tag) {
    std::string text = "tag " + std::to_string(tag);
    if (const std::string_view name = cborTagName(tag); !name.empty()) {
        text += " (" + std::string(name) + ")";
    }
    return text;
}

/// What a tag makes of its value, to stand behind it; empty for tags without a meaning here.
std::string taggedMeaning(std::uint64_t tag, ByteView bytes, const Item& item) {
    if (tag == 1) {
        if (item.token == ItemToken::Float && std::abs(item.real) < 1e12) {
            const double whole = std::floor(item.real);
            return utcText(static_cast<std::int64_t>(whole),
                           static_cast<std::uint32_t>((item.real - whole) * 1e9));
        }
        if (item.number < 1'000'000'000'000) {
            const auto number = static_cast<std::int64_t>(item.number);
            if (item.token == ItemToken::Unsigned) return utcText(number);
            if (item.token == ItemToken::Negative) return utcText(-1 - number);
        }
    }
    if ((tag == 2 || tag == 3) && item.token == ItemToken::Binary) {
        const std::string content = itemContent(bytes, item);
        std::string text = bigNumberText(asBytes(content));
        return tag == 2 ? text : "-1 - " + text;
    }
    return {};
}

class TreeBuilder {
public:
    TreeBuilder(ItemReader& reader, const ItemFields& fields, FieldTree& tree, Place place,
                const TextHook& hook)
        : m_reader(reader), m_fields(fields), m_tree(tree), m_place(place), m_hook(hook) {}

    void build(std::string label) {
        m_rootLabel = std::move(label);
        for (;;) {
            const Item& item = m_reader.next();
            if (item.token == ItemToken::End || item.token == ItemToken::Error) break;
            if (ends(item.token)) {
                closeNode(item.range.end);
            } else if (item.isKey && !begins(item.token)) {
                m_key = item.range;
                m_keyLabel = keyLabel(item);
            } else {
                addNode(item);
                m_key = {};
            }
        }
    }

private:
    /// A container that is open.
    struct Level {
        FieldIndex field = kNoField;  ///< kNoField: not shown
        ItemToken begin = ItemToken::ArrayBegin;
        std::uint64_t number = 0;  ///< of a tag
        std::size_t children = 0;
    };

    std::string keyLabel(const Item& key) const {
        if (key.token != ItemToken::Text) return itemText(m_reader.bytes(), key, kShownChars);
        return printable(itemContent(m_reader.bytes(), key), kShownChars);
    }

    std::string labelOf(const Level* parent, const Item& item) {
        if (parent == nullptr) return std::move(m_rootLabel);
        if (parent->begin == ItemToken::TagBegin) return "value";
        if (parent->begin == ItemToken::ArrayBegin) return std::to_string(parent->children - 1);
        if (!m_key.empty()) return std::move(m_keyLabel);
        // Behind a key that is a container.
        return (item.isKey ? "key " : "value ") + std::to_string((parent->children - 1) / 2);
    }

    void addNode(const Item& item) {
        Level* const parent = m_levels.empty() ? nullptr : &m_levels.back();
        if (parent != nullptr) ++parent->children;
        // A value whose key was no node of its own counts for two, as the others do.
        if (parent != nullptr && !m_key.empty()) ++parent->children;
        FieldIndex field = kNoField;
        if (mayShow(parent, item.range)) {
            const std::uint64_t begin = m_key.empty() ? item.range.begin : m_key.begin;
            const FieldId id = parent == nullptr ? m_fields.root
                               : m_key.empty()   ? m_fields.element
                                                 : m_fields.member;
            std::string text;
            FieldValue value;
            if (!begins(item.token)) {
                text = itemText(m_reader.bytes(), item, kShownChars);
                value = valueOf(item);
                if (parent != nullptr && parent->begin == ItemToken::TagBegin) {
                    const std::string meaning =
                        taggedMeaning(parent->number, m_reader.bytes(), item);
                    if (!meaning.empty()) text += " (" + meaning + ")";
                }
            }
            field = m_tree.open(id, m_place.at(begin), item.range.end - begin, std::move(text),
                                std::move(value));
            m_tree.setLabel(field, labelOf(parent, item));
            if (!begins(item.token)) {
                if (m_hook && item.token == ItemToken::Text) {
                    m_hook(itemContent(m_reader.bytes(), item));
                }
                m_tree.close();
            }
        }
        if (begins(item.token)) m_levels.push_back({field, item.token, item.number, 0});
    }

    FieldValue valueOf(const Item& item) const {
        if (item.token == ItemToken::Text) return itemContent(m_reader.bytes(), item);
        if (item.token == ItemToken::Binary) {
            return formatHex(asBytes(itemContent(m_reader.bytes(), item)));
        }
        return itemText(m_reader.bytes(), item, kShownChars);
    }

    /// Counts a node; puts a line in the place of the first one that is too many.
    bool mayShow(const Level* parent, ByteRange range) {
        if (m_nodes == kMaxItemNodes) {
            if (!m_cut && parent != nullptr && parent->field != kNoField) {
                const FieldIndex more = m_tree.add(m_fields.element, m_place.at(range.begin), 0, {},
                                                   "more is there but not shown");
                m_tree.setLabel(more, "\u2026");
                m_cut = true;
            }
            return false;
        }
        ++m_nodes;
        return true;
    }

    void closeNode(std::uint64_t end) {
        const Level level = m_levels.back();
        m_levels.pop_back();
        if (level.field == kNoField) return;
        m_tree.setSize(level.field, end - (m_tree[level.field].range.begin - m_place.offset));
        if (level.begin == ItemToken::TagBegin) {
            m_tree.setText(level.field, tagText(level.number));
        } else {
            const bool map = level.begin == ItemToken::MapBegin;
            const std::size_t count = map ? level.children / 2 : level.children;
            std::string text = map ? "{" : "[";
            text += groupedDigits(count);
            text += map ? " member" : " element";
            if (count != 1) text += 's';
            text += map ? '}' : ']';
            m_tree.setText(level.field, std::move(text));
        }
        m_tree.close();
    }

    ItemReader& m_reader;
    const ItemFields& m_fields;
    FieldTree& m_tree;
    Place m_place;
    const TextHook& m_hook;
    std::string m_rootLabel;
    std::vector<Level> m_levels;
    ByteRange m_key;
    std::string m_keyLabel;
    std::size_t m_nodes = 0;
    bool m_cut = false;
};

/// Bits a text adds to the evidence: 95 of 256 byte values are printable ASCII.
double textBits(std::string_view text) {
    std::size_t controls = 0;
    for (const char c : text) {
        if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f) ++controls;
    }
    return 1.4 * static_cast<double>(text.size() - controls) - 3.0 * static_cast<double>(controls);
}

/// Bits a token adds: the logarithm of how many of the 256 first bytes begin one of its kind,
/// rounded down, nothing where an encoder would not have written it so.
double tokenBits(const Item& item) {
    if (!item.shortest) return -4;
    switch (item.token) {
        case ItemToken::Null:
        case ItemToken::False:
        case ItemToken::True:
        case ItemToken::Float:
            return 6;
        case ItemToken::Undefined:
        case ItemToken::Binary:
            return 4;
        case ItemToken::Unsigned:
        case ItemToken::Negative:
            return item.range.size() == 1 ? 0.5 : 4;
        case ItemToken::Text:
            return 2.5;
        case ItemToken::Extension:
        case ItemToken::ArrayBegin:
        case ItemToken::MapBegin:
            return 3;
        case ItemToken::TagBegin:
            return cborTagName(item.number).empty() ? -4 : 3;
        case ItemToken::Simple:
            return -8;
        default:
            return 0;
    }
}

}  // namespace

std::optional<ItemError> checkItems(ItemReader&& reader) {
    for (;;) {
        const ItemToken token = reader.next().token;
        if (token == ItemToken::Error) return reader.error();
        if (token == ItemToken::End) return std::nullopt;
    }
}

std::optional<std::vector<ItemNode>> itemChildren(ItemReader&& reader, std::size_t limit) {
    ItemToken top = reader.next().token;
    while (top == ItemToken::TagBegin) top = reader.next().token;
    if (top != ItemToken::ArrayBegin && top != ItemToken::MapBegin) return std::nullopt;
    const std::size_t base = reader.depth();
    std::vector<ItemNode> nodes;
    ItemNode node;
    ByteRange key;
    bool isKey = false;
    for (;;) {
        const Item& item = reader.next();
        if (item.token == ItemToken::Error) return std::nullopt;
        if (item.token == ItemToken::End) return nodes;
        // Depth counts behind the token: that of the children, one more behind the opening of one.
        const bool opensChild = begins(item.token) && reader.depth() == base + 1;
        const bool endsChild = !begins(item.token) && reader.depth() == base;
        if (opensChild || (endsChild && !ends(item.token))) {
            node = {item.token, item.range, key};
            isKey = item.isKey;
        }
        if (!endsChild) continue;
        node.range.end = item.range.end;
        if (isKey) {
            key = node.range;
        } else {
            if (nodes.size() < limit) nodes.push_back(node);
            key = {};
        }
    }
}

void describeItems(ItemReader&& reader, const ItemFields& fields, FieldTree& tree, Place place,
                   std::string label, const TextHook& hook) {
    TreeBuilder(reader, fields, tree, place, hook).build(std::move(label));
}

double itemEvidence(ItemReader&& reader) {
    constexpr double kEndsExactly = 4;
    constexpr double kTextKey = 1;
    double bits = kEndsExactly;
    bool structured = false;
    for (;;) {
        const Item& item = reader.next();
        if (item.token == ItemToken::Error) return 0;
        if (item.token == ItemToken::End) break;
        structured |= item.token == ItemToken::ArrayBegin || item.token == ItemToken::MapBegin;
        bits += tokenBits(item);
        if (item.token == ItemToken::Text) {
            const std::string text = itemContent(reader.bytes(), item);
            if (!isValidUtf8(text)) return 0;
            bits += textBits(text) + (item.isKey ? kTextKey : 0);
        } else if (item.isKey) {
            bits -= kTextKey;
        }
    }
    return structured && bits > 0 ? bits : 0;
}

}  // namespace framescope
