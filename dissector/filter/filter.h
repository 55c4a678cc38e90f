// The filter of -Y and of the window: protocol names, `field == value` and `field contains text`,
// joined by &&, ||, ! (or and, or, not) and parentheses.
//
// A filter is asked about rows, and there are millions of them, so it first asks what the record
// says and lets the row be dissected only where that leaves the answer open. Both ways give the
// same answer; the record may only say "unknown" more often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"

namespace framescope {

/// What is known of a field of a row without its tree.
enum class Known : std::uint8_t {
    No,      ///< only the tree can say
    Absent,  ///< the row has none
    Value,   ///< the row has exactly one, with this value
};

/// One row as a filter sees it. Cheap to make; the tree is only computed when asked for.
class FilterRow {
public:
    virtual ~FilterRow() = default;
    virtual const Record& record() const = 0;
    /// The ends of the row's connection; empty ones if it has none.
    virtual const Endpoint& client() const = 0;
    virtual const Endpoint& server() const = 0;
    /// Whether there may be IP headers around the connection's own, which its ends do not tell.
    virtual bool mayBeTunnelled() const { return false; }
    /// Whether the tree may hold issues that the record's severity does not count.
    virtual bool mayHaveFurtherIssues() const { return false; }
    /// The text of the record's name.
    virtual std::string_view name() const = 0;
    /// A field's value where it can be had for less than the tree.
    virtual Known known(FieldId field, FieldValue& value) {
        static_cast<void>(field);
        static_cast<void>(value);
        return Known::No;
    }
    /// The row taken apart. A filter asks at most once for each row.
    virtual const FieldTree& tree() = 0;
};

/// An answer from the record alone. Ordered so that "and" is the smaller, "or" the greater one.
enum class Truth : std::uint8_t { False, Unknown, True };

struct FilterNode;

/// A compiled filter: immutable, cheap to copy, safe to use from several threads.
class Filter {
public:
    /// Matches every row.
    Filter() = default;
    explicit Filter(std::shared_ptr<const FilterNode> root) : m_root(std::move(root)) {}

    bool matches(FilterRow& row) const;

    /// The two halves of matches(): what the record says, and what the tree says.
    Truth fromRecord(const FilterRow& row) const;
    bool fromTree(const FieldTree& tree) const;

    bool matchesEveryRow() const { return m_root == nullptr; }
    /// The fields and protocols it asks about; one that it names twice is there twice.
    std::vector<FieldId> fields() const;

private:
    std::shared_ptr<const FilterNode> m_root;
};

/// What is wrong with the text of a filter.
struct FilterError {
    std::size_t position = 0;  ///< byte in the text where it is wrong
    std::string sentence;      ///< for a person, ends with a full stop
};

/// Reads a filter. Text of only spaces matches every row.
std::variant<Filter, FilterError> compileFilter(std::string_view text);

}  // namespace framescope
