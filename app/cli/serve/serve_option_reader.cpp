// Every sentence says which option it is about and what would be right.
#include "app/cli/serve/serve_option_reader.h"

#include "app/cli/exit_code.h"
#include "app/cli/option_values.h"
#include "app/cli/serve/serve_run.h"

namespace framescope::cli {
namespace {

enum LongOption {
    kPort = kCommandOption,
    kHost,
    kTls,
    kMisbehave,
    kMisbehaveAt,
    kPingInterval,
    kPingTimeout,
    kListMisbehaviours,
};

constexpr option kOptions[] = {
    {"port", required_argument, nullptr, kPort},
    {"host", required_argument, nullptr, kHost},
    {"tls", no_argument, nullptr, kTls},
    {"misbehave", required_argument, nullptr, kMisbehave},
    {"misbehave-at", required_argument, nullptr, kMisbehaveAt},
    {"ping-interval", required_argument, nullptr, kPingInterval},
    {"ping-timeout", required_argument, nullptr, kPingTimeout},
    {"list-misbehaviours", no_argument, nullptr, kListMisbehaviours},
};

constexpr std::uint16_t kDefaultPort = 3000;

}  // namespace

ServeOptionReader::ServeOptionReader() {
    m_server.port = kDefaultPort;
}

std::span<const option> ServeOptionReader::longOptions() const {
    return kOptions;
}

CommandOptions::Mistake ServeOptionReader::take(int option, std::string_view value,
                                                ArgumentTail& tail) {
    server::ServerOptions& server = m_server;
    switch (option) {
        case kPort: {
            const auto port = numberFrom(value, 0, 65535);
            if (!port) {
                return "--port takes a port up to 65535, 0 for any that is free, and not " +
                       quoted(value) + ".";
            }
            server.port = static_cast<std::uint16_t>(*port);
            return std::nullopt;
        }
        case kHost:
            if (value.empty()) return "--host takes an address of this machine, such as 0.0.0.0.";
            server.host = value;
            return std::nullopt;
        case kTls:
            server.tls = true;
            return std::nullopt;
        case kMisbehave: {
            auto faults = server::parseMisbehaviours(value);
            if (!faults) return "--misbehave: " + faults.error().sentence;
            server.misbehaviours.insert(server.misbehaviours.end(), faults->begin(), faults->end());
            return std::nullopt;
        }
        case kMisbehaveAt: {
            const auto list = tail.take();
            if (!value.starts_with('/') || !list) {
                return "--misbehave-at takes a path and what the server does wrong there: "
                       "--misbehave-at /echo close:1011";
            }
            auto faults = server::parseMisbehaviours(*list);
            if (!faults)
                return "--misbehave-at " + std::string(value) + ": " + faults.error().sentence;
            server.ofPaths.emplace_back(value, *std::move(faults));
            return std::nullopt;
        }
        case kListMisbehaviours:
            m_lists = true;
            return std::nullopt;
        default: {
            const auto time = secondsFrom(value);
            if (!time || time->count() == 0) {
                return std::string(option == kPingInterval ? "--ping-interval" : "--ping-timeout") +
                       " takes seconds, more than 0, and not " + quoted(value) + ".";
            }
            (option == kPingInterval ? server.pingInterval : server.pingTimeout) = *time;
            return std::nullopt;
        }
    }
}

CommandOptions::Mistake ServeOptionReader::takeArgument(std::string_view argument) {
    return "serve takes no file and no URL, and so not " + quoted(argument) +
           "; --host and --port say where it listens.";
}

CommandOptions::Mistake ServeOptionReader::finish(Options& options) {
    options.action = Action::RunCommand;
    if (m_lists) {
        options.command = [](const Options&, Output& output) {
            output.write(misbehaviourListing());
            return static_cast<int>(kAsExpected);
        };
    } else {
        options.command = [server = m_server](const Options& all, Output& output) {
            return runServe(all, server, output);
        };
    }
    return std::nullopt;
}

std::string_view ServeOptionReader::help() const {
    return R"(Usage: framescope-cli serve [options]

A server to try clients against: HTTP, WebSocket, Engine.IO and Socket.IO, an event
stream and long polling, and a page to try them from a browser. What passes is
printed, one line a row, as for a capture. Ctrl-C ends it.

  /                 the page                  /events     an event stream
  /echo             a WebSocket that echoes   /poll       long polling
  /socket.io/       Socket.IO: / echoes,      /status/N   an answer with this status
                    /chat is a room
  /engine.io/       Engine.IO that echoes

  --port N                         port; 3000 without it, 0 for any that is free
  --host ADDRESS                   address of this machine to listen on; 127.0.0.1
                                   without it
  --tls                            https and wss, with a certificate made at the start
  --misbehave LIST                 do these things wrong, joined by commas:
                                   wrong-accept, close:1011, lying-length:5@3 (after
                                   three messages); a client can ask for them as well:
                                   /echo?misbehave=wrong-accept
  --misbehave-at PATH LIST         only at this path; repeatable
  --list-misbehaviours             list them, and end
  --ping-interval SECONDS          of Engine.IO's heartbeat; 25 without it
  --ping-timeout SECONDS           20 without it

Rows: -Y, -T, -e, -E, -V, -x, -c, -q, -z, --decode-as and --inflate-limit as for a
capture (framescope-cli -h); -w FILE keeps what passed as a capture, decrypted.

The first line on standard error is "framescope-cli: Serving on URL ..." once
clients can connect.

Exit code: 0 ended by a signal, or by -c; 1 bad usage; 2 it cannot listen there.
)";
}

}  // namespace framescope::cli
