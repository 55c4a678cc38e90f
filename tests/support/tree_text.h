// A tree as text, one field a line with its source and byte range, so that tests can be read.
#pragma once

#include <string>

#include "dissector/field/field_tree.h"

namespace framescope::test {

inline std::string treeText(const FieldTree& tree) {
    std::string text;
    for (FieldIndex i = 0; i < tree.size(); ++i) {
        for (FieldIndex up = tree[i].parent; up != kNoField; up = tree[up].parent) text += "  ";
        text += tree.line(i);
        if (tree[i].source != kNoSource) {
            text += " [" + std::to_string(tree[i].source) + ":" +
                    std::to_string(tree[i].range.begin) + "-" + std::to_string(tree[i].range.end) +
                    "]";
        }
        text += '\n';
    }
    return text;
}

}  // namespace framescope::test
