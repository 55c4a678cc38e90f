// A script: what is sent on a connection of our own and what is expected to come back, as values.
// Lines of JSON become it (see script_parser.h), and so do the arguments of the terminal program;
// runner.h carries it out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/compose/draft.h"
#include "dissector/field/field_id.h"
#include "dissector/filter/filter.h"

namespace framescope::script {

/// Where a step was written down, for messages.
struct Where {
    std::string file;      ///< empty: an argument of the command line
    std::size_t line = 0;  ///< from 1

    /// "chat.jsonl, line 3: ", or empty.
    std::string prefix() const {
        return line == 0 ? std::string() : file + ", line " + std::to_string(line) + ": ";
    }
};

/// Sends a message.
struct SendStep {
    /// The draft where it is known already; else `json` is read once its variables are known.
    std::optional<compose::Draft> draft;
    std::string json;
    std::uint64_t keySeed = 0;  ///< of the masking keys; 0: real chance
};

/// Waits for rows of the transcript, from behind the row that the expectation before has found.
struct ExpectStep {
    std::string filterText;
    std::optional<Filter> filter;  ///< nothing: the text holds variables
    std::chrono::milliseconds within{5'000};
    std::uint64_t count = 1;    ///< so many rows have to match
    bool absent = false;        ///< none may match until the time is over
    bool anyDirection = false;  ///< rows that we sent count as well
};

struct WaitStep {
    std::chrono::milliseconds time{0};
};

struct Step;

/// In the steps ${round} is the number of the round, from 1.
struct RepeatStep {
    std::uint64_t rounds = 0;
    std::vector<Step> steps;
};

/// Gives variables their values.
struct SetStep {
    struct Variable {
        std::string name;
        /// The field of the row that the last expectation found; nothing: `value` counts.
        std::optional<FieldId> field;
        std::string pointer;  ///< into the field's text as JSON (RFC 6901); empty: all of it
        std::string value;
    };
    std::vector<Variable> variables;
};

/// Closes in order and waits until the connection is closed.
struct CloseStep {
    std::optional<std::uint16_t> code = 1000;
    std::string reason;
};

/// Cuts the TCP connection.
struct CutStep {};

/// Connects a namespace of Socket.IO and waits until the server has agreed.
struct NamespaceStep {
    std::string name;
    std::string auth;  ///< JSON; empty for none
    std::chrono::milliseconds within{5'000};
};

/// Waits at the end of all messages.
struct SettleStep {
    /// Ends when an answer has come and `quiet` passed without another; false: only at the end of
    /// `atMost`.
    bool forAnswer = true;
    std::chrono::milliseconds quiet{200};
    std::chrono::milliseconds atMost{5'000};
};

struct Step {
    Where where;
    std::variant<SendStep, ExpectStep, WaitStep, RepeatStep, SetStep, CloseStep, CutStep,
                 NamespaceStep, SettleStep>
        action;
};

using Script = std::vector<Step>;

}  // namespace framescope::script
