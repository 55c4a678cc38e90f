// Every sentence says which option it is about and what would be right.
#include "app/cli/send/send_option_reader.h"

#include <utility>

#include "app/cli/option_values.h"
#include "app/cli/send/send_run.h"
#include "capture/compose/draft_json.h"
#include "capture/compose/payload_bytes.h"
#include "capture/net/url.h"

namespace framescope::cli {
namespace {

using client::EngineIoOptions;
using client::HandshakeDraft;
using client::Speaks;
using compose::Payload;
using script::MessageForm;

enum LongOption {
    kUrl = kCommandOption,
    // The handshake
    kHeader,
    kAddHeader,
    kRemoveHeader,
    kOrigin,
    kSubprotocol,
    kExtension,
    kDeflate,
    kRaw,
    // Protocols
    kSio,
    kEio,
    kPolling,
    kWebSocket,
    kUpgrade,
    kNamespace,
    kAuth,
    kMsgpack,
    kAck,
    kBytes,
    // Messages
    kHex,
    kJson,
    kFile,
    kDraft,
    kEvery,
    kSeed,
    // What it does by itself, and how it ends
    kNoPong,
    kNoHeartbeat,
    kNoCloseAnswer,
    kReconnect,
    kScript,
    kLinger,
    kClose,
    kDryRun,
};

constexpr option kOptions[] = {
    {"url", required_argument, nullptr, kUrl},
    {"header", required_argument, nullptr, kHeader},
    {"add-header", required_argument, nullptr, kAddHeader},
    {"remove-header", required_argument, nullptr, kRemoveHeader},
    {"origin", required_argument, nullptr, kOrigin},
    {"subprotocol", required_argument, nullptr, kSubprotocol},
    {"extension", required_argument, nullptr, kExtension},
    {"deflate", no_argument, nullptr, kDeflate},
    {"raw", required_argument, nullptr, kRaw},
    {"sio", no_argument, nullptr, kSio},
    {"eio", required_argument, nullptr, kEio},
    {"polling", no_argument, nullptr, kPolling},
    {"websocket", no_argument, nullptr, kWebSocket},
    {"upgrade", no_argument, nullptr, kUpgrade},
    {"nsp", required_argument, nullptr, kNamespace},
    {"auth", required_argument, nullptr, kAuth},
    {"msgpack", no_argument, nullptr, kMsgpack},
    {"ack", no_argument, nullptr, kAck},
    {"bytes", no_argument, nullptr, kBytes},
    {"hex", required_argument, nullptr, kHex},
    {"json", required_argument, nullptr, kJson},
    {"file", required_argument, nullptr, kFile},
    {"draft", required_argument, nullptr, kDraft},
    {"every", required_argument, nullptr, kEvery},
    {"seed", required_argument, nullptr, kSeed},
    {"no-pong", no_argument, nullptr, kNoPong},
    {"no-heartbeat", no_argument, nullptr, kNoHeartbeat},
    {"no-close-answer", no_argument, nullptr, kNoCloseAnswer},
    {"reconnect", optional_argument, nullptr, kReconnect},
    {"script", required_argument, nullptr, kScript},
    {"linger", required_argument, nullptr, kLinger},
    {"close", required_argument, nullptr, kClose},
    {"dry-run", no_argument, nullptr, kDryRun},
};

constexpr std::string_view kPermessageDeflate = "permessage-deflate; client_max_window_bits";

/// "Name: value" as a change to the headers; nothing if there is no name.
std::optional<HandshakeDraft::Edit> editFrom(std::string_view text,
                                             HandshakeDraft::Edit::Kind kind) {
    const std::size_t colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
    std::string_view value = text.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return HandshakeDraft::Edit{kind, std::string(text.substr(0, colon)), std::string(value)};
}

}  // namespace

SendOptionReader::SendOptionReader() {
    m_longOptions.assign(std::begin(kOptions), std::end(kOptions));
    m_longOptions.insert(m_longOptions.end(), ConnectionOptionReader::kOptions.begin(),
                         ConnectionOptionReader::kOptions.end());
    m_longOptions.insert(m_longOptions.end(), FrameOptionReader::kOptions.begin(),
                         FrameOptionReader::kOptions.end());
}

CommandOptions::Mistake SendOptionReader::take(int option, std::string_view value,
                                               ArgumentTail& tail) {
    if (ConnectionOptionReader::knows(option)) return m_connection.take(option, value);
    if (FrameOptionReader::knows(option)) return m_frame.take(option, value);
    if (option <= kRaw) return takeHandshake(option, value);
    if (option <= kBytes) return takeProtocol(option, value);
    if (option <= kSeed) return takeMessage(option, value, tail);
    return takeEnding(option, value);
}

/// The first argument is the server's URL, what follows are messages.
CommandOptions::Mistake SendOptionReader::takeArgument(std::string_view argument) {
    if (m_send->client.urls.empty()) return takeHandshake(kUrl, argument);
    m_given.push_back({{Payload::Kind::Text, std::string(argument)}, {}, {}});
    return std::nullopt;
}

CommandOptions::Mistake SendOptionReader::takeHandshake(int option, std::string_view value) {
    using Kind = HandshakeDraft::Edit::Kind;
    client::ClientOptions& client = m_send->client;
    if (option == kUrl) {
        const auto url = net::parseUrl(value);
        if (!url) return url.error().sentence;
        client.urls.emplace_back(value);
        return std::nullopt;
    }
    if (option == kRaw) {
        if (value.empty()) return "--raw takes a file with the request, or - for standard input.";
        m_send->requestFile = value;
        return std::nullopt;
    }
    m_hasHandshake = true;
    HandshakeDraft& handshake = client.handshake;
    switch (option) {
        case kHeader:
        case kAddHeader: {
            auto edit = editFrom(value, option == kHeader ? Kind::Set : Kind::Add);
            if (!edit) {
                return quoted(value) + " is no header: it looks like 'Name: value'.";
            }
            handshake.edits.push_back(*std::move(edit));
            break;
        }
        case kRemoveHeader:
            if (value.empty()) return "--remove-header takes the name of a header.";
            handshake.edits.push_back({Kind::Remove, std::string(value), {}});
            break;
        case kOrigin:
            handshake.edits.push_back({Kind::Set, "Origin", std::string(value)});
            break;
        case kSubprotocol:
            handshake.subprotocols.emplace_back(value);
            break;
        case kExtension:
            handshake.extensions.emplace_back(value);
            break;
        default:
            handshake.extensions.emplace_back(kPermessageDeflate);
            break;
    }
    return std::nullopt;
}

CommandOptions::Mistake SendOptionReader::takeProtocol(int option, std::string_view value) {
    client::ClientOptions& client = m_send->client;
    EngineIoOptions& engineIo = client.engineIo;
    const auto choose = [&](EngineIoOptions::Way way) -> Mistake {
        if (m_hasWay && engineIo.way != way) {
            return "Only one of --polling, --websocket and --upgrade can be chosen.";
        }
        m_hasWay = true;
        engineIo.way = way;
        return std::nullopt;
    };
    switch (option) {
        case kSio:
            m_sio = true;
            return std::nullopt;
        case kEio:
            if (value != "3" && value != "4") {
                return "--eio takes the revision of Engine.IO, 3 (socket.io 2) or 4 (socket.io 3 "
                       "and 4), and not " +
                       quoted(value) + ".";
            }
            m_eio = true;
            engineIo.revision = value == "3" ? 3 : 4;
            return std::nullopt;
        case kPolling:
            return choose(EngineIoOptions::Way::PollingOnly);
        case kWebSocket:
            return choose(EngineIoOptions::Way::WebSocketOnly);
        case kUpgrade:
            return choose(EngineIoOptions::Way::PollingThenUpgrade);
        case kNamespace:
            if (!value.starts_with('/')) {
                return "--nsp takes a namespace, which begins with a slash, and not " +
                       quoted(value) + ".";
            }
            if (!m_hasNamespace && !m_hasAuth) client.socketIo.namespaces.clear();
            // --auth in front of the first --nsp was for the root namespace, which is kept then.
            m_hasNamespace = true;
            client.socketIo.namespaces.push_back({std::string(value), {}});
            return std::nullopt;
        case kAuth:
            return setAuth(value);
        case kMsgpack:
            client.socketIo.msgpack = true;
            return std::nullopt;
        case kAck:
            m_send->form.wantsAck = true;
            return std::nullopt;
        default:
            m_bytes = true;
            return std::nullopt;
    }
}

CommandOptions::Mistake SendOptionReader::setAuth(std::string_view value) {
    // Read as a packet would be, so that a mistake is found before there is a connection.
    const auto packet =
        compose::parseDraft("{\"sio\":\"connect\",\"data\":" + std::string(value) + "}");
    if (!packet) return "--auth takes JSON, and not " + quoted(value) + ".";
    m_hasAuth = true;
    m_send->client.socketIo.namespaces.back().auth = value;
    return std::nullopt;
}

CommandOptions::Mistake SendOptionReader::takeMessage(int option, std::string_view value,
                                                      ArgumentTail& tail) {
    switch (option) {
        case kHex:
            m_given.push_back({{Payload::Kind::Hex, std::string(value)}, {}, {}});
            return std::nullopt;
        case kJson:
            m_given.push_back({{Payload::Kind::Json, std::string(value)}, {}, {}});
            return std::nullopt;
        case kFile:
            if (value.empty()) return "--file takes the name of a file.";
            m_given.push_back({{Payload::Kind::File, std::string(value)}, {}, {}});
            return std::nullopt;
        case kDraft:
            m_given.push_back({{}, std::string(value), {}});
            return std::nullopt;
        case kEvery: {
            const auto interval = secondsFrom(value);
            const auto text = tail.take();
            if (!interval || interval->count() == 0 || !text) {
                return "--every takes seconds, more than 0, and the message behind them: --every 5 "
                       "hello.";
            }
            m_given.push_back({{Payload::Kind::Text, std::string(*text)}, {}, *interval});
            return std::nullopt;
        }
        default: {
            const auto seed = numberFrom(value, 1, std::numeric_limits<std::uint64_t>::max());
            if (!seed) return "--seed takes a number, 1 or more, and not " + quoted(value) + ".";
            m_send->keySeed = *seed;
            return std::nullopt;
        }
    }
}

CommandOptions::Mistake SendOptionReader::takeEnding(int option, std::string_view value) {
    client::ClientOptions& client = m_send->client;
    switch (option) {
        case kNoPong:
            client.answersPings = false;
            return std::nullopt;
        case kNoHeartbeat:
            m_noHeartbeat = true;
            client.engineIo.answersHeartbeats = false;
            return std::nullopt;
        case kNoCloseAnswer:
            client.answersClose = false;
            return std::nullopt;
        case kReconnect:
            client.reconnecting.enabled = true;
            if (!value.empty()) {
                const auto attempts = numberFrom(value, 1, 1'000'000);
                if (!attempts) {
                    return "--reconnect takes a number of attempts, 1 or more: --reconnect=5.";
                }
                client.reconnecting.attempts = static_cast<std::uint32_t>(*attempts);
            }
            return std::nullopt;
        case kScript:
            if (value.empty()) return "--script takes a file, or - for standard input.";
            if (!m_send->scriptFile.empty()) return "There can be only one --script.";
            m_send->scriptFile = value;
            return std::nullopt;
        case kDryRun:
            m_send->dryRun = true;
            return std::nullopt;
        case kLinger: {
            m_hasLinger = true;
            m_send->settle.forAnswer = false;
            if (value == "forever") {
                m_send->settle.atMost = std::chrono::milliseconds::max();
                return std::nullopt;
            }
            const auto time = secondsFrom(value);
            if (!time) return "--linger takes seconds, or forever, and not " + quoted(value) + ".";
            m_send->settle.atMost = *time;
            return std::nullopt;
        }
        default: {
            Goodbye& goodbye = m_send->goodbye;
            const std::size_t colon = value.find(':');
            const auto code = numberFrom(value.substr(0, colon), 0, 65535);
            goodbye.cut = value == "cut";
            goodbye.code.reset();
            if (goodbye.cut || value == "none") return std::nullopt;
            if (!code) {
                return "--close takes a code, CODE:REASON, none or cut, and not " + quoted(value) +
                       ".";
            }
            goodbye.code = static_cast<std::uint16_t>(*code);
            if (colon != std::string_view::npos) goodbye.reason = value.substr(colon + 1);
            return std::nullopt;
        }
    }
}

CommandOptions::Mistake SendOptionReader::whatDoesNotGoTogether() const {
    const bool readsInput = m_send->scriptFile == "-";
    if (m_send->client.urls.empty()) {
        return "send needs the URL of a server: framescope-cli send ws://localhost:3000/";
    }
    if (m_bytes && speaksEngineIo()) {
        return "--bytes speaks no protocol; it does not go with --sio or --eio.";
    }
    if (m_bytes && (m_hasHandshake || !m_send->requestFile.empty())) {
        return "--bytes sends nothing by itself, so there is no handshake to be changed.";
    }
    if (m_hasHandshake && !m_send->requestFile.empty()) {
        return "--raw is the whole request; options that change the handshake do not go with it.";
    }
    if (!m_send->requestFile.empty() && speaksEngineIo()) {
        return "--raw is the request of a WebSocket; it does not go with --sio or --eio.";
    }
    if (readsInput && m_send->requestFile == "-") {
        return "--script and --raw cannot both be read from standard input.";
    }
    for (const Given& given : m_given) {
        if (given.every.count() == 0 && !m_send->scriptFile.empty()) {
            return "What a script sends stands in it; other messages do not go with --script.";
        }
    }
    if (m_hasLinger && !m_send->scriptFile.empty()) {
        return "A script ends with its last line; write {\"wait\":\"2s\"} there instead of "
               "--linger.";
    }
    if (auto mistake = whatOtherProtocolsLack()) return mistake;
    return m_connection.mistake();
}

CommandOptions::Mistake SendOptionReader::whatOtherProtocolsLack() const {
    const bool isFrames = !m_bytes && !speaksEngineIo();
    if (m_frame.any() && !isFrames) {
        return "Options that shape frames (--opcode, --mask, --length, ...) do not go with --sio, "
               "--eio or --bytes.";
    }
    if (!m_sio &&
        (m_hasNamespace || m_hasAuth || m_send->client.socketIo.msgpack || m_send->form.wantsAck)) {
        return "--nsp, --auth, --msgpack and --ack are of Socket.IO: they go with --sio.";
    }
    if (!speaksEngineIo() && (m_hasWay || m_noHeartbeat)) {
        return "--polling, --websocket, --upgrade and --no-heartbeat are of Engine.IO: they go "
               "with --sio or --eio.";
    }
    return std::nullopt;
}

CommandOptions::Mistake SendOptionReader::makeMessages() {
    SendOptions& send = *m_send;
    MessageForm& form = send.form;
    form.kind = m_bytes ? MessageForm::Kind::Raw
                : m_sio ? MessageForm::Kind::SocketIo
                : m_eio ? MessageForm::Kind::EngineIo
                        : MessageForm::Kind::Frame;
    form.frame = m_frame.frame();
    form.nsp = send.client.socketIo.namespaces.front().name;
    if (m_hasNamespace) form.nsp = send.client.socketIo.namespaces.back().name;
    for (const Given& given : m_given) {
        MessageForm own = form;
        const bool isBinary =
            given.payload.kind == Payload::Kind::Hex || given.payload.kind == Payload::Kind::File;
        if (isBinary && !m_frame.hasOpcode()) {
            own.frame.opcode = static_cast<std::uint8_t>(websocket::Opcode::Binary);
        }
        // What cannot be made is known before there is a connection.
        if (given.draft.empty()) {
            const auto bytes = compose::bytesOf(given.payload);
            if (!bytes) return bytes.error().sentence;
        }
        auto draft = given.draft.empty() ? script::draftOf(given.payload, own)
                                         : compose::parseDraft(given.draft);
        if (!draft) {
            return given.draft.empty() ? draft.error().sentence
                                       : "--draft: " + draft.error().sentence;
        }
        if (given.every.count() != 0) {
            send.client.periodic.push_back({*std::move(draft), given.every});
        } else {
            send.messages.push_back({{}, script::SendStep{*std::move(draft), {}, send.keySeed}});
        }
    }
    return std::nullopt;
}

CommandOptions::Mistake SendOptionReader::finish(Options& options) {
    if (auto mistake = whatDoesNotGoTogether()) return mistake;
    SendOptions& send = *m_send;
    client::ClientOptions& client = send.client;
    client.speaks = m_bytes ? Speaks::Raw
                    : m_sio ? Speaks::SocketIo
                    : m_eio ? Speaks::EngineIo
                            : Speaks::WebSocket;
    client.connection = m_connection.options();
    if (m_connection.hasTimeout()) client.handshakeTimeout = client.connection.connectTimeout;
    const bool compresses = m_frame.frame().compressing == compose::Compressing::AsAgreed;
    if (compresses && client.handshake.extensions.empty()) {
        client.handshake.extensions.emplace_back(kPermessageDeflate);
    }
    if (auto mistake = makeMessages()) return mistake;
    send.readsLines = send.messages.empty() && send.scriptFile.empty() &&
                      send.client.periodic.empty() && send.requestFile != "-";
    if (send.dryRun && send.messages.empty() && send.scriptFile.empty()) {
        return "--dry-run shows what would be sent: messages, or a --script.";
    }
    if (!client.periodic.empty() && !m_hasLinger && send.messages.empty() &&
        send.scriptFile.empty()) {
        // Somebody who wants a message again and again wants it until Ctrl-C.
        send.settle.forAnswer = false;
        send.settle.atMost = std::chrono::milliseconds::max();
    }
    if (!send.readsLines && send.scriptFile.empty()) {
        send.messages.push_back({{}, send.settle});
    }
    options.action = Action::RunCommand;
    options.command = [own = m_send](const Options& all, Output& output) {
        return runSend(all, *own, output);
    };
    return std::nullopt;
}

}  // namespace framescope::cli
