// Every sentence says which option it is about and what would be right.
#include "app/cli/replay/replay_option_reader.h"

#include <charconv>
#include <string>

#include "app/cli/option_values.h"
#include "app/cli/replay/replay_run.h"
#include "capture/net/url.h"

namespace framescope::cli {
namespace {

enum LongOption {
    kStream = kCommandOption,
    kSession,
    kTo,
    kTiming,
    kIgnore,
    kSet,
    kCapture,
    kMasks,
    kPatience,
    kLaterThan,
};

constexpr option kOptions[] = {
    {"stream", required_argument, nullptr, kStream},
    {"session", required_argument, nullptr, kSession},
    {"to", required_argument, nullptr, kTo},
    {"timing", required_argument, nullptr, kTiming},
    {"ignore", required_argument, nullptr, kIgnore},
    {"set", required_argument, nullptr, kSet},
    {"capture", required_argument, nullptr, kCapture},
    {"masks", required_argument, nullptr, kMasks},
    {"patience", required_argument, nullptr, kPatience},
    {"later-than", required_argument, nullptr, kLaterThan},
};

constexpr std::string_view kArrow = "=>";
constexpr double kMaxSpeed = 1e6;

}  // namespace

ReplayOptionReader::ReplayOptionReader() {
    m_longOptions.assign(std::begin(kOptions), std::end(kOptions));
    m_longOptions.insert(m_longOptions.end(), ConnectionOptionReader::kOptions.begin(),
                         ConnectionOptionReader::kOptions.end());
}

CommandOptions::Mistake ReplayOptionReader::take(int option, std::string_view value,
                                                 ArgumentTail&) {
    if (ConnectionOptionReader::knows(option)) return m_connection.take(option, value);
    replay::ReplayOptions& replay = m_replay->replay;
    switch (option) {
        case kStream: {
            const auto number = numberFrom(value, 0, kNoConnection - 1);
            if (!number) {
                return "--stream takes the index of a connection, as tcp.stream, and not " +
                       quoted(value) + ".";
            }
            replay.connection = static_cast<ConnectionId>(*number);
            return std::nullopt;
        }
        case kSession:
            return setSession(value);
        case kTo: {
            const auto url = net::parseUrl(value);
            if (!url) return url.error().sentence;
            replay.url = value;
            return std::nullopt;
        }
        case kTiming:
            return setTiming(value);
        case kIgnore:
            if (value.empty()) return "--ignore takes a path, such as '$.time' or 'header:Date'.";
            replay.ignored.emplace_back(value);
            return std::nullopt;
        case kSet:
            return addRule(value);
        case kCapture:
            if (value.empty()) {
                return "--capture takes a regular expression with named groups, such as "
                       "'\"token\":\"(?<token>[^\"]+)\"'.";
            }
            replay.captures.emplace_back(value);
            return std::nullopt;
        case kMasks:
            if (value != "recorded" && value != "fresh") {
                return "--masks takes recorded or fresh, and not " + quoted(value) + ".";
            }
            replay.recordedMasks = value == "recorded";
            return std::nullopt;
        case kPatience: {
            const auto time = secondsFrom(value);
            if (!time) return "--patience takes seconds, and not " + quoted(value) + ".";
            replay.patience = *time;
            return std::nullopt;
        }
        default: {
            const auto time = numberFrom(value, 0, 86'400'000);
            if (!time) return "--later-than takes milliseconds, and not " + quoted(value) + ".";
            replay.laterThan = std::chrono::milliseconds(*time);
            return std::nullopt;
        }
    }
}

CommandOptions::Mistake ReplayOptionReader::setSession(std::string_view value) {
    if (value.empty()) return "--session takes the sid of a session of Engine.IO, or its number.";
    const auto number = numberFrom(value, 0, engineio::kSeveralSessions - 1);
    if (number) {
        m_replay->replay.engineSession = static_cast<engineio::SessionId>(*number);
    } else {
        m_replay->sid = value;
    }
    return std::nullopt;
}

CommandOptions::Mistake ReplayOptionReader::setTiming(std::string_view value) {
    replay::ReplayOptions& replay = m_replay->replay;
    replay.speed = 1.0;
    if (value == "recorded") {
        replay.timing = replay::Timing::Recorded;
    } else if (value == "asap") {
        replay.timing = replay::Timing::AsFast;
    } else if (value == "conversation") {
        replay.timing = replay::Timing::Conversation;
    } else {
        const char* const end = value.data() + value.size();
        const auto [stop, error] =
            std::from_chars(value.data() + (value.starts_with('x') ? 1 : 0), end, replay.speed);
        const bool good = value.starts_with('x') && error == std::errc() && stop == end &&
                          replay.speed > 0 && replay.speed <= kMaxSpeed;
        if (!good) {
            return "--timing takes recorded, a factor such as x2 or x0.5, asap or conversation, "
                   "and not " +
                   quoted(value) + ".";
        }
        replay.timing = replay::Timing::Recorded;
    }
    return std::nullopt;
}

CommandOptions::Mistake ReplayOptionReader::addRule(std::string_view value) {
    const std::size_t arrow = value.find(kArrow);
    if (arrow == 0 || arrow == std::string_view::npos) {
        return "--set takes 'PATTERN=>REPLACEMENT', a regular expression and what is sent instead "
               "of what it matches; not " +
               quoted(value) + ".";
    }
    m_replay->replay.rules.push_back(
        {std::string(value.substr(0, arrow)), std::string(value.substr(arrow + kArrow.size()))});
    return std::nullopt;
}

CommandOptions::Mistake ReplayOptionReader::takeArgument(std::string_view argument) {
    if (!m_replay->file.empty()) return "Only one capture is replayed at a time.";
    if (argument.empty()) return "The name of the capture is empty.";
    m_replay->file = argument;
    return std::nullopt;
}

CommandOptions::Mistake ReplayOptionReader::finish(Options& options) {
    replay::ReplayOptions& replay = m_replay->replay;
    if (m_replay->file.empty()) {
        return "replay needs a capture: framescope-cli replay FILE --to ws://localhost:3000/";
    }
    if (replay.url.empty()) {
        return "replay needs the server to replay against: --to ws://localhost:3000/";
    }
    const bool hasSession = replay.engineSession || !m_replay->sid.empty();
    if (replay.connection && hasSession) {
        return "--stream and --session name what is replayed; only one of them can be given.";
    }
    if (options.format == Format::Fields) return "replay prints -T text or -T json.";
    if (auto mistake = m_connection.mistake()) return mistake;
    replay.connect = m_connection.options();
    m_replay->json = options.format == Format::Json;
    options.action = Action::RunCommand;
    options.command = [own = m_replay](const Options& all, Output& output) {
        return runReplay(all, *own, output);
    };
    return std::nullopt;
}

std::string_view ReplayOptionReader::help() const {
    static const std::string text = std::string(
                                        R"(Usage: framescope-cli replay FILE --to URL [options]

Says again what the client of a recorded conversation said, to another server, and
lays the answers beside the recorded ones. Without --stream and --session the
capture's only WebSocket, or session of Engine.IO, is replayed.

  FILE, -r FILE                    the capture
  --to URL                         the server; with the path / the recorded path
  --stream N                       replay this connection (tcp.stream)
  -d SELECTOR,PROTOCOL[,PARAMETER...], --read-as ...
                                   how connections are read, as without a command
  --session SID|N                  replay this session of Engine.IO, by its sid or by
                                   its place, from 0, in the table of -z sessions
  --timing conversation            a message goes out when what came before it in the
                                   recording was answered; without --timing as well
  --timing recorded|xFACTOR        at the recorded times, or so much faster: x2, x0.5
  --timing asap                    as fast as possible
  --patience SECONDS               how long an answer is waited for; 5 without it
  --later-than MS                  answers that are later than recorded by more than
                                   this count as different
  --ignore PATH                    what may differ: '$.time', '$[1].id', '$..ts',
                                   'header:Date'; repeatable
  --set 'PATTERN=>REPLACEMENT'     replace what a regular expression matches in sent
                                   text; $1, ${name}, ${env:HOME} and ${received:name}
                                   stand for values; repeatable
  --capture PATTERN                named groups that match in received text become
                                   values for ${received:name}; repeatable
  --masks fresh|recorded           masking keys; fresh without it
  -T text|json                     how the comparison is printed
  -w FILE                          keep what passed as a capture

The connection:
)") + std::string(kConnectionHelp) + R"(
Exit code: 0 the answers are the same; 1 bad usage, or nothing to replay; 2 no
connection, or the capture cannot be read; 3 the answers differ; 130 ended by a
signal.
)";
    return text;
}

}  // namespace framescope::cli
