// A filter as a tree of tests. And and Or have any number of children, so that a long chain is not
// a deep tree.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/field/field_id.h"
#include "dissector/field/field_value.h"

namespace framescope {

enum class FilterNodeKind : std::uint8_t {
    And,
    Or,
    Not,       ///< one child
    Present,   ///< the row has `field`
    Equal,     ///< a `field` of the row equals `value`
    Contains,  ///< a `field` of the row has `value` somewhere in it; both are text, or bytes
};

struct FilterNode {
    FilterNodeKind kind = FilterNodeKind::And;
    std::vector<FilterNode> children;
    FieldId field = FieldId::None;
    FieldValue value;
};

}  // namespace framescope
