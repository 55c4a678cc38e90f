#include "dissector/sse/joined_stream.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/http/chunked.h"
#include "dissector/payload/utf8.h"

namespace framescope::sse {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"data", "event", "id", "retry"};

/// A size line: hex digits, nothing or an extension, CR LF. `whole`: with its line end.
bool isSizeLine(std::string_view text, bool& whole) {
    constexpr std::size_t kMaxDigits = 8;
    constexpr std::size_t kMaxLine = 256;
    const std::size_t digits =
        std::min(text.find_first_not_of("0123456789abcdefABCDEF"), text.size());
    whole = false;
    if (digits == 0 || digits > kMaxDigits) return false;
    std::string_view behind = text.substr(digits);
    // Some servers pad the size.
    behind.remove_prefix(std::min(behind.find_first_not_of(' '), behind.size()));
    if (behind.empty()) return true;
    if (behind[0] != '\r' && behind[0] != ';') return false;
    const std::size_t end = behind.substr(0, kMaxLine).find('\n');
    if (end == std::string_view::npos) return behind.size() < kMaxLine;
    whole = end != 0 && behind[end - 1] == '\r';
    return whole;
}

/// A line without its end: blank, a comment, or a field that has a meaning.
bool isLine(std::string_view line) {
    if (line.empty() || line[0] == ':') return true;
    const std::string_view name = line.substr(0, line.find(':'));
    return name.size() < line.size() && std::ranges::find(kNames, name) != kNames.end();
}

/// What may become such a line.
bool mayBecomeLine(std::string_view line) {
    if (line == "\r" || isLine(line)) return true;
    return std::ranges::any_of(kNames,
                               [line](std::string_view name) { return name.starts_with(line); });
}

bool isText(std::string_view text) {
    return std::ranges::all_of(
        text, [](unsigned char c) { return c >= 0x20 || c == '\r' || c == '\n' || c == '\t'; });
}

/// Events that have ended in `text`, which consists of nothing but their lines; -1 if it does not.
int countEvents(std::string_view text) {
    int events = 0;
    bool hasData = false;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t newline = text.find('\n', at);
        if (newline == std::string_view::npos) {
            return mayBecomeLine(text.substr(at)) ? events : -1;
        }
        std::string_view line = text.substr(at, newline - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        at = newline + 1;
        if (!isLine(line)) return -1;
        hasData = hasData || line.starts_with("data");
        if (!line.empty()) continue;
        if (hasData) ++events;
        hasData = false;
    }
    return events;
}

JoinedStream judgeText(std::string_view text, JoinedStream kind, int eventsNeeded) {
    if (!isText(text)) return JoinedStream::No;
    const int events = countEvents(text);
    if (events < 0) return JoinedStream::No;
    if (events < eventsNeeded) return JoinedStream::NeedsMore;
    // A character may be cut at the end.
    const std::string_view whole = text.substr(0, text.rfind('\n') + 1);
    return isValidUtf8(whole) ? kind : JoinedStream::No;
}

/// `rest`: bytes at the front that belong to a chunk which has begun before.
JoinedStream judgeChunks(ByteView bytes, std::uint64_t rest, int eventsNeeded) {
    http::ChunkDecoder chunks(rest);
    std::vector<http::ChunkPart> parts;
    chunks.feed(bytes, &parts);
    if (chunks.failed()) return JoinedStream::No;
    std::string text;
    for (const http::ChunkPart& part : parts) {
        if (part.kind != http::ChunkPart::Data) continue;
        text += asText(bytes.subspan(part.range.begin, part.range.size()));
    }
    const JoinedStream judged = judgeText(text, JoinedStream::Chunked, eventsNeeded);
    // A line of an event may look like the last chunk.
    return judged == JoinedStream::NeedsMore && chunks.finished() ? JoinedStream::No : judged;
}

/// The first size line behind the line end of a chunk.
std::optional<std::size_t> findSizeLine(std::string_view text) {
    constexpr std::string_view kLineEnd = "\r\n";
    for (std::size_t at = text.find(kLineEnd); at != std::string_view::npos;
         at = text.find(kLineEnd, at + 1)) {
        bool whole = false;
        if (isSizeLine(text.substr(at + kLineEnd.size()), whole) && whole) {
            return at + kLineEnd.size();
        }
    }
    return std::nullopt;
}

/// Events that begin at the first byte, within a chunk or not.
JoinedPlace judgeFront(ByteView bytes, int eventsNeeded) {
    constexpr std::size_t kLineEnd = 2;
    const JoinedStream whole = judgeJoinedStream(bytes, eventsNeeded);
    if (whole != JoinedStream::No) return {whole, 0, 0};
    const auto size = findSizeLine(asText(bytes));
    if (!size) return {};
    // Nothing but the end of a chunk stands in front.
    if (*size == kLineEnd) {
        return {judgeJoinedStream(bytes.subspan(kLineEnd), eventsNeeded), kLineEnd, 0};
    }
    const std::uint64_t rest = *size - kLineEnd;
    return {judgeChunks(bytes, rest, eventsNeeded), 0, rest};
}

/// Behind the first blank line at or behind `from`.
std::optional<std::size_t> behindBlankLine(std::string_view text, std::size_t from) {
    while (true) {
        const std::size_t newline = text.find('\n', from);
        if (newline == std::string_view::npos) return std::nullopt;
        const std::string_view line = text.substr(from, newline - from);
        from = newline + 1;
        if (line.empty() || line == "\r") return from;
    }
}

}  // namespace

JoinedStream judgeJoinedStream(ByteView bytes, int eventsNeeded) {
    const std::string_view text = asText(bytes);
    bool whole = false;
    if (isSizeLine(text, whole)) {
        if (whole) return judgeChunks(bytes, 0, eventsNeeded);
        // "data" and "event" begin with digits of a size line, but their names go on.
        return JoinedStream::NeedsMore;
    }
    return judgeText(text, JoinedStream::Plain, eventsNeeded);
}

JoinedPlace findJoinedStream(ByteView bytes, int eventsNeeded) {
    // Each look is linear. The first blank line ends the event within which the capture began; one
    // more may stand there if that was its own end.
    constexpr int kFronts = 4;
    const std::string_view text = asText(bytes);
    std::size_t front = 0;
    for (int i = 0; i < kFronts; ++i) {
        JoinedPlace place = judgeFront(bytes.subspan(front), eventsNeeded);
        place.start += front;
        if (place.kind != JoinedStream::No) return place;
        const auto next = behindBlankLine(text, front);
        if (!next) return {isText(text) ? JoinedStream::NeedsMore : JoinedStream::No, 0, 0};
        front = *next;
    }
    return {};
}

bool mayBeginJoinedStream(ByteView bytes) {
    return judgeJoinedStream(bytes.first(std::min<std::size_t>(bytes.size(), 1024))) !=
           JoinedStream::No;
}

bool mayContainEvents(ByteView bytes) {
    if (mayBeginJoinedStream(bytes)) return true;
    return asText(bytes).find("\ndata:") != std::string_view::npos &&
           findJoinedStream(bytes).kind != JoinedStream::No;
}

bool beginsChunk(ByteView bytes) {
    bool whole = false;
    return isSizeLine(asText(bytes), whole) && whole;
}

}  // namespace framescope::sse
