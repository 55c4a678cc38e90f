// -T json: an object a row, each on a line of its own. The manual page documents the keys.
#pragma once

#include <vector>

#include "app/cli/row_printer.h"

namespace framescope::cli {

class JsonPrinter final : public RowPrinter {
public:
    /// `fields` empty: all of them, and the row's own keys.
    explicit JsonPrinter(const std::vector<FieldId>& fields);

    void print(SessionRow& row, std::string& out) override;

private:
    std::vector<FieldId> m_fields;
};

}  // namespace framescope::cli
