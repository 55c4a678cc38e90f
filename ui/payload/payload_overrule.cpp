// The first rule that matches counts, so that the latest choice goes to the front.
#include "ui/payload/payload_overrule.h"

#include "capture/session/session.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr qsizetype kShownScope = 60;  // characters

bool isAboutTheSame(const PayloadRule& one, const PayloadRule& other) {
    return one.path == other.path && one.event == other.event;
}

}  // namespace

PayloadRule ruleOf(const Session& session, RecordId row, const Dissection& dissection) {
    PayloadRule rule;
    const std::string_view target = session.requestTarget(row);
    rule.path = target.substr(0, target.find('?'));
    const FieldIndex event = dissection.fields.find(FieldId::SocketIoEvent);
    if (event != kNoField) {
        const auto* const name = std::get_if<std::string>(&dissection.fields[event].value);
        if (name != nullptr) rule.event = *name;
    }
    if (rule.path.empty() && rule.event.empty()) rule.path = "*";
    return rule;
}

QString ruleScope(const PayloadRule& rule) {
    const QString path = displayText(rule.path, kShownScope);
    if (rule.event.empty()) return rule.path == "*" ? QStringLiteral("all payloads") : path;
    const QString event = QStringLiteral("“%1”").arg(displayText(rule.event, kShownScope));
    return rule.path.empty() ? event : event + QStringLiteral(" at ") + path;
}

PayloadRules overruled(const PayloadRules& rules, const PayloadRule& rule) {
    PayloadRules others;
    for (const PayloadRule& one : rules.rules()) {
        if (!isAboutTheSame(one, rule)) others.add(one);
    }
    const bool guess = rule.format == PayloadFormat::Auto && rule.schema == nullptr;
    if (guess) {
        const PayloadChoice left = others.choose(rule.path, rule.event);
        if (left.format == PayloadFormat::Auto && left.schema == nullptr) return others;
    }
    PayloadRules all;
    all.add(rule);
    for (const PayloadRule& one : others.rules()) all.add(one);
    return all;
}

}  // namespace framescope
