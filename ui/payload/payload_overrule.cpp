// The first rule that matches counts, so that the latest choice goes to the front.
#include "ui/payload/payload_overrule.h"

#include "capture/session/session.h"
#include "dissector/record/row_link.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr qsizetype kShownScope = 60;  // characters

bool isAboutTheSame(const PayloadRule& one, const PayloadRule& other) {
    return one.path == other.path && one.event == other.event;
}

/// The row whose event an attachment belongs to; any other row itself.
RecordId packetRowOf(const Session& session, RecordId row, const Dissection& dissection) {
    const FieldTree& tree = dissection.fields;
    if (tree.find(FieldId::SocketIoAttachmentOf) == kNoField) return row;
    for (FieldIndex i = 0; i + 1 < tree.size(); ++i) {
        const auto* const kind = std::get_if<std::string>(&tree[i + 1].value);
        if (tree[i].id != FieldId::RowLink || kind == nullptr) continue;
        const auto* const number = std::get_if<std::uint64_t>(&tree[i].value);
        if (*kind != linkKindName(LinkKind::AttachmentOf) || number == nullptr) continue;
        if (*number > 0 && *number <= session.rowCount()) return static_cast<RecordId>(*number - 1);
    }
    return row;
}

}  // namespace

PayloadRule ruleOf(const Session& session, RecordId row, const Dissection& dissection) {
    PayloadRule rule;
    const std::string_view target = session.requestTarget(row);
    rule.path = target.substr(0, target.find('?'));
    const Record& packet = session.record(packetRowOf(session, row, dissection));
    if (packet.protocol == Protocol::SocketIo) rule.event = session.name(packet.name);
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
