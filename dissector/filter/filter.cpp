// Three-valued logic over the record first; the same walk again with the tree for the leaves that
// stayed unknown.
#include "dissector/filter/filter.h"

#include <algorithm>
#include <cstring>

#include "dissector/field/field_occurrence.h"
#include "dissector/filter/filter_node.h"
#include "dissector/filter/record_facts.h"

namespace framescope {
namespace {

Truth truth(bool value) {
    return value ? Truth::True : Truth::False;
}

Truth negate(Truth value) {
    return static_cast<Truth>(static_cast<int>(Truth::True) - static_cast<int>(value));
}

/// `leaf` answers Present and Equal nodes.
template <typename Leaf>
Truth evaluate(const FilterNode& node, const Leaf& leaf) {
    switch (node.kind) {
        case FilterNodeKind::And: {
            Truth result = Truth::True;
            for (const FilterNode& child : node.children) {
                result = std::min(result, evaluate(child, leaf));
                if (result == Truth::False) break;
            }
            return result;
        }
        case FilterNodeKind::Or: {
            Truth result = Truth::False;
            for (const FilterNode& child : node.children) {
                result = std::max(result, evaluate(child, leaf));
                if (result == Truth::True) break;
            }
            return result;
        }
        case FilterNodeKind::Not:
            return negate(evaluate(node.children.front(), leaf));
        case FilterNodeKind::Present:
        case FilterNodeKind::Equal:
        case FilterNodeKind::Contains:
            break;
    }
    return leaf(node);
}

Truth leafFromRecord(const FilterNode& node, const FilterRow& row) {
    switch (node.kind) {
        case FilterNodeKind::Equal:
            return recordEquals(row, node.field, node.value);
        case FilterNodeKind::Contains:
            // That the row has the field says nothing about what is in it.
            return std::min(recordHas(row, node.field), Truth::Unknown);
        default:
            return recordHas(row, node.field);
    }
}

bool contains(ByteView bytes, ByteView sought) {
    return memmem(bytes.data(), bytes.size(), sought.data(), sought.size()) != nullptr;
}

/// Whether a value answers the test of a leaf.
bool satisfies(const FilterNode& node, const FieldValue& value) {
    if (node.kind == FilterNodeKind::Present) return true;
    if (node.kind == FilterNodeKind::Equal) return value == node.value;
    if (const auto* const text = std::get_if<std::string>(&value)) {
        const auto* const sought = std::get_if<std::string>(&node.value);
        return sought != nullptr && contains(asBytes(*text), asBytes(*sought));
    }
    const auto* const bytes = std::get_if<Bytes>(&value);
    const auto* const sought = std::get_if<Bytes>(&node.value);
    return bytes != nullptr && sought != nullptr && contains(*bytes, *sought);
}

Truth leafFromTree(const FilterNode& node, const FieldTree& tree) {
    return truth(anyOccurrence(tree, node.field, [&](FieldIndex, const FieldValue& value) {
        return satisfies(node, value);
    }));
}

/// What can be said without the tree; `room` is where values are put.
Truth leafFromRow(const FilterNode& node, FilterRow& row, FieldValue& room) {
    const Truth cheap = leafFromRecord(node, row);
    if (cheap != Truth::Unknown) return cheap;
    switch (row.known(node.field, room)) {
        case Known::No:
            break;
        case Known::Absent:
            return Truth::False;
        case Known::Value:
            return truth(satisfies(node, room));
    }
    return Truth::Unknown;
}

void collectFields(const FilterNode& node, std::vector<FieldId>& fields) {
    if (node.children.empty()) fields.push_back(node.field);
    for (const FilterNode& child : node.children) collectFields(child, fields);
}

}  // namespace

bool Filter::matches(FilterRow& row) const {
    if (m_root == nullptr) return true;
    const Truth known = fromRecord(row);
    if (known != Truth::Unknown) return known == Truth::True;
    FieldValue room;
    const Truth cheap =
        evaluate(*m_root, [&](const FilterNode& node) { return leafFromRow(node, row, room); });
    if (cheap != Truth::Unknown) return cheap == Truth::True;
    const FieldTree& tree = row.tree();
    const Truth result = evaluate(*m_root, [&](const FilterNode& node) {
        const Truth quick = leafFromRecord(node, row);
        return quick == Truth::Unknown ? leafFromTree(node, tree) : quick;
    });
    return result == Truth::True;
}

Truth Filter::fromRecord(const FilterRow& row) const {
    if (m_root == nullptr) return Truth::True;
    return evaluate(*m_root, [&](const FilterNode& node) { return leafFromRecord(node, row); });
}

bool Filter::fromTree(const FieldTree& tree) const {
    if (m_root == nullptr) return true;
    const auto leaf = [&](const FilterNode& node) { return leafFromTree(node, tree); };
    return evaluate(*m_root, leaf) == Truth::True;
}

std::vector<FieldId> Filter::fields() const {
    std::vector<FieldId> fields;
    if (m_root != nullptr) collectFields(*m_root, fields);
    return fields;
}

}  // namespace framescope
