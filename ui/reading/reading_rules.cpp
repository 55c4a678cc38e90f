#include "ui/reading/reading_rules.h"

#include "capture/session/session.h"
#include "dissector/layer/message_protocol.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr qsizetype kLongest = 120;

/// Of a plain WebSocket the WebSocket itself.
Protocol chosenProtocol(const ReadAs& readAs) {
    switch (readAs.kind) {
        case ReadAs::Kind::Automatic:
        case ReadAs::Kind::Tcp:
            break;
        case ReadAs::Kind::Http:
            return Protocol::Http;
        case ReadAs::Kind::EventStream:
            return Protocol::EventStream;
        case ReadAs::Kind::WebSocket:
            if (readAs.socketIo) return Protocol::SocketIo;
            return readAs.messages != nullptr ? readAs.messages->protocol : Protocol::WebSocket;
    }
    return Protocol::Tcp;
}

}  // namespace

ReadAs readAsOf(const ReadAsRules& rules, const Session& session, ConnectionId connection) {
    const ConnectionInfo& info = session.connection(connection);
    const ReadAs* const found = rules.find(connection, info.client, info.server);
    return found != nullptr ? *found : ReadAs();
}

bool isFoundAsChosen(const Session& session, ConnectionId connection) {
    const ConnectionFacts& facts = session.connection(connection).facts;
    const auto parsed = parseReadAs(session.name(facts.readAs));
    const auto* const chosen = std::get_if<ReadAs>(&parsed);
    if (!facts.readAsChosen || chosen == nullptr) return false;
    switch (chosen->kind) {
        case ReadAs::Kind::Automatic:
            return false;
        case ReadAs::Kind::Tcp:
            return true;
        case ReadAs::Kind::Http:
            return facts.protocol >= Protocol::Http;
        case ReadAs::Kind::EventStream:
            return facts.protocol >= Protocol::EventStream;
        case ReadAs::Kind::WebSocket:
            break;
    }
    // Without a frame it is TCP still.
    if (chosen->messages == nullptr) return facts.protocol >= Protocol::WebSocket;
    if (chosen->socketIo) return facts.protocol == Protocol::SocketIo;
    const Protocol messages = chosen->messages->protocol;
    return facts.protocol == messages ||
           (messages == Protocol::EngineIo && facts.protocol == Protocol::SocketIo);
}

std::optional<Protocol> chosenAround(const Session& session, ConnectionId connection) {
    const ConnectionFacts& facts = session.connection(connection).facts;
    const auto parsed = parseReadAs(session.name(facts.readAs));
    const auto* const chosen = std::get_if<ReadAs>(&parsed);
    if (chosen == nullptr || !isFoundAsChosen(session, connection)) return std::nullopt;
    const Protocol protocol = chosenProtocol(*chosen);
    return protocol == facts.protocol ? std::nullopt : std::optional(protocol);
}

ReadAsRules withConnectionReadAs(const ReadAsRules& rules, const Session& session,
                                 ConnectionId connection, const ReadAs& readAs) {
    const ReadAsRule own = readAsRuleFor(connection, readAs);
    ReadAsRules others;
    for (const ReadAsRule& rule : rules.rules()) {
        if (rule.selector != own.selector) others.add(rule);
    }
    if (readAsOf(others, session, connection) == readAs) return others;
    ReadAsRules all;
    all.add(own);
    for (const ReadAsRule& rule : others.rules()) all.add(rule);
    return all;
}

ReadAsRules withoutRule(const ReadAsRules& rules, std::size_t index) {
    ReadAsRules rest;
    for (std::size_t i = 0; i < rules.rules().size(); ++i) {
        if (i != index) rest.add(rules.rules()[i]);
    }
    return rest;
}

QString ruleWords(const ReadAsRule& rule) {
    constexpr std::string_view kOne = "tcp.stream==";
    const std::string_view selector = rule.selector;
    const bool isOne =
        selector.starts_with(kOne) &&
        selector.find_first_not_of("0123456789", kOne.size()) == std::string_view::npos;
    const QString which =
        isOne ? QStringLiteral("Connection %1").arg(displayText(selector.substr(kOne.size())))
              : displayText(selector, kLongest);
    return which + QStringLiteral(" as ") + displayText(readAsName(rule.readAs), kLongest);
}

}  // namespace framescope
