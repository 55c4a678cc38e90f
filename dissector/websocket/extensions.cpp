// Elements are cut at semicolons outside of quotes. The parameters of the two compressions stand in
// one table with what each may carry; everything else follows from it.
#include "dissector/websocket/extensions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dissector/payload/utf8.h"

namespace framescope::websocket {
namespace {

constexpr auto kPart = static_cast<std::uint16_t>(FieldId::HttpSecWebSocketExtensions);
constexpr std::string_view kPerMessageDeflate = "permessage-deflate";

/// Elements that are judged, and parameters of each; a legal header has a few.
constexpr std::size_t kMaxJudged = 64;
constexpr std::size_t kShownChars = 200;

/// What a parameter may carry.
enum class ValueRule : std::uint8_t {
    None,
    WindowBits,
    WindowBitsIfAgreed,  ///< an offer may leave it out
};

struct ParameterRule {
    CompressionKind kind;
    std::string_view name;
    ValueRule value;
};

constexpr std::array kRules = {
    ParameterRule{CompressionKind::PerMessageDeflate, "server_no_context_takeover",
                  ValueRule::None},
    ParameterRule{CompressionKind::PerMessageDeflate, "client_no_context_takeover",
                  ValueRule::None},
    ParameterRule{CompressionKind::PerMessageDeflate, "server_max_window_bits",
                  ValueRule::WindowBits},
    ParameterRule{CompressionKind::PerMessageDeflate, "client_max_window_bits",
                  ValueRule::WindowBitsIfAgreed},
    ParameterRule{CompressionKind::WebkitDeflateFrame, "no_context_takeover", ValueRule::None},
    ParameterRule{CompressionKind::WebkitDeflateFrame, "max_window_bits", ValueRule::WindowBits},
};

CompressionKind kindOf(const Extension& extension) {
    if (extension.malformed) return CompressionKind::None;
    if (http::equalsIgnoreCase(extension.name, kPerMessageDeflate)) {
        return CompressionKind::PerMessageDeflate;
    }
    if (http::equalsIgnoreCase(extension.name, "x-webkit-deflate-frame") ||
        http::equalsIgnoreCase(extension.name, "deflate-frame")) {
        return CompressionKind::WebkitDeflateFrame;
    }
    return CompressionKind::None;
}

const ParameterRule* ruleOf(CompressionKind kind, std::string_view name) {
    const auto* const rule = std::ranges::find_if(kRules, [&](const ParameterRule& candidate) {
        return candidate.kind == kind && candidate.name == name;
    });
    return rule == kRules.end() ? nullptr : rule;
}

/// RFC 7692 section 7.1.2: 8 to 15 in decimal, without leading zeros.
std::optional<std::uint8_t> windowBits(std::string_view text) {
    if (text == "8" || text == "9") return static_cast<std::uint8_t>(text[0] - '0');
    if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
        return static_cast<std::uint8_t>(10 + text[1] - '0');
    }
    return std::nullopt;
}

const ExtensionParameter* parameter(const Extension& extension, std::string_view name) {
    const auto found = std::ranges::find(extension.parameters, name, &ExtensionParameter::name);
    return found == extension.parameters.end() ? nullptr : &*found;
}

std::optional<std::uint8_t> bitsOf(const Extension& extension, std::string_view name) {
    const ExtensionParameter* const found = parameter(extension, name);
    if (found == nullptr || !found->value) return std::nullopt;
    return windowBits(*found->value);
}

/// What is wrong with one parameter by itself; empty if nothing is.
std::string wrongValue(const ExtensionParameter& given, const ParameterRule& rule, bool agreed) {
    if (rule.value == ValueRule::None) {
        return given.value ? given.name + " takes no value" : std::string();
    }
    if (!given.value) {
        const bool needed = agreed || rule.value == ValueRule::WindowBits;
        return needed ? given.name + " needs a value" : std::string();
    }
    if (windowBits(*given.value)) return {};
    return given.name + " is " + printable(*given.value, 20) + ", not 8 to 15";
}

/// Issues of an element by itself; false if it has none.
bool checkParameters(const Extension& extension, bool agreed, IssueSink& issues) {
    if (extension.malformed) {
        issues.add(IssueCode::HandshakeExtensionMalformed, kPart,
                   printable(extension.text, kShownChars));
        return true;
    }
    const CompressionKind kind = kindOf(extension);
    // The parameters of other extensions are their own affair.
    if (kind == CompressionKind::None) return false;
    bool wrong = false;
    const auto add = [&](std::string detail) {
        if (detail.empty()) return;
        wrong = true;
        issues.add(IssueCode::HandshakeExtensionParameters, kPart, std::move(detail));
    };
    for (std::size_t i = 0; i < std::min(extension.parameters.size(), kMaxJudged); ++i) {
        const ExtensionParameter& given = extension.parameters[i];
        const ParameterRule* const rule = ruleOf(kind, given.name);
        if (rule == nullptr) {
            add(printable(given.name, 40) + " is no parameter of " + extension.name);
        } else if (parameter(extension, given.name) != &given) {
            add(given.name + " is given twice");
        } else {
            add(wrongValue(given, *rule, agreed));
        }
    }
    return wrong;
}

/// Why what was agreed does not answer an offer of permessage-deflate; empty if it does.
std::string mismatch(const Extension& agreed, const Extension& offer) {
    constexpr std::string_view kServerBits = "server_max_window_bits";
    constexpr std::string_view kClientBits = "client_max_window_bits";
    constexpr std::string_view kServerReset = "server_no_context_takeover";
    // RFC 7692 section 7.1.1.1: accepted by including it.
    if (parameter(offer, kServerReset) != nullptr && parameter(agreed, kServerReset) == nullptr) {
        return "server_no_context_takeover was asked for and is not agreed to";
    }
    // Section 7.1.2.1: accepted by including it with the same or a smaller value.
    if (const auto asked = bitsOf(offer, kServerBits)) {
        const auto given = bitsOf(agreed, kServerBits);
        if (!given) return "server_max_window_bits was asked for and is not agreed to";
        if (*given > *asked) return "server_max_window_bits is greater than what was asked for";
    }
    // Section 7.1.2.2: only where the client said that it understands it.
    if (parameter(agreed, kClientBits) != nullptr) {
        if (parameter(offer, kClientBits) == nullptr) {
            return "client_max_window_bits was not offered";
        }
        const auto offered = bitsOf(offer, kClientBits);
        const auto given = bitsOf(agreed, kClientBits);
        if (offered && given && *given > *offered) {
            return "client_max_window_bits is greater than what was offered";
        }
    }
    return {};
}

/// Issues of an agreed element against the offers.
void checkAnswer(const Extension& agreed, const std::vector<Extension>& offers, IssueSink& issues) {
    const CompressionKind kind = kindOf(agreed);
    std::optional<std::string> why;
    for (const Extension& offer : offers) {
        if (offer.malformed || !http::equalsIgnoreCase(offer.name, agreed.name)) continue;
        std::string reason =
            kind == CompressionKind::PerMessageDeflate ? mismatch(agreed, offer) : std::string();
        // Of several offers the server may choose any.
        if (reason.empty()) return;
        if (!why) why = std::move(reason);
    }
    if (why) {
        issues.add(IssueCode::HandshakeExtensionParameters, kPart, std::move(*why));
    } else {
        issues.add(IssueCode::HandshakeExtensionNotOffered, kPart, printable(agreed.name, 40));
    }
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The value behind the equals sign, unquoted; nothing if it is none.
std::optional<std::string> readValue(std::string_view text, bool& quoted) {
    quoted = text.starts_with('"');
    if (!quoted) return http::isToken(text) ? std::optional(std::string(text)) : std::nullopt;
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value += text[i];
    }
    // RFC 6455 section 9.1: what the quotes hold must be a token as well.
    if (i + 1 != text.size() || !http::isToken(value)) return std::nullopt;
    return value;
}

std::optional<ExtensionParameter> readParameter(std::string_view text) {
    ExtensionParameter result;
    const std::size_t equals = text.find('=');
    result.name = trimmed(text.substr(0, equals));
    if (!http::isToken(result.name)) return std::nullopt;
    if (equals == std::string_view::npos) return result;
    result.value = readValue(trimmed(text.substr(equals + 1)), result.quoted);
    if (!result.value) return std::nullopt;
    return result;
}

}  // namespace

Extension parseExtension(std::string_view element) {
    Extension extension;
    extension.text = element;
    bool first = true;
    for (const std::string_view text : http::splitOutsideQuotes(element, ';')) {
        if (first) {
            extension.name = text;
            extension.malformed = !http::isToken(text);
        } else if (auto given = readParameter(text)) {
            const auto at = static_cast<std::uint64_t>(text.data() - element.data());
            given->range = {at, at + text.size()};
            extension.parameters.push_back(std::move(*given));
        } else {
            extension.malformed = true;
        }
        first = false;
    }
    return extension;
}

void encode(const Extension& extension, ByteWriter& out) {
    if (extension.malformed) {
        out.text(extension.text);
        return;
    }
    out.text(extension.name);
    for (const ExtensionParameter& given : extension.parameters) {
        out.text("; ");
        out.text(given.name);
        if (!given.value) continue;
        out.text(given.quoted ? "=\"" : "=");
        out.text(*given.value);
        if (given.quoted) out.text("\"");
    }
}

std::vector<Extension> extensionsOf(const http::Head& head) {
    std::vector<Extension> extensions;
    for (const std::string_view element : head.elements("Sec-WebSocket-Extensions")) {
        extensions.push_back(parseExtension(element));
        if (extensions.size() == kMaxJudged) break;
    }
    return extensions;
}

void checkOffers(const std::vector<Extension>& offers, IssueSink& issues) {
    for (const Extension& offer : offers) checkParameters(offer, false, issues);
}

void checkAgreed(const std::vector<Extension>& agreed, const std::vector<Extension>* offers,
                 IssueSink& issues) {
    bool compressed = false;
    for (const Extension& extension : agreed) {
        if (checkParameters(extension, true, issues)) continue;
        if (kindOf(extension) != CompressionKind::None && std::exchange(compressed, true)) {
            issues.add(IssueCode::HandshakeExtensionParameters, kPart,
                       "compression is agreed to twice");
        } else if (offers != nullptr) {
            checkAnswer(extension, *offers, issues);
        }
    }
}

Compression compressionOf(const std::vector<Extension>& agreed,
                          const std::vector<Extension>* offers) {
    const auto found = std::ranges::find_if(agreed, [](const Extension& extension) {
        return kindOf(extension) != CompressionKind::None;
    });
    Compression result;
    if (found == agreed.end()) return result;
    result.kind = kindOf(*found);
    constexpr std::size_t kClient = static_cast<std::size_t>(Direction::ClientToServer);
    constexpr std::size_t kServer = static_cast<std::size_t>(Direction::ServerToClient);
    const auto take = [&result](std::size_t sender, const Extension& from, std::string_view reset,
                                std::string_view bits) {
        result.noContextTakeover[sender] = parameter(from, reset) != nullptr;
        result.windowBits[sender] = bitsOf(from, bits).value_or(15);
    };
    if (result.kind == CompressionKind::PerMessageDeflate) {
        take(kClient, *found, "client_no_context_takeover", "client_max_window_bits");
        take(kServer, *found, "server_no_context_takeover", "server_max_window_bits");
        return result;
    }
    // Whoever names the parameters binds the other side with them.
    take(kClient, *found, "no_context_takeover", "max_window_bits");
    if (offers == nullptr) return result;
    for (const Extension& offer : *offers) {
        if (kindOf(offer) != CompressionKind::WebkitDeflateFrame) continue;
        take(kServer, offer, "no_context_takeover", "max_window_bits");
        break;
    }
    return result;
}

void describe(const Extension& extension, FieldTree& tree, Place place) {
    const std::string& shown = extension.malformed ? extension.text : extension.name;
    tree.open(FieldId::HandshakeExtension, place, extension.text.size(),
              printable(shown, kShownChars), shown);
    for (const ExtensionParameter& given : extension.parameters) {
        std::string text = given.name;
        if (given.value) text += "=" + *given.value;
        std::string line = printable(text, kShownChars);
        tree.add(FieldId::HandshakeExtensionParameter, place.at(given.range.begin),
                 given.range.size(), std::move(text), std::move(line));
    }
    tree.close();
}

}  // namespace framescope::websocket
