// What to say about a name that no field has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dissector/field/field_id.h"

namespace framescope {

/// The field whose name is most like this one; none if no name is near.
std::optional<FieldId> similarField(std::string_view name);

/// "There is no field called 'websocket.opcod'. Did you mean 'websocket.opcode'?"
std::string noSuchFieldSentence(std::string_view name);

}  // namespace framescope
