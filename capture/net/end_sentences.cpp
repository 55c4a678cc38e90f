#include "capture/net/end_sentences.h"

#include <algorithm>

namespace framescope::net {
namespace {

using Cause = TransportEnd::Cause;

std::string listed(const std::vector<FailedAttempt>& attempts) {
    std::string text;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        if (i > 0) text += i + 1 == attempts.size() ? " or " : ", ";
        text += attempts[i].address;
    }
    return text;
}

/// Sentences begin with a small letter only where a name or an address stands there.
std::string reason(const std::error_code& error) {
    return std::generic_category().message(error.value());
}

std::string sentenceOf(const FailedAttempt& attempt) {
    if (!attempt.error) return attempt.address + " did not answer.";
    if (attempt.error == std::errc::connection_refused) {
        return "Nobody listens at " + attempt.address + " (connection refused).";
    }
    return attempt.address + " cannot be reached: " + reason(attempt.error) + '.';
}

}  // namespace

std::string durationText(std::chrono::milliseconds time) {
    if (time.count() % 1000 != 0) return std::to_string(time.count()) + " ms";
    const auto seconds = time.count() / 1000;
    return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
}

TransportEnd noConnection(const std::vector<FailedAttempt>& attempts,
                          std::chrono::milliseconds waited) {
    const auto all = [&](auto holds) {
        return !attempts.empty() && std::all_of(attempts.begin(), attempts.end(), holds);
    };
    const auto refused = [](const FailedAttempt& attempt) {
        return attempt.error == std::errc::connection_refused;
    };
    if (all(refused)) {
        return {Cause::Failed, "Nobody listens at " + listed(attempts) + " (connection refused)."};
    }
    if (all([](const FailedAttempt& attempt) { return !attempt.error; })) {
        return {Cause::Timeout,
                listed(attempts) + " did not answer within " + durationText(waited) + '.'};
    }
    std::string text;
    for (const FailedAttempt& attempt : attempts) {
        text += (text.empty() ? "" : " ") + sentenceOf(attempt);
    }
    return {Cause::Failed, text};
}

TransportEnd endOf(const IoResult& result, const std::string& peer) {
    if (result.kind == IoResult::Kind::End) {
        return {Cause::PeerFinished,
                result.sentence.empty() ? peer + " closed the connection." : result.sentence};
    }
    if (!result.sentence.empty()) return {Cause::Failed, result.sentence};
    // EPIPE is what follows a reset that was already reported.
    if (result.error == std::errc::connection_reset || result.error == std::errc::broken_pipe) {
        return {Cause::PeerReset, peer + " reset the connection."};
    }
    if (result.error == std::errc::timed_out) {
        return {Cause::Timeout, peer + " does not answer any more."};
    }
    return {Cause::Failed, "The connection to " + peer + " failed: " + reason(result.error) + '.'};
}

}  // namespace framescope::net
