// Lines first: a frame's header lines say whether the body is counted (content-length) or ends at
// the first NUL.
#include "dissector/subprotocol/stomp.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/subprotocol/message_line.h"

namespace framescope::stomp {
namespace {

constexpr std::size_t kShownChars = 200;

/// Each command with the headers it must have in every version; "a|b" asks for one of the two.
struct CommandRule {
    std::string_view name;
    std::array<std::string_view, 2> required;
};
constexpr std::array kCommands = {
    CommandRule{"CONNECT", {}},
    CommandRule{"STOMP", {"accept-version", "host"}},
    CommandRule{"CONNECTED", {}},
    CommandRule{"SEND", {"destination"}},
    CommandRule{"SUBSCRIBE", {"destination"}},
    CommandRule{"UNSUBSCRIBE", {"id|destination"}},
    CommandRule{"ACK", {"id|message-id"}},
    CommandRule{"NACK", {"id|message-id"}},
    CommandRule{"BEGIN", {"transaction"}},
    CommandRule{"COMMIT", {"transaction"}},
    CommandRule{"ABORT", {"transaction"}},
    CommandRule{"DISCONNECT", {}},
    CommandRule{"MESSAGE", {"destination", "message-id"}},
    CommandRule{"RECEIPT", {"receipt-id"}},
    CommandRule{"ERROR", {}},
};

struct HeaderField {
    std::string_view name;
    FieldId field;
};
constexpr std::array kHeaderFields = {
    HeaderField{"destination", FieldId::StompDestination},
    HeaderField{"id", FieldId::StompId},
    HeaderField{"subscription", FieldId::StompSubscription},
    HeaderField{"message-id", FieldId::StompMessageId},
    HeaderField{"receipt", FieldId::StompReceipt},
    HeaderField{"receipt-id", FieldId::StompReceiptId},
    HeaderField{"transaction", FieldId::StompTransaction},
    HeaderField{"version", FieldId::StompVersion},
    HeaderField{"accept-version", FieldId::StompVersion},
    HeaderField{"heart-beat", FieldId::StompHeartBeat},
    HeaderField{"content-type", FieldId::StompContentType},
    HeaderField{"content-length", FieldId::StompContentLength},
};

const CommandRule* ruleOf(std::string_view command) {
    const auto* const found = std::ranges::find(kCommands, command, &CommandRule::name);
    return found == kCommands.end() ? nullptr : found;
}

/// The line at `at` without its end; `next` is where the one behind it begins, npos where the text
/// ends in it.
std::string_view lineAt(std::string_view text, std::size_t at, std::size_t& next) {
    const std::size_t newline = text.find('\n', at);
    next = newline == std::string_view::npos ? newline : newline + 1;
    std::string_view line =
        text.substr(at, newline == std::string_view::npos ? newline : newline - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<std::uint64_t> contentLength(const Frame& frame) {
    for (const Header& header : frame.headers) {
        if (header.name != "content-length") continue;
        std::uint64_t length = 0;
        const char* const end = header.value.data() + header.value.size();
        const auto [stop, error] = std::from_chars(header.value.data(), end, length);
        if (error != std::errc() || stop != end) return std::nullopt;
        return length;
    }
    return std::nullopt;
}

/// Headers of CONNECT and CONNECTED are not escaped, so that old servers read them.
bool isEscaped(std::string_view command) {
    return command != "CONNECT" && command != "CONNECTED";
}

bool hasBadEscape(std::string_view written) {
    for (std::size_t i = written.find('\\'); i != std::string_view::npos;
         i = written.find('\\', i + 2)) {
        if (i + 1 >= written.size() ||
            std::string_view("rnc\\").find(written[i + 1]) == std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// Where the body of a frame ends whose lines were read; sets `terminated`.
std::size_t bodyEnd(std::string_view text, Frame& frame, std::size_t begin) {
    const auto length = contentLength(frame);
    if (length && *length < text.size() - begin) {
        const std::size_t end = begin + static_cast<std::size_t>(*length);
        // A wrong length would swallow the frames behind; the NUL it must lead to tells.
        if (text[end] == '\0') return end;
        frame.malformed = "content-length does not lead to the NUL";
    }
    const std::size_t nul = text.find('\0', begin);
    frame.terminated = nul != std::string_view::npos;
    if (frame.terminated && length && frame.malformed.empty()) {
        frame.malformed = "content-length is greater than the body";
    }
    return frame.terminated ? nul : text.size();
}

}  // namespace

bool isCommand(std::string_view word) {
    return ruleOf(word) != nullptr;
}

std::string unescapeHeader(std::string_view written) {
    std::string meant;
    meant.reserve(written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '\\' || i + 1 == written.size()) {
            meant += written[i];
            continue;
        }
        const char kind = written[++i];
        meant += kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind == 'c' ? ':' : kind;
    }
    return meant;
}

std::optional<std::string> Frame::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Header::name);
    if (found == headers.end()) return std::nullopt;
    return isEscaped(command) ? unescapeHeader(found->value) : std::string(found->value);
}

std::optional<Frame> parse(std::string_view text, std::size_t begin) {
    Frame frame;
    frame.range = {begin, begin};
    if (text[begin] == '\n' || text[begin] == '\r') {
        const std::size_t end = text.find_first_not_of("\r\n", begin);
        frame.range.end = end == std::string_view::npos ? text.size() : end;
        return frame;
    }
    std::size_t at = begin;
    std::size_t next = 0;
    frame.command = lineAt(text, at, next);
    if (!isCommand(frame.command)) return std::nullopt;
    frame.commandRange = {begin, begin + frame.command.size()};
    bool emptyLine = false;
    while (next != std::string_view::npos && !emptyLine) {
        at = next;
        if (at < text.size() && text[at] == '\0') break;
        const std::string_view line = lineAt(text, at, next);
        emptyLine = line.empty() && next != std::string_view::npos;
        if (line.empty()) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || frame.headers.size() == kMaxHeaders) {
            frame.malformed = colon == std::string_view::npos ? "a header line has no colon"
                                                              : "too many header lines";
            continue;
        }
        frame.headers.push_back({line.substr(0, colon),
                                 line.substr(colon + 1),
                                 {at, at + colon},
                                 {at + colon + 1, at + line.size()}});
    }
    if (!emptyLine) {
        frame.malformed = "no empty line ends the headers";
        const std::size_t nul = text.find('\0', begin);
        frame.terminated = nul != std::string_view::npos;
        frame.range.end = frame.terminated ? nul + 1 : text.size();
        frame.bodyRange = {frame.range.end, frame.range.end};
        return frame;
    }
    const std::size_t end = bodyEnd(text, frame, next);
    frame.body = text.substr(next, end - next);
    frame.bodyRange = {next, end};
    frame.range.end = end + (frame.terminated ? 1 : 0);
    return frame;
}

std::vector<Frame> parseMessage(std::string_view text) {
    std::vector<Frame> frames;
    std::size_t at = 0;
    while (at < text.size() && frames.size() < kMaxFrames) {
        auto frame = parse(text, at);
        if (!frame) break;
        at = frame->range.end;
        frames.push_back(std::move(*frame));
    }
    return frames;
}

void encode(const Frame& frame, ByteWriter& out) {
    if (frame.isHeartBeat()) {
        out.u8('\n');
        return;
    }
    out.text(frame.command);
    out.u8('\n');
    for (const Header& header : frame.headers) {
        out.text(header.name);
        out.u8(':');
        out.text(header.value);
        out.u8('\n');
    }
    out.u8('\n');
    out.text(frame.body);
    if (frame.terminated) out.u8(0);
}

void check(const Frame& frame, IssueSink& issues) {
    if (frame.isHeartBeat()) return;
    const auto complain = [&issues](IssueCode code, FieldId part, std::string detail) {
        issues.add(code, static_cast<std::uint16_t>(part), std::move(detail));
    };
    if (!frame.malformed.empty()) {
        complain(IssueCode::StompFrameMalformed, FieldId::Stomp, std::string(frame.malformed));
    }
    if (!frame.terminated) {
        complain(IssueCode::StompFrameMalformed, FieldId::Stomp,
                 "the NUL that ends a frame is missing");
    }
    for (const Header& header : frame.headers) {
        if (isEscaped(frame.command) && (hasBadEscape(header.name) || hasBadEscape(header.value))) {
            complain(IssueCode::StompFrameMalformed, FieldId::Stomp, "an undefined escape");
            break;
        }
    }
    for (std::string_view required : ruleOf(frame.command)->required) {
        if (required.empty() || !frame.terminated) continue;
        const std::string all(required);
        bool found = false;
        while (!required.empty() && !found) {
            const std::size_t bar = required.find('|');
            found = frame.header(required.substr(0, bar)).has_value();
            required.remove_prefix(bar == std::string_view::npos ? required.size() : bar + 1);
        }
        if (found) continue;
        const std::size_t bar = all.find('|');
        complain(
            IssueCode::StompHeaderMissing, FieldId::StompCommand,
            bar == std::string::npos ? all : all.substr(0, bar) + " or " + all.substr(bar + 1));
    }
}

FieldIndex describe(const Frame& frame, FieldTree& tree, Place place) {
    const auto placeOf = [&place](ByteRange range) { return place.at(range.begin); };
    const FieldIndex layer = tree.open(FieldId::Stomp, placeOf(frame.range), frame.range.size(),
                                       summary(frame, kShownChars));
    if (frame.isHeartBeat()) {
        tree.add(FieldId::StompEol, placeOf(frame.range), frame.range.size(),
                 std::string("heart-beat"));
        tree.close();
        return layer;
    }
    tree.add(FieldId::StompCommand, placeOf(frame.commandRange), frame.command.size(),
             std::string(frame.command));
    for (const Header& header : frame.headers) {
        const bool escaped = isEscaped(frame.command);
        std::string value = escaped ? unescapeHeader(header.value) : std::string(header.value);
        const std::string name = escaped ? unescapeHeader(header.name) : std::string(header.name);
        const ByteRange line{header.nameRange.begin, header.valueRange.end};
        const auto* const known = std::ranges::find(kHeaderFields, header.name, &HeaderField::name);
        if (known == kHeaderFields.end()) {
            std::string text = printable(value, kShownChars);
            const FieldIndex field = tree.add(FieldId::StompHeader, placeOf(line), line.size(),
                                              name + ":" + value, std::move(text));
            tree.setLabel(field, printable(name, kShownChars));
            continue;
        }
        std::string text = printable(value, kShownChars);
        FieldValue kept = value;
        if (known->field == FieldId::StompContentLength) {
            const auto length = contentLength(frame);
            kept = length ? FieldValue(*length) : FieldValue();
        }
        tree.add(known->field, placeOf(line), line.size(), std::move(kept), std::move(text));
    }
    if (!frame.body.empty()) {
        tree.open(FieldId::StompBody, placeOf(frame.bodyRange), frame.bodyRange.size(),
                  shownPayload(asBytes(frame.body), kShownChars), std::string(frame.body));
        const auto kind = jsonKind(frame.body);
        if (kind == JsonKind::Object || kind == JsonKind::Array) {
            describeJson(frame.body, tree, placeOf(frame.bodyRange));
        }
        tree.close();
    }
    tree.close();
    return layer;
}

std::string summary(const Frame& frame, std::size_t maxChars) {
    if (frame.isHeartBeat()) return elided("heart-beat", maxChars);
    std::string line(frame.command);
    const auto add = [&](std::string_view lead, std::string_view header) {
        const auto value = frame.header(header);
        if (value) line += std::string(lead) + printable(*value, maxChars);
        return value.has_value();
    };
    if (frame.command == "CONNECT" || frame.command == "STOMP") {
        add("  ", "host");
        add("  versions ", "accept-version");
        add("  heart-beat ", "heart-beat");
    } else if (frame.command == "CONNECTED") {
        add("  version ", "version");
        add("  heart-beat ", "heart-beat");
    } else {
        add(" ", "destination");
        add("  ", "message");  // of an ERROR
        if (frame.command != "MESSAGE") add("  id ", "id");
        if (frame.command == "ACK" || frame.command == "NACK") add("  message ", "message-id");
        add("  transaction ", "transaction");
        add("  receipt ", "receipt");
        add("  ", "receipt-id");
    }
    if (!frame.body.empty()) line += "  " + shownPayload(asBytes(frame.body), maxChars);
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::stomp
