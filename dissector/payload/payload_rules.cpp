// A rule is cut at its first "=", its first "#" before and its first and last ":" behind it.
#include "dissector/payload/payload_rules.h"

namespace framescope {
namespace {

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

bool takesSchema(PayloadFormat format) {
    return format == PayloadFormat::Protobuf || format == PayloadFormat::Base64 ||
           format == PayloadFormat::Json || format == PayloadFormat::Auto;
}

}  // namespace

std::variant<PayloadRule, std::string> parsePayloadRule(std::string_view text) {
    // A path may have an equals sign in it, a format has none; a file's name may.
    constexpr std::string_view kForm = "a rule has the form PATH[#EVENT]=FORMAT[:FILE:MESSAGE].";
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return quoted(text) + " has no \"=\": " + kForm.data();
    const std::string_view target = text.substr(0, equals);
    std::string_view what = text.substr(equals + 1);
    if (target.empty()) {
        return quoted(text) + " names neither a path nor an event; \"*\" stands for every path.";
    }

    PayloadRule rule;
    const std::size_t hash = target.find('#');
    rule.path = target.substr(0, hash);
    if (hash != std::string_view::npos) {
        rule.event = target.substr(hash + 1);
        if (rule.event.empty()) return quoted(text) + " has no event behind its \"#\".";
    }
    if (rule.path.find('?') != std::string::npos) {
        return quoted(text) + " has a query in its path; rules look at the path before the \"?\".";
    }

    const std::size_t colon = what.find(':');
    const std::string_view name = what.substr(0, colon);
    const auto format = findPayloadFormat(name);
    if (!format) {
        return quoted(name) +
               " is no format; there are auto, json, msgpack, cbor, protobuf, base64, text and "
               "raw.";
    }
    rule.format = *format;
    if (colon == std::string_view::npos) return rule;

    if (!takesSchema(rule.format)) {
        return "The format " + quoted(name) + " takes no file and message.";
    }
    // The name of a message has no colon, that of a file may.
    what.remove_prefix(colon + 1);
    const std::size_t last = what.rfind(':');
    if (last == std::string_view::npos || last == 0 || last + 1 == what.size()) {
        return quoted(text) + " wants both, a file and a message: " + kForm.data();
    }
    rule.protoFile = what.substr(0, last);
    rule.message = what.substr(last + 1);
    return rule;
}

std::string payloadRuleText(const PayloadRule& rule) {
    std::string text = rule.path;
    if (!rule.event.empty()) text += "#" + rule.event;
    text += "=" + std::string(payloadFormatName(rule.format));
    if (!rule.protoFile.empty()) text += ":" + rule.protoFile + ":" + rule.message;
    return text;
}

bool matchesGlob(std::string_view pattern, std::string_view text) {
    // The last star is the only one that ever has to take more.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

PayloadChoice PayloadRules::choose(std::string_view path, std::string_view event) const {
    path = path.substr(0, path.find('?'));
    for (const PayloadRule& rule : m_rules) {
        if (!rule.path.empty() && !matchesGlob(rule.path, path)) continue;
        if (!rule.event.empty() && (event.empty() || !matchesGlob(rule.event, event))) continue;
        return {rule.format, rule.schema, rule.message,
                "the rule " + payloadRuleText(rule) + " says so"};
    }
    return {};
}

}  // namespace framescope
