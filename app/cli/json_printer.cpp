// A field that occurs once is a value, one that occurs several times an array; members stand in the
// order in which fields first occur in the tree.
#include "app/cli/json_printer.h"

#include <algorithm>
#include <array>
#include <span>

#include "app/cli/field_text.h"
#include "dissector/field/field_occurrence.h"

namespace framescope::cli {
namespace {

constexpr auto kFieldIds = static_cast<std::size_t>(FieldId::Count);

bool isNumber(FieldType type) {
    return type == FieldType::Unsigned || type == FieldType::Hex8 || type == FieldType::Hex16 ||
           type == FieldType::Hex24 || type == FieldType::Hex32;
}

void writeValue(FieldType type, const FieldValue& value, JsonWriter& json) {
    char shown[24];
    const auto plain = [&](const char* end) {
        json.plain({shown, static_cast<std::size_t>(end - shown)});
    };
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        if (type == FieldType::Bool) {
            json.boolean(*number != 0);
        } else if (isNumber(type)) {
            json.number(*number);
        } else if (type == FieldType::Ipv4) {
            plain(writeIpv4(static_cast<std::uint32_t>(*number), shown));
        } else {
            json.text(formatValue(type, value));
        }
    } else if (const auto* time = std::get_if<std::int64_t>(&value)) {
        plain(writeTime(*time, shown));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        json.text(*text);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
        if (type == FieldType::Ether || type == FieldType::Ipv6) {
            json.plain(formatValue(type, value));
        } else {
            json.hex(*bytes);
        }
    } else {
        json.boolean(true);
    }
}

/// The member of a field, if the row has it.
void writeField(const FieldTree& tree, FieldId field, JsonWriter& json) {
    std::size_t count = 0;
    anyOccurrence(tree, field, [&](FieldIndex, const FieldValue&) { return ++count > 1; });
    if (count == 0) return;
    const FieldInfo& info = fieldInfo(field);
    json.key(info.name);
    if (count > 1) json.beginArray();
    anyOccurrence(tree, field, [&](FieldIndex, const FieldValue& value) {
        writeValue(info.type, value, json);
        return false;
    });
    if (count > 1) json.endArray();
}

/// Fields of which others are occurrences as well.
constexpr bool isKnownByOthers(FieldId field) {
    switch (field) {
        case FieldId::IpAddr:
        case FieldId::Ipv6Addr:
        case FieldId::IpVersion:
        case FieldId::TcpPort:
        case FieldId::IssueCodeField:
        case FieldId::IssueSeverityField:
            return true;
        default:
            return false;
    }
}

/// What is asked of a field's id for every field of every row.
struct IdFacts {
    PreparedKey key;
    FieldType type = FieldType::Group;
    bool named = false;  ///< it is printed
    bool knownByOthers = false;
};
const std::array<IdFacts, kFieldIds>& idFacts() {
    static const auto kFacts = [] {
        std::array<IdFacts, kFieldIds> facts;
        for (std::size_t i = 1; i < facts.size(); ++i) {
            const FieldInfo& info = fieldInfo(static_cast<FieldId>(i));
            facts[i] = {PreparedKey(info.name), info.type, !info.name.empty(),
                        isKnownByOthers(info.id)};
        }
        return facts;
    }();
    return kFacts;
}

void writeRow(SessionRow& row, JsonWriter& json) {
    const Record& record = row.record();
    const RowText text = row.session().text(row.id());
    json.key("packet");
    json.number(record.packet);
    json.key("time");
    if (record.hasTime()) {
        char shown[24];
        const char* const end = writeTime(record.timeNs, shown);
        json.plain({shown, static_cast<std::size_t>(end - shown)});
    } else {
        json.null();
    }
    if (record.connection != kNoConnection) {
        json.key("connection");
        json.number(record.connection);
        json.key("direction");
        json.text(record.direction == Direction::ClientToServer ? "c2s" : "s2c");
    }
    json.key("protocol");
    json.text(text.protocol);
    json.key("length");
    json.number(record.length);
    json.key("info");
    json.text(text.info);
}

void writeIssues(const FieldTree& tree, JsonWriter& json) {
    json.key("issues");
    json.beginArray();
    for (const FieldIssue& entry : tree.issues()) {
        const IssueInfo& info = issueInfo(entry.issue.code);
        json.beginObject();
        json.key("code");
        json.text(info.name);
        json.key("severity");
        json.text(severityName(info.severity));
        json.key("field");
        json.text(fieldInfo(tree[entry.field].id).name);
        json.key("sentence");
        json.text(info.sentence);
        json.key("detail");
        json.text(entry.issue.detail);
        json.key("specification");
        json.text(info.specification);
        json.endObject();
    }
    json.endArray();
}

}  // namespace

JsonPrinter::JsonPrinter(const std::vector<FieldId>& fields) {
    // A key stands once in an object, however often it was asked for.
    for (const FieldId field : fields) {
        if (std::ranges::find(m_fields, field) == m_fields.end()) m_fields.push_back(field);
    }
}

void JsonPrinter::chain(const FieldTree& tree) {
    const auto& facts = idFacts();
    const std::span<const Field> fields = tree.fields();
    ++m_round;
    m_layers.clear();
    m_valued.clear();
    m_next.assign(fields.size(), kNoField);
    for (FieldIndex i = 0; i < fields.size(); ++i) {
        const auto id = static_cast<std::size_t>(fields[i].id);
        Chain& chain = m_chains[id];
        if (chain.round != m_round) {
            chain = {m_round, i, i, false};
        } else {
            m_next[chain.last] = i;
            chain.last = i;
        }
        if (chain.listed || !facts[id].named) continue;
        const bool layer = facts[id].type == FieldType::Protocol;
        if (!layer && fields[i].value.index() == 0) continue;
        chain.listed = true;
        (layer ? m_layers : m_valued).push_back(fields[i].id);
    }
}

void JsonPrinter::writeMembers(const FieldTree& tree) {
    const auto& facts = idFacts();
    const std::span<const Field> fields = tree.fields();
    const auto has = [this](FieldId id) {
        return m_chains[static_cast<std::size_t>(id)].round == m_round;
    };
    for (const FieldId id : m_valued) {
        const IdFacts& known = facts[static_cast<std::size_t>(id)];
        // All packets of IPv4 have a version; it is the only one unless there is IPv6 as well.
        if (known.knownByOthers && (id != FieldId::IpVersion || has(FieldId::Ipv6Version))) {
            writeField(tree, id, m_json);
            continue;
        }
        m_json.key(known.key);
        const FieldIndex first = m_chains[static_cast<std::size_t>(id)].first;
        const bool several = m_next[first] != kNoField;
        if (several) m_json.beginArray();
        for (FieldIndex i = first; i != kNoField; i = m_next[i]) {
            writeValue(known.type, fields[i].value, m_json);
        }
        if (several) m_json.endArray();
    }
}

void JsonPrinter::print(SessionRow& row, std::string& out) {
    JsonWriter& json = m_json;
    const FieldTree& tree = row.tree();
    const bool all = m_fields.empty();
    json.clear();
    json.beginObject();
    json.key("number");
    json.number(std::uint64_t{row.id()} + 1);
    if (all) {
        chain(tree);
        writeRow(row, json);
        json.key("layers");
        json.beginArray();
        for (const FieldId layer : m_layers) json.plain(fieldInfo(layer).name);
        json.endArray();
    }
    json.key("fields");
    json.beginObject();
    if (all) {
        writeMembers(tree);
    } else {
        for (const FieldId field : m_fields) writeField(tree, field, json);
    }
    json.endObject();
    if (all) writeIssues(tree, json);
    json.endObject();
    json.lineEnd();
    out += json.written();
}

}  // namespace framescope::cli
