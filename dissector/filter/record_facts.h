// What a record says about the fields of its row without dissecting it.
#pragma once

#include "dissector/filter/filter.h"

namespace framescope {

/// Whether the row has the field.
Truth recordHas(const FilterRow& row, FieldId field);
/// Whether one of the row's occurrences of the field has this value.
Truth recordEquals(const FilterRow& row, FieldId field, const FieldValue& value);

}  // namespace framescope
