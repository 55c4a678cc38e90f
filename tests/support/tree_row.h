// A row made by hand, for testing what reads rows without a capture behind it.
#pragma once

#include <string>

#include "dissector/field/field_tree.h"
#include "dissector/filter/filter.h"
#include "dissector/record/record.h"

namespace framescope::test {

struct TreeRow final : FilterRow {
    Record what;
    Endpoint clientEnd;
    Endpoint serverEnd;
    std::string recordName;
    FieldTree fields;
    int dissections = 0;  ///< how often the tree was asked for

    const Record& record() const override { return what; }
    const Endpoint& client() const override { return clientEnd; }
    const Endpoint& server() const override { return serverEnd; }
    std::string_view name() const override { return recordName; }
    const FieldTree& tree() override {
        ++dissections;
        return fields;
    }
};

}  // namespace framescope::test
