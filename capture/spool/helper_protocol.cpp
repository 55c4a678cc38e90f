// A line is a word that says what it is, numbers, and at most one text at its end, with single
// spaces between them. Enums are words, so that a line can be read by eye and a new value in one
// program is damage, not another meaning, to an older one. Control characters never get into a
// line, and no line is longer than a pipe takes at once.
#include "capture/spool/helper_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

namespace framescope::helper {
namespace {

template <typename Enum>
struct Word {
    Enum value;
    std::string_view word;
};

constexpr Word<Failure> kFailures[] = {
    {Failure::NoRight, "no-right"},
    {Failure::NoRightAndDown, "no-right-and-down"},
    {Failure::NoDevice, "no-device"},
    {Failure::DeviceDown, "device-down"},
    {Failure::DeviceGone, "device-gone"},
    {Failure::BadFilter, "bad-filter"},
    {Failure::DiskFull, "disk-full"},
    {Failure::WriteFailed, "write-failed"},
    {Failure::Usage, "usage"},
    {Failure::Other, "other"},
};

constexpr Word<StopReason> kStopReasons[] = {
    {StopReason::Asked, "asked"}, {StopReason::Packets, "packets"},
    {StopReason::Bytes, "bytes"}, {StopReason::Duration, "duration"},
    {StopReason::Files, "files"},
};

template <typename Words, typename Enum>
std::string wordOf(const Words& words, Enum value) {
    const auto* const found = std::find_if(std::begin(words), std::end(words),
                                           [&](const auto& word) { return word.value == value; });
    return std::string(found->word);
}

template <typename Words>
auto valueOf(const Words& words, std::string_view text) -> std::optional<decltype(words[0].value)> {
    for (const auto& word : words) {
        if (word.word == text) return word.value;
    }
    return std::nullopt;
}

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Text that may stand at the end of a line: without control characters, and not cut in the middle
/// of a UTF-8 character.
std::string lineText(std::string_view text) {
    // With the words before it, a line stays below PIPE_BUF: a pipe takes it whole or not at all.
    constexpr std::size_t kMostBytes = 3500;
    std::size_t size = text.size();
    if (size > kMostBytes) {
        size = kMostBytes;
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    }
    std::string kept(text.substr(0, size));
    std::replace_if(kept.begin(), kept.end(), isControl, ' ');
    return kept;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || text.starts_with('-')) return std::nullopt;
    return value;
}

/// Takes a line apart from its front.
class LineReader {
public:
    explicit LineReader(std::string_view line) : m_rest(line) {}

    std::string_view word() {
        const std::size_t end = std::min(m_rest.find(' '), m_rest.size());
        const std::string_view word = m_rest.substr(0, end);
        m_atEnd = end == m_rest.size();
        m_rest.remove_prefix(m_atEnd ? end : end + 1);
        return word;
    }

    template <typename Number>
    bool read(Number& value) {
        const auto read = m_atEnd ? std::nullopt : number<Number>(word());
        if (read) value = *read;
        return read.has_value();
    }

    template <typename Words, typename Enum>
    bool read(const Words& words, Enum& value) {
        const auto read = m_atEnd ? std::nullopt : valueOf(words, word());
        if (read) value = *read;
        return read.has_value();
    }

    /// The rest of the line, which may be empty but must be announced by a space.
    bool text(std::string& value) {
        if (m_atEnd) return false;
        value = std::string(m_rest);
        m_rest = {};
        m_atEnd = true;
        return true;
    }

    bool atEnd() const { return m_atEnd; }

private:
    std::string_view m_rest;
    bool m_atEnd = false;
};

std::string line(std::string_view word, std::initializer_list<std::uint64_t> numbers) {
    std::string made(word);
    for (const std::uint64_t value : numbers) made += ' ' + std::to_string(value);
    return made + '\n';
}

struct Encoder {
    std::string operator()(const Hello& m) const {
        return "hello " + std::to_string(m.protocol) + ' ' + lineText(m.version) + '\n';
    }
    std::string operator()(const Opened& m) const {
        return line("opened", {m.linkType, m.snapLength});
    }
    std::string operator()(const FileBegun& m) const { return line("file", {m.number}); }
    std::string operator()(const Counters& m) const {
        return line("counters",
                    {m.packets, m.bytes, m.written, m.kernelDrops, m.interfaceDrops, m.ourDrops});
    }
    std::string operator()(const FileFull&) const { return line("full", {}); }
    std::string operator()(const Stopped& m) const {
        return "stopped " + wordOf(kStopReasons, m.reason) + '\n';
    }
    std::string operator()(const Failed& m) const {
        return "failed " + wordOf(kFailures, m.failure) + ' ' + lineText(m.sentence) + '\n';
    }
};

/// `message` if all of its line was read.
template <typename T>
std::optional<Message> whole(const LineReader& reader, bool read, T&& message) {
    if (!read || !reader.atEnd()) return std::nullopt;
    return Message(std::forward<T>(message));
}

/// An argument "--name=value" of a request. Limits are told apart by what they are for.
struct LimitArgument {
    std::string_view name;
    Limits Request::*limits;
    std::uint64_t Limits::*value;
};

constexpr std::array kLimitArguments{
    LimitArgument{"--stop-packets=", &Request::stop, &Limits::packets},
    LimitArgument{"--stop-bytes=", &Request::stop, &Limits::bytes},
    LimitArgument{"--stop-milliseconds=", &Request::stop, &Limits::milliseconds},
    LimitArgument{"--stop-files=", &Request::stop, &Limits::files},
    LimitArgument{"--ring-packets=", &Request::ring, &Limits::packets},
    LimitArgument{"--ring-bytes=", &Request::ring, &Limits::bytes},
    LimitArgument{"--ring-milliseconds=", &Request::ring, &Limits::milliseconds},
};

constexpr std::string_view kCapture = "capture";
constexpr std::string_view kInterface = "--interface=";
constexpr std::string_view kFilter = "--filter=";
constexpr std::string_view kSnapLength = "--snap-length=";
constexpr std::string_view kBufferBytes = "--buffer-bytes=";
constexpr std::string_view kPromiscuous = "--promiscuous=";

struct Range {
    std::uint32_t least;
    std::uint32_t most;
};
constexpr Range kSnapLengths{1, 262144};
constexpr Range kBuffers{64u << 10, 1u << 30};

/// What is wrong with `argument`, which names a number in `range`; empty if it was read.
std::string readNumber(const std::string& argument, std::string_view name, Range range,
                       std::uint32_t& value) {
    const auto read = number<std::uint32_t>(std::string_view(argument).substr(name.size()));
    if (!read || *read < range.least || *read > range.most) {
        return "\"" + argument + "\" wants a number from " + std::to_string(range.least) + " to " +
               std::to_string(range.most) + '.';
    }
    value = *read;
    return {};
}

std::string readLimit(const std::string& argument, Request& request) {
    for (const LimitArgument& limit : kLimitArguments) {
        if (!argument.starts_with(limit.name)) continue;
        const auto read =
            number<std::uint64_t>(std::string_view(argument).substr(limit.name.size()));
        if (!read || *read == 0) return "\"" + argument + "\" wants a number above 0.";
        (request.*limit.limits).*limit.value = *read;
        return {};
    }
    return "The argument \"" + argument + "\" is not known.";
}

std::string readArgument(const std::string& argument, Request& request) {
    if (argument.starts_with(kInterface)) {
        request.interface = argument.substr(kInterface.size());
        return {};
    }
    if (argument.starts_with(kFilter)) {
        request.filter = argument.substr(kFilter.size());
        return {};
    }
    if (argument.starts_with(kSnapLength)) {
        return readNumber(argument, kSnapLength, kSnapLengths, request.snapLength);
    }
    if (argument.starts_with(kBufferBytes)) {
        return readNumber(argument, kBufferBytes, kBuffers, request.bufferBytes);
    }
    if (argument.starts_with(kPromiscuous)) {
        std::uint32_t value = 0;
        std::string wrong = readNumber(argument, kPromiscuous, {0, 1}, value);
        request.promiscuous = value == 1;
        return wrong;
    }
    return readLimit(argument, request);
}

/// Lines of an interface. "interface" begins one; "interfaces" and a number end the text, so that
/// a text that was cut is recognised.
constexpr std::string_view kInterfaceLine = "interface";
constexpr std::string_view kDescriptionLine = "description";
constexpr std::string_view kAddressLine = "address";
constexpr std::string_view kFlagLine = "flag";
constexpr std::string_view kLinkLine = "link";
constexpr std::string_view kClosedLine = "closed";
constexpr std::string_view kEndLine = "interfaces";

struct FlagWord {
    std::string_view word;
    bool Interface::*value;
};
constexpr std::array kFlags{
    FlagWord{"up", &Interface::isUp},
    FlagWord{"loopback", &Interface::isLoopback},
    FlagWord{"wireless", &Interface::isWireless},
};

std::string textLine(std::string_view word, std::string_view text) {
    return std::string(word) + ' ' + lineText(text) + '\n';
}

bool readFlag(std::string_view word, Interface& interface) {
    for (const FlagWord& flag : kFlags) {
        if (flag.word != word) continue;
        interface.*flag.value = true;
        return true;
    }
    return false;
}

/// Adds what a line says about `interface`. False if it says nothing that is known.
bool readInterfaceLine(std::string_view word, LineReader& reader, Interface& interface) {
    if (word == kDescriptionLine) return reader.text(interface.description);
    if (word == kAddressLine) return reader.text(interface.addresses.emplace_back());
    if (word == kFlagLine) return readFlag(reader.word(), interface) && reader.atEnd();
    if (word == kLinkLine) return reader.read(interface.linkType.emplace()) && reader.atEnd();
    if (word == kClosedLine) {
        Failed& closed = interface.closed.emplace();
        return reader.read(kFailures, closed.failure) && reader.text(closed.sentence);
    }
    return false;
}

}  // namespace

std::vector<std::string> arguments(const Request& request) {
    const auto argument = [](std::string_view name, const std::string& value) {
        return std::string(name) + value;
    };
    std::vector<std::string> made{std::string(kCapture), argument(kInterface, request.interface)};
    if (!request.filter.empty()) made.push_back(argument(kFilter, request.filter));
    made.push_back(argument(kSnapLength, std::to_string(request.snapLength)));
    made.push_back(argument(kBufferBytes, std::to_string(request.bufferBytes)));
    made.push_back(argument(kPromiscuous, request.promiscuous ? "1" : "0"));
    for (const LimitArgument& limit : kLimitArguments) {
        const std::uint64_t value = (request.*limit.limits).*limit.value;
        if (value != 0) made.push_back(argument(limit.name, std::to_string(value)));
    }
    return made;
}

std::variant<Request, std::string> parseRequest(const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() != kCapture) {
        return std::string("The first argument of a request must be \"capture\".");
    }
    Request request;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        std::string wrong = readArgument(arguments[i], request);
        if (!wrong.empty()) return wrong;
    }
    if (request.interface.empty()) {
        return std::string("The argument --interface=NAME is missing.");
    }
    return request;
}

std::string encode(const Message& message) {
    return std::visit(Encoder{}, message);
}

std::optional<Message> parseMessage(std::string_view line) {
    if (std::any_of(line.begin(), line.end(), isControl)) return std::nullopt;
    LineReader reader(line);
    const std::string_view word = reader.word();
    if (word == "hello") {
        Hello m;
        return whole(reader, reader.read(m.protocol) && reader.text(m.version), m);
    }
    if (word == "opened") {
        Opened m;
        return whole(reader, reader.read(m.linkType) && reader.read(m.snapLength), m);
    }
    if (word == "file") {
        FileBegun m;
        return whole(reader, reader.read(m.number), m);
    }
    if (word == "counters") {
        Counters m;
        const bool read = reader.read(m.packets) && reader.read(m.bytes) &&
                          reader.read(m.written) && reader.read(m.kernelDrops) &&
                          reader.read(m.interfaceDrops) && reader.read(m.ourDrops);
        return whole(reader, read, m);
    }
    if (word == "full") return whole(reader, true, FileFull{});
    if (word == "stopped") {
        Stopped m;
        return whole(reader, reader.read(kStopReasons, m.reason), m);
    }
    if (word == "failed") {
        Failed m;
        return whole(reader, reader.read(kFailures, m.failure) && reader.text(m.sentence), m);
    }
    return std::nullopt;
}

std::string encode(const std::vector<Interface>& interfaces) {
    std::string text;
    for (const Interface& interface : interfaces) {
        text += textLine(kInterfaceLine, interface.name);
        if (!interface.description.empty()) {
            text += textLine(kDescriptionLine, interface.description);
        }
        for (const std::string& address : interface.addresses) {
            text += textLine(kAddressLine, address);
        }
        for (const FlagWord& flag : kFlags) {
            if (interface.*flag.value) text += textLine(kFlagLine, flag.word);
        }
        if (interface.linkType) text += line(kLinkLine, {*interface.linkType});
        if (interface.closed) {
            text += textLine(kClosedLine, wordOf(kFailures, interface.closed->failure) + ' ' +
                                              interface.closed->sentence);
        }
    }
    return text + line(kEndLine, {interfaces.size()});
}

std::optional<std::vector<Interface>> parseInterfaces(std::string_view text) {
    std::vector<Interface> interfaces;
    bool first = true;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (std::any_of(line.begin(), line.end(), isControl)) return std::nullopt;
        LineReader reader(line);
        const std::string_view word = reader.word();
        const bool greets = std::exchange(first, false) && word == "hello";
        if (greets) continue;
        if (word == kEndLine) {
            std::size_t count = 0;
            const bool read = reader.read(count) && reader.atEnd();
            if (!read || count != interfaces.size() || !text.empty()) return std::nullopt;
            return interfaces;
        }
        if (word == kInterfaceLine) {
            if (!reader.text(interfaces.emplace_back().name)) return std::nullopt;
            continue;
        }
        if (interfaces.empty() || !readInterfaceLine(word, reader, interfaces.back())) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace framescope::helper
