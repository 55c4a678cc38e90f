// A field that occurs once is a value, one that occurs several times an array; members stand in the
// order in which fields first occur in the tree.
#include "app/cli/json_printer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/cli/field_text.h"
#include "app/cli/json_writer.h"
#include "dissector/field/field_occurrence.h"

namespace framescope::cli {
namespace {

bool isNumber(FieldType type) {
    return type == FieldType::Unsigned || type == FieldType::Hex8 || type == FieldType::Hex16 ||
           type == FieldType::Hex24 || type == FieldType::Hex32;
}

void writeValue(FieldType type, const FieldValue& value, JsonWriter& json) {
    const auto* number = std::get_if<std::uint64_t>(&value);
    if (value.index() == 0) {
        json.boolean(true);
    } else if (number != nullptr && type == FieldType::Bool) {
        json.boolean(*number != 0);
    } else if (number != nullptr && isNumber(type)) {
        json.number(*number);
    } else if (const auto* bytes = std::get_if<Bytes>(&value);
               bytes != nullptr && type == FieldType::ByteString) {
        json.hex(*bytes);
    } else if (const auto* text = std::get_if<std::string>(&value);
               text != nullptr && type == FieldType::Text) {
        json.text(*text);
    } else {
        json.text(formatValue(type, value));
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

/// Ids of the fields that `keep` wants, in order of first occurrence.
template <typename Keep>
std::vector<FieldId> idsOf(const FieldTree& tree, const Keep& keep) {
    std::vector<FieldId> ids;
    std::array<bool, static_cast<std::size_t>(FieldId::Count)> seen{};
    for (const Field& field : tree.fields()) {
        const auto position = static_cast<std::size_t>(field.id);
        if (seen[position] || fieldInfo(field.id).name.empty() || !keep(field)) continue;
        seen[position] = true;
        ids.push_back(field.id);
    }
    return ids;
}

/// The fields of a tree by their ids, found in one run over it.
class FieldChains {
public:
    explicit FieldChains(const FieldTree& tree) : m_tree(tree), m_next(tree.size(), kNoField) {
        m_first.fill(kNoField);
        for (FieldIndex i = static_cast<FieldIndex>(tree.size()); i-- > 0;) {
            FieldIndex& first = m_first[static_cast<std::size_t>(tree[i].id)];
            m_next[i] = std::exchange(first, i);
        }
    }

    /// Writes the member of a field that the tree has.
    void write(FieldId field, JsonWriter& json) const {
        if (isKnownByOthers(field)) return writeField(m_tree, field, json);
        const FieldInfo& info = fieldInfo(field);
        json.key(info.name);
        const FieldIndex first = m_first[static_cast<std::size_t>(field)];
        const bool several = m_next[first] != kNoField;
        if (several) json.beginArray();
        for (FieldIndex i = first; i != kNoField; i = m_next[i]) {
            writeValue(info.type, m_tree[i].value, json);
        }
        if (several) json.endArray();
    }

private:
    /// Fields of which others are occurrences as well.
    static constexpr bool isKnownByOthers(FieldId field) {
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

    const FieldTree& m_tree;
    std::vector<FieldIndex> m_next;  ///< of the same id
    std::array<FieldIndex, static_cast<std::size_t>(FieldId::Count)> m_first;
};

bool isLayer(const Field& field) {
    return fieldInfo(field.id).type == FieldType::Protocol;
}

bool hasValue(const Field& field) {
    return field.value.index() != 0 && !isLayer(field);
}

void writeRow(SessionRow& row, JsonWriter& json) {
    const Record& record = row.record();
    const RowText text = row.session().text(row.id());
    json.key("packet");
    json.number(record.packet);
    json.key("time");
    if (record.hasTime()) {
        json.text(formatTime(record.timeNs));
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

void writeLayers(const FieldTree& tree, JsonWriter& json) {
    json.key("layers");
    json.beginArray();
    for (const FieldId layer : idsOf(tree, isLayer)) json.text(fieldInfo(layer).name);
    json.endArray();
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

void JsonPrinter::print(SessionRow& row, std::string& out) {
    JsonWriter json(out);
    const FieldTree& tree = row.tree();
    const bool all = m_fields.empty();
    json.beginObject();
    json.key("number");
    json.number(std::uint64_t{row.id()} + 1);
    if (all) {
        writeRow(row, json);
        writeLayers(tree, json);
    }
    json.key("fields");
    json.beginObject();
    if (all) {
        const FieldChains chains(tree);
        for (const FieldId field : idsOf(tree, hasValue)) chains.write(field, json);
    } else {
        for (const FieldId field : m_fields) writeField(tree, field, json);
    }
    json.endObject();
    if (all) writeIssues(tree, json);
    json.endObject();
    out += '\n';
}

}  // namespace framescope::cli
