// How the choice "read this as ..." becomes a rule for all payloads that are alike.
#pragma once

#include <QString>

#include "dissector/field/field_tree.h"
#include "dissector/payload/payload_rules.h"
#include "dissector/record/record.h"

namespace framescope {

class Session;

/// The rule under which the payloads of a row fall, still without a format: its path and its
/// Socket.IO event, for an attachment that of the event it belongs to. A row of which neither is
/// known falls under the rule for all.
PayloadRule ruleOf(const Session& session, RecordId row, const Dissection& dissection);

/// "“message” at /socket.io/", "/feed", "all payloads": what a rule is about.
QString ruleScope(const PayloadRule& rule);

/// `rules` with `rule` in front of them, in place of one about the same. To guess again takes rules
/// away, and says so in one of its own only where a wider rule would apply.
PayloadRules overruled(const PayloadRules& rules, const PayloadRule& rule);

}  // namespace framescope
