// All occurrences of a field in a row's tree, as filters compare and listings print them. Beside
// fields of that very id these are: either end for ip.addr, ipv6.addr and tcp.port, the version of
// either protocol for ip.version, and the row's issues for issue.code and issue.severity.
#pragma once

#include <string>

#include "dissector/field/field_tree.h"

namespace framescope {

/// Whether a field `found` in a tree is an occurrence of the field `wanted`.
constexpr bool isOccurrence(FieldId wanted, FieldId found) {
    if (wanted == found) return true;
    switch (wanted) {
        case FieldId::IpAddr:
            return found == FieldId::IpSrc || found == FieldId::IpDst;
        case FieldId::Ipv6Addr:
            return found == FieldId::Ipv6Src || found == FieldId::Ipv6Dst;
        case FieldId::IpVersion:
            return found == FieldId::Ipv6Version;
        case FieldId::TcpPort:
            return found == FieldId::TcpSrcPort || found == FieldId::TcpDstPort;
        default:
            return false;
    }
}

/// Calls test(FieldIndex, const FieldValue&) for each occurrence in the tree's order until it
/// returns true; returns whether it did. The index of an issue is that of the field it is on.
template <typename Test>
bool anyOccurrence(const FieldTree& tree, FieldId wanted, const Test& test) {
    for (FieldIndex i = 0; i < tree.size(); ++i) {
        if (isOccurrence(wanted, tree[i].id) && test(i, tree[i].value)) return true;
    }
    const bool code = wanted == FieldId::IssueCodeField;
    if (!code && wanted != FieldId::IssueSeverityField) return false;
    for (const FieldIssue& entry : tree.issues()) {
        const IssueInfo& info = issueInfo(entry.issue.code);
        const FieldValue value = std::string(code ? info.name : severityName(info.severity));
        if (test(entry.field, value)) return true;
    }
    return false;
}

}  // namespace framescope
