// Names and descriptions come from the system and its drivers: they are printed as anything from
// outside is.
#include "app/cli/live/interface_listing.h"

#include <algorithm>
#include <utility>

#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"

namespace framescope::cli {
namespace {

std::string lineOf(std::size_t number, const live::InterfaceEntry& entry) {
    std::string line = std::to_string(number) + ". " + printableLine(entry.name);
    if (!entry.description.empty()) line += " (" + printableLine(entry.description) + ")";
    for (const std::string& address : entry.addresses) line += ' ' + printableLine(address);
    if (!entry.canCapture && !entry.obstacle.empty()) line += ": " + printableLine(entry.obstacle);
    return line + '\n';
}

}  // namespace

std::string interfaceListing(const std::vector<live::InterfaceEntry>& interfaces) {
    std::string text;
    /// What a command opens; mostly one opens them all.
    std::vector<std::pair<std::string, std::string>> remedies;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        const live::InterfaceEntry& entry = interfaces[i];
        text += lineOf(i + 1, entry);
        if (entry.remedy.empty()) continue;
        const auto known =
            std::ranges::find(remedies, entry.remedy, &std::pair<std::string, std::string>::first);
        if (known == remedies.end()) {
            remedies.emplace_back(entry.remedy, entry.name);
        } else {
            known->second += ", " + entry.name;
        }
    }
    for (const auto& [remedy, names] : remedies) {
        text += "To open " + printableLine(names) + ": " + printableLine(remedy) + '\n';
    }
    return text;
}

int listInterfaces(Output& output) {
    const auto interfaces = live::listInterfaces();
    if (!interfaces) {
        complain(interfaces.error().sentence);
        return kUnreadable;
    }
    output.write(interfaceListing(*interfaces));
    return kRead;
}

}  // namespace framescope::cli
