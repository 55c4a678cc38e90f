// Protocols and groups have no value; their line in the tree stands for it.
#include "capture/script/row_value.h"

#include <nlohmann/json.hpp>

namespace framescope::script {

Result<std::string> rowValue(const FieldTree& tree, FieldId field, const std::string& pointer) {
    const FieldInfo& info = fieldInfo(field);
    const FieldIndex index = tree.find(field);
    if (index == kNoField) {
        return Error{"The row that was found has no field " + std::string(info.name) + "."};
    }
    const bool hasValue = tree[index].value.index() != 0;
    std::string text = hasValue ? formatValue(info.type, tree[index].value) : tree.line(index);
    if (pointer.empty()) return text;
    using Json = nlohmann::ordered_json;
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        return Error{"The field " + std::string(info.name) +
                     " of the row that was found holds no "
                     "JSON."};
    }
    const Json::json_pointer place(pointer);
    if (!json.contains(place)) {
        return Error{"The JSON in " + std::string(info.name) + " has nothing at " + pointer + "."};
    }
    const Json& value = json.at(place);
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace framescope::script
