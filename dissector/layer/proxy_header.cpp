#include "dissector/layer/proxy_header.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string_view>
#include <vector>

#include "dissector/http/http_footing.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

// Section 2.1: with its line end a header of version 1 has at most 107 characters.
constexpr std::size_t kMaxLine = 107;
constexpr std::string_view kWord = "PROXY ";
constexpr std::size_t kMaxSearched = 8192;  // behind remains of one

// Section 2.2.
constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kFixed = 16;  // signature, version and command, family, length
enum Family : std::uint8_t { kUnspecified, kIpv4, kIpv6, kUnix };

/// Bytes of both addresses and their ports.
constexpr std::size_t addressSize(std::uint8_t family) {
    switch (family) {
        case kIpv4:
            return 12;
        case kIpv6:
            return 36;
        case kUnix:
            return 216;
        default:
            return 0;
    }
}

std::optional<IpAddress> addressOf(std::string_view text, std::uint8_t version) {
    IpAddress address;
    address.version = version;
    const std::string terminated(text);
    const int family = version == 4 ? AF_INET : AF_INET6;
    if (inet_pton(family, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
}

std::optional<std::uint16_t> portOf(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

std::vector<std::string_view> wordsOf(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const std::size_t space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == std::string_view::npos) return words;
        line.remove_prefix(space + 1);
    }
}

/// `line` without its line end.
std::optional<ProxyHeader> parseLine(std::string_view line) {
    const std::vector<std::string_view> words = wordsOf(line);
    ProxyHeader header;
    if (words.size() >= 2 && words[1] == "UNKNOWN") return header;
    if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return std::nullopt;
    const std::uint8_t version = words[1] == "TCP4" ? 4 : 6;
    const auto source = addressOf(words[2], version);
    const auto destination = addressOf(words[3], version);
    const auto sourcePort = portOf(words[4]);
    const auto destinationPort = portOf(words[5]);
    if (!source || !destination || !sourcePort || !destinationPort) return std::nullopt;
    header.source = {*source, *sourcePort};
    header.destination = {*destination, *destinationPort};
    header.transport = version == 4 ? "TCP over IPv4" : "TCP over IPv6";
    return header;
}

ProxyHeaderFound findLine(std::string_view text) {
    const std::size_t known = std::min(text.size(), kWord.size());
    if (text.substr(0, known) != kWord.substr(0, known)) return {};
    const std::size_t newline = text.substr(0, kMaxLine).find('\n');
    if (newline == std::string_view::npos) {
        const bool open = text.size() < kMaxLine;
        return {open ? Recognition::NeedsMore : Recognition::No, 0};
    }
    if (text[newline - 1] != '\r' || !parseLine(text.substr(0, newline - 1))) return {};
    return {Recognition::Yes, newline + 1};
}

/// Version, command and family are ones that the document knows, and the addresses fit in.
bool isSound(ByteView fixed) {
    const std::uint8_t command = fixed[12];
    const auto family = static_cast<std::uint8_t>(fixed[13] >> 4);
    const std::uint8_t transport = fixed[13] & 0x0f;
    const std::size_t length = readBe16(&fixed[14]);
    if (command != 0x20 && command != 0x21) return false;
    if (family > kUnix || transport > 2 || kFixed + length > kMaxProxyHeader) return false;
    // Of a header that speaks for the load balancer itself the family says nothing.
    return command == 0x20 || length >= addressSize(family);
}

ProxyHeaderFound findBinary(ByteView bytes) {
    const std::string_view text = asText(bytes);
    const std::size_t known = std::min(text.size(), kSignature.size());
    if (text.substr(0, known) != kSignature.substr(0, known)) return {};
    if (bytes.size() < kFixed) return {Recognition::NeedsMore, 0};
    if (!isSound(bytes)) return {};
    const std::size_t size = kFixed + readBe16(&bytes[14]);
    if (bytes.size() < size) return {Recognition::NeedsMore, 0};
    return {Recognition::Yes, size};
}

IpAddress addressAt(ByteView bytes, std::uint8_t version) {
    IpAddress address;
    address.version = version;
    std::ranges::copy(bytes.first(version == 4 ? 4 : 16), address.bytes.begin());
    return address;
}

void takeAddresses(ByteView block, std::uint8_t family, ProxyHeader& header) {
    if (family != kIpv4 && family != kIpv6) return;
    const std::uint8_t version = family == kIpv4 ? 4 : 6;
    const std::size_t size = version == 4 ? 4 : 16;
    header.source = {addressAt(block, version), readBe16(&block[2 * size])};
    header.destination = {addressAt(block.subspan(size), version), readBe16(&block[2 * size + 2])};
}

/// Section 2.2.1: type, length of two bytes, value.
void takeExtras(ByteView rest, ProxyHeader& header) {
    constexpr std::size_t kHead = 3;
    constexpr std::uint8_t kAlpn = 0x01;
    constexpr std::uint8_t kAuthority = 0x02;
    while (rest.size() >= kHead) {
        const std::uint8_t type = rest[0];
        const std::size_t length = readBe16(&rest[1]);
        rest = rest.subspan(kHead);
        if (length > rest.size()) return;
        if (type == kAlpn) header.application = asText(rest.first(length));
        if (type == kAuthority) header.authority = asText(rest.first(length));
        rest = rest.subspan(length);
    }
}

std::string transportOf(std::uint8_t byte) {
    if (byte >> 4 == kUnspecified || (byte & 0x0f) == 0) return {};
    const bool stream = (byte & 0x0f) == 1;
    if (byte >> 4 == kUnix) return stream ? "Unix stream socket" : "Unix datagram socket";
    return std::string(stream ? "TCP" : "UDP") + (byte >> 4 == kIpv4 ? " over IPv4" : " over IPv6");
}

std::optional<ProxyHeader> parseBinary(ByteView bytes) {
    if (bytes.size() < kFixed || !isSound(bytes)) return std::nullopt;
    ProxyHeader header;
    header.version = 2;
    header.local = bytes[12] == 0x20;
    if (header.local) return header;
    const auto family = static_cast<std::uint8_t>(bytes[13] >> 4);
    const std::size_t length = readBe16(&bytes[14]);
    const ByteView block =
        bytes.subspan(kFixed, std::min<std::size_t>(length, bytes.size() - kFixed));
    if (block.size() < addressSize(family)) return std::nullopt;
    header.transport = transportOf(bytes[13]);
    takeAddresses(block, family, header);
    takeExtras(block.subspan(addressSize(family)), header);
    return header;
}

}  // namespace

ProxyHeaderFound findProxyHeader(ByteView beginning) {
    if (beginning.empty()) return {Recognition::NeedsMore, 0};
    if (beginning[0] == '\r') return findBinary(beginning);
    return findLine(asText(beginning));
}

std::size_t remainsOfProxyLine(ByteView beginning) {
    constexpr std::string_view kChars = "PROXYTCUNKW0123456789abcdefABCDEF.: ";
    constexpr std::string_view kLineEnd = "\r\n";
    const std::string_view text = asText(beginning);
    const auto request = http::findStartLine(beginning.first(std::min(text.size(), kMaxSearched)));
    if (!request || *request == 0 || *request > kMaxLine) return 0;
    const std::string_view line = text.substr(0, *request);
    // One byte may be damaged; of a single character or two that says nothing.
    constexpr std::size_t kLeast = 4;
    if (line.size() < kLeast) return 0;
    std::size_t misfits = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::size_t behind = line.size() - i;
        const bool fits = behind <= kLineEnd.size()
                              ? line[i] == kLineEnd[kLineEnd.size() - behind]
                              : kChars.find(line[i]) != std::string_view::npos;
        if (!fits) ++misfits;
    }
    return misfits <= 1 ? line.size() : 0;
}

std::optional<ProxyHeader> parseProxyHeader(ByteView bytes) {
    const std::string_view text = asText(bytes);
    if (text.starts_with(kSignature)) return parseBinary(bytes);
    const ProxyHeaderFound found = findLine(text);
    if (found.recognition != Recognition::Yes) return std::nullopt;
    return parseLine(text.substr(0, found.size - 2));
}

std::string proxyHeaderText(const ProxyHeader& header) {
    std::string text = "version " + std::to_string(header.version) + ": ";
    if (header.local) return text + "the load balancer's own connection";
    if (header.source.address.version != 0) {
        text += header.source.text() + " → " + header.destination.text();
    } else {
        text += "addresses are not said";
    }
    if (!header.transport.empty()) text += ", " + header.transport;
    if (!header.authority.empty()) text += ", host " + printable(header.authority, 256);
    if (!header.application.empty()) text += ", ALPN " + printable(header.application, 64);
    return text;
}

}  // namespace framescope
