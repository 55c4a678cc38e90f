// The habits of a connection as fields, on the rows of its opening and its end.
#pragma once

#include "dissector/field/field_tree.h"
#include "dissector/layer/row_context.h"

namespace framescope::habits {

/// Appends what is known of the habits of the row's connection; nothing if it has none.
void describe(const RowContext& row, FieldTree& tree);

}  // namespace framescope::habits
