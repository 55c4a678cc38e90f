#include "capture/client/engineio_target.h"

#include <algorithm>
#include <array>

#include "dissector/payload/json.h"
#include "dissector/payload/json_members.h"
#include "dissector/socketio/packet.h"

namespace framescope::client {
namespace {

/// Members of an auth object that are written.
constexpr std::size_t kMaxMembers = 1000;

/// As encodeURIComponent writes it, near enough: what is not unreserved (RFC 3986 section 2.3).
std::string percentEncoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    std::string encoded;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += kDigits[byte >> 4];
        encoded += kDigits[byte & 0xf];
    }
    return encoded;
}

void append(std::string& query, std::string_view parameter) {
    if (parameter.empty()) return;
    if (!query.empty()) query += '&';
    query += parameter;
}

/// Whether we set this parameter ourselves.
bool isOurs(std::string_view parameter) {
    constexpr std::array<std::string_view, 4> kOurs = {"EIO", "transport", "sid", "b64"};
    return std::ranges::count(kOurs, parameter.substr(0, parameter.find('='))) != 0;
}

std::string pathOf(const ClientOptions& options, std::string_view urlPath) {
    if (!options.engineIo.path.empty()) return options.engineIo.path;
    if (!urlPath.empty() && urlPath != "/") return std::string(urlPath);
    return "/socket.io/";
}

}  // namespace

std::string queryOfJson(std::string_view json) {
    const auto members = readJsonMembers(json, kMaxMembers);
    std::string query;
    if (!members || members->kind != JsonKind::Object) return query;
    for (const JsonNode& node : members->nodes) {
        const std::string_view key =
            json.substr(node.keyRange.begin, static_cast<std::size_t>(node.keyRange.size()));
        append(query,
               percentEncoded(unescapeJson(key)) + "=" + percentEncoded(members->shown(node)));
    }
    return query;
}

std::string engineIoTarget(const ClientOptions& options, std::string_view urlTarget,
                           std::string_view transport, std::string_view sid) {
    const std::size_t question = std::min(urlTarget.find('?'), urlTarget.size());
    const std::string path = pathOf(options, urlTarget.substr(0, question));
    std::string query;
    std::string_view rest = urlTarget.substr(std::min(question + 1, urlTarget.size()));
    while (!rest.empty()) {
        const std::string_view parameter = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
        if (!isOurs(parameter)) append(query, parameter);
    }
    if (options.speaks == Speaks::SocketIo &&
        socketio::isBeforeRevision5(options.engineIo.revision)) {
        for (const SocketIoOptions::Namespace& nsp : options.socketIo.namespaces) {
            if (nsp.name == "/" || nsp.name.empty()) append(query, queryOfJson(nsp.auth));
        }
    }
    append(query, "EIO=" + std::to_string(options.engineIo.revision));
    append(query, "transport=" + std::string(transport));
    if (options.engineIo.base64 && options.engineIo.revision < 4) append(query, "b64=1");
    if (!sid.empty()) append(query, "sid=" + percentEncoded(sid));
    return path + (path.find('?') == std::string::npos ? "?" : "&") + query;
}

}  // namespace framescope::client
