// -T fields: the fields of -e, a line a row.
#pragma once

#include <vector>

#include "app/cli/row_printer.h"

namespace framescope::cli {

class FieldsPrinter final : public RowPrinter {
public:
    FieldsPrinter(std::vector<FieldId> fields, FieldsLayout layout)
        : m_fields(std::move(fields)), m_layout(std::move(layout)) {}

    void begin(std::string& out) override;
    void print(SessionRow& row, std::string& out) override;

private:
    std::string occurrences(const FieldTree& tree, FieldId field) const;

    std::vector<FieldId> m_fields;
    FieldsLayout m_layout;
    FieldValue m_value;  ///< of one field; kept for its memory
};

}  // namespace framescope::cli
