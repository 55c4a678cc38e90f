// What is replayed, how, and what of the answers counts. Filled in by the terminal program's
// options and the window's panel.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/client/client_options.h"
#include "capture/result.h"
#include "dissector/engineio/session_info.h"
#include "dissector/record/record.h"

namespace framescope::replay {

enum class Timing : std::uint8_t {
    Recorded,      ///< times the factor
    AsFast,        ///< as fast as possible
    Conversation,  ///< the next goes out when what came before it in the recording was answered
};

struct ReplayOptions {
    std::optional<ConnectionId> connection;  ///< one of these two
    std::optional<engineio::SessionId> engineSession;
    std::string url;              ///< the target; its path "/" means the recorded path
    net::ConnectOptions connect;  ///< all but the URL
    Timing timing = Timing::Conversation;
    double speed = 1.0;          ///< of Recorded: 2 is twice as fast
    bool recordedMasks = false;  ///< else fresh ones
    /// In conversation: how long an answer is waited for; at the end: how long for what is missing.
    std::chrono::milliseconds patience{5'000};
    /// Text of sent messages replaced: regular expression (PCRE2) and its replacement ($1, ${name},
    /// ${env:HOME}, ${received:name} for what a named group of `capture` matched).
    struct Rule {
        std::string pattern;
        std::string replacement;
    };
    std::vector<Rule> rules;
    /// Expressions over received text; their named groups are variables of later replacements.
    std::vector<std::string> captures;
    /// What may differ: paths in JSON ("$.time", "$[1].id", "$..ts", "message[0].id"), names of
    /// HTTP headers ("header:Date").
    std::vector<std::string> ignored;
    std::optional<std::chrono::milliseconds> laterThan;  ///< answers later by more than this differ
};

/// Whether a replay can be started with these: a URL, a factor, expressions and names that can be
/// read. An Error says in a sentence what cannot; nothing is sent then.
Result<bool> checkOptions(const ReplayOptions& options);

}  // namespace framescope::replay
