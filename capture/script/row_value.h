// The value of a row's field as text, for variables.
#pragma once

#include <string>

#include "capture/result.h"
#include "dissector/field/field_id.h"
#include "dissector/field/field_tree.h"

namespace framescope::script {

/// The first occurrence of the field as -T fields prints it. With a `pointer` (RFC 6901) that text
/// is read as JSON, and the value there is taken: a string as it is, anything else as the JSON
/// that it is written as. An
/// Error says what the row lacks.
Result<std::string> rowValue(const FieldTree& tree, FieldId field, const std::string& pointer);

}  // namespace framescope::script
