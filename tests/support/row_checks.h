// What must hold of every row whatever the capture says: the record and the tree agree on how grave
// the row's issues are, the tree is well-formed, ranges lie inside what they point into, the text
// cells are one line of UTF-8, bytes belong to one row at most, and figures are sums of rows.
//
// Every function gives what is wrong in a few words, or nothing.
#pragma once

#include <optional>
#include <string>

#include "capture/session/session.h"

namespace framescope::test {

/// Parents come before their children, subtrees nest, and nothing is left open.
std::optional<std::string> malformedTree(const FieldTree& tree);
/// Ranges and bits lie inside their sources and inside their parents.
std::optional<std::string> wrongRange(const Dissection& dissection);
/// Holes lie inside their sources, and nothing stands in them.
std::optional<std::string> wrongSources(const Dissection& dissection);
/// The record's severity is that of the gravest issue in the tree.
std::optional<std::string> wrongIssues(const Record& record, const FieldTree& tree);
/// One line of UTF-8 each.
std::optional<std::string> wrongText(const RowText& text);

/// All of the above and the row's references; takes the row apart. "" if nothing is wrong.
std::string wrongRow(const Session& session, RecordId row);
/// Bytes belong to one row at most; between rows there is nothing but bodies of HTTP messages and
/// what gap rows call missing, none of it twice.
std::string wrongCoverage(const Session& session);
/// The figures of the session and of its connections are those of its rows.
std::string wrongSums(const Session& session);

}  // namespace framescope::test
