// Names and sentences of the misbehaviours come from their table, so the page cannot lag behind.
#include "capture/server/page.h"

#include "capture/server/misbehaviour.h"
#include "dissector/payload/json.h"

namespace framescope::server {
namespace {

constexpr std::string_view kFaultsPlace = "/*FAULTS*/[]";

std::string makePage() {
    std::string faults = "[";
    for (const FaultInfo& fault : allFaults()) {
        if (faults.size() > 1) faults += ",";
        std::string sentence(fault.sentence);
        if (!fault.number.empty()) sentence += " The number: " + std::string(fault.number) + ".";
        faults += "[" + quotedJson(fault.name) + "," + quotedJson(sentence) + "]";
    }
    faults += "]";
    std::string page(pageTemplate());
    if (const std::size_t at = page.find(kFaultsPlace); at != std::string::npos) {
        page.replace(at, kFaultsPlace.size(), faults);
    }
    return page;
}

}  // namespace

const std::string& pageHtml() {
    static const std::string kPage = makePage();
    return kPage;
}

}  // namespace framescope::server
