// Text replaced in what is sent: regular expressions (PCRE2) and their replacements, in which stand
//
//     $1  ${1}  ${name}     a group of the expression, by number or name
//     $$                    a dollar
//     ${env:HOME}           a variable of the environment
//     ${received:token}     what the named group `token` of a capture matched last
//
// Captures are expressions over received text. An expression that takes too long on a text is given
// up for that text; the sentence says so.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/replay/replay_options.h"
#include "capture/result.h"

namespace framescope::replay {

class Substitution {
public:
    /// Compiles everything. An Error names the rule or capture that is wrong and says why: an
    /// expression that is none, a group or a variable that there is not.
    static Result<Substitution> make(const std::vector<ReplayOptions::Rule>& rules,
                                     const std::vector<std::string>& captures);
    ~Substitution();
    Substitution(Substitution&&) noexcept;
    Substitution& operator=(Substitution&&) noexcept;

    bool empty() const;
    /// Looks for the captures in a received text.
    void learn(std::string_view received);
    /// What a named group of a capture matched last; nothing before it did.
    const std::string* variable(const std::string& name) const;

    struct Outcome {
        std::string text;
        bool changed = false;
        /// Why a rule was not applied, in a sentence; empty if all were.
        std::string remark;
    };
    /// All rules, one after the other. The text has at most 64 MiB, before and after.
    Outcome apply(std::string_view text) const;

private:
    struct Rule;
    struct Capture;

    Substitution();

    std::vector<Rule> m_rules;
    std::vector<Capture> m_captures;
    std::map<std::string, std::string> m_variables;
};

}  // namespace framescope::replay
