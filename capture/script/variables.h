// The variables of a script: ${name} in its texts stands for what was set, ${env:HOME} for the
// environment's. $${ is ${ itself.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "capture/result.h"

namespace framescope::script {

/// True where the text would look different expanded.
bool hasVariables(std::string_view text);

/// A name that can be set: letters, digits, _ and -, no digit first.
bool isVariableName(std::string_view name);

class Variables {
public:
    void set(std::string name, std::string value) { m_values[std::move(name)] = std::move(value); }

    /// The text with the values in place. An Error names a variable that has none.
    Result<std::string> expand(std::string_view text) const;
    /// The same in a filter, where a value may stand in double quotes: it stays one value.
    Result<std::string> expandFilter(std::string_view text) const;
    /// The same in every string and every name of a JSON text. A string that is nothing but
    /// ${json:name} becomes the value itself, which must be JSON.
    Result<std::string> expandJson(std::string_view json) const;

private:
    std::map<std::string, std::string, std::less<>> m_values;
};

}  // namespace framescope::script
