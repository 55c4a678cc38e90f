// Rules of the user that overrule the guess: which format the payloads of a path or a Socket.IO
// event have.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dissector/payload/payload_format.h"

namespace framescope {

/// One rule. `path` is a request path without its query, in which * stands for any characters, also
/// none and also slashes; `event` is a Socket.IO event name, also with *. Empty: any.
struct PayloadRule {
    std::string path;
    std::string event;
    PayloadFormat format = PayloadFormat::Auto;
    std::string protoFile;  ///< path of a .proto file, or empty
    std::string message;    ///< name of a message in it
    /// Filled in by whoever reads `protoFile`.
    std::shared_ptr<const ProtobufSchema> schema;

    bool operator==(const PayloadRule&) const = default;
};

/// Reads PATH[#EVENT]=FORMAT[:FILE:MESSAGE]. FORMAT is one of payloadFormatName(); FILE and MESSAGE
/// go with protobuf, and with base64, json and auto, in which a message may be found. A sentence
/// that says what is wrong where it is none.
std::variant<PayloadRule, std::string> parsePayloadRule(std::string_view text);
/// The rule as parsePayloadRule() reads it.
std::string payloadRuleText(const PayloadRule& rule);

/// Whether `text` is `pattern`, in which * stands for any characters.
bool matchesGlob(std::string_view pattern, std::string_view text);

class PayloadRules {
public:
    void add(PayloadRule rule) { m_rules.push_back(std::move(rule)); }
    bool empty() const { return m_rules.empty(); }
    std::span<const PayloadRule> rules() const { return m_rules; }
    std::span<PayloadRule> rules() { return m_rules; }

    /// What the first rule that matches says; a choice to guess if none does. `path` may have a
    /// query behind it; `event` is empty where there is no event.
    PayloadChoice choose(std::string_view path, std::string_view event) const;

private:
    std::vector<PayloadRule> m_rules;
};

}  // namespace framescope
