// Straight from the tables of dissector/, so that the lists are complete by construction.
#include "app/cli/listing.h"

#include "dissector/field/field_id.h"
#include "dissector/issue/issue.h"

namespace framescope::cli {

std::string fieldListing() {
    std::string text;
    for (const FieldInfo& info : allFields()) {
        if (info.name.empty()) continue;
        text += std::string(info.name) + '\t' + std::string(fieldTypeName(info.type)) + '\t' +
                std::string(info.label);
        if (!info.meaning.empty()) text += ": " + std::string(info.meaning);
        text += '\n';
    }
    return text;
}

std::string issueListing() {
    std::string text;
    for (const IssueInfo& info : allIssues()) {
        text += std::string(info.name) + '\t' + std::string(severityName(info.severity)) + '\t' +
                std::string(info.sentence) + '\t' + std::string(info.specification) + '\n';
    }
    return text;
}

}  // namespace framescope::cli
