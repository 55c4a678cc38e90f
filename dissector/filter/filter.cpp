// Three-valued logic over the record first; the same walk again with the tree for the leaves that
// stayed unknown.
#include "dissector/filter/filter.h"

#include <algorithm>

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
            break;
    }
    return leaf(node);
}

Truth leafFromRecord(const FilterNode& node, const FilterRow& row) {
    return node.kind == FilterNodeKind::Present ? recordHas(row, node.field)
                                                : recordEquals(row, node.field, node.value);
}

Truth leafFromTree(const FilterNode& node, const FieldTree& tree) {
    const bool presence = node.kind == FilterNodeKind::Present;
    return truth(anyOccurrence(tree, node.field, [&](FieldIndex, const FieldValue& value) {
        return presence || value == node.value;
    }));
}

void collectFields(const FilterNode& node, std::vector<FieldId>& fields) {
    if (node.kind == FilterNodeKind::Present || node.kind == FilterNodeKind::Equal) {
        fields.push_back(node.field);
    }
    for (const FilterNode& child : node.children) collectFields(child, fields);
}

}  // namespace

bool Filter::matches(FilterRow& row) const {
    const Truth known = fromRecord(row);
    if (known != Truth::Unknown) return known == Truth::True;
    const FieldTree& tree = row.tree();
    const Truth result = evaluate(*m_root, [&](const FilterNode& node) {
        const Truth cheap = leafFromRecord(node, row);
        return cheap == Truth::Unknown ? leafFromTree(node, tree) : cheap;
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
