// -T json: an object a row, each on a line of its own. The manual page documents the keys.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "app/cli/json_writer.h"
#include "app/cli/row_printer.h"
#include "dissector/field/field_tree.h"

namespace framescope::cli {

class JsonPrinter final : public RowPrinter {
public:
    /// `fields` empty: all of them, and the row's own keys.
    explicit JsonPrinter(const std::vector<FieldId>& fields);

    TreeTexts texts() const override { return TreeTexts::Without; }
    void print(SessionRow& row, std::string& out) override;

private:
    /// The fields of one id, in the tree's order.
    struct Chain {
        std::uint64_t round = 0;  ///< of the tree that it is of
        FieldIndex first = kNoField;
        FieldIndex last = kNoField;
        bool listed = false;
    };

    /// Finds in one run over a tree what it has of which field.
    void chain(const FieldTree& tree);
    /// Writes the members of all fields that have a value.
    void writeMembers(const FieldTree& tree);

    std::vector<FieldId> m_fields;
    JsonWriter m_json;
    std::uint64_t m_round = 0;
    std::array<Chain, static_cast<std::size_t>(FieldId::Count)> m_chains{};
    std::vector<FieldIndex> m_next;  ///< of the same id
    std::vector<FieldId> m_layers;   ///< of the tree, in order of first occurrence
    std::vector<FieldId> m_valued;   ///< others with a value, likewise
};

}  // namespace framescope::cli
