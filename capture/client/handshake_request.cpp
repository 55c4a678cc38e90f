// Headers stand in the order in which browsers send them. A request typed by hand is read again to
// know what it offers, so that its answer can be judged all the same.
#include "capture/client/handshake_request.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "capture/client/sentences.h"

namespace framescope::client {
namespace {

using Edit = HandshakeDraft::Edit;

std::string base64(ByteView bytes) {
    // Four characters for three bytes, and a zero that OpenSSL appends.
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string randomKey() {
    std::array<std::uint8_t, 16> nonce{};
    RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
    return base64(nonce);
}

std::string joined(const std::vector<std::string>& elements) {
    std::string text;
    for (const std::string& element : elements) {
        if (!text.empty()) text += ", ";
        text += element;
    }
    return text;
}

http::Header header(std::string_view name, std::string_view value) {
    http::Header made;
    made.name = name;
    made.value = value;
    return made;
}

void addAuthorization(const net::Url& url, http::Head& head) {
    if (url.userInfo.empty()) return;
    head.headers.push_back(header("Authorization", "Basic " + base64(asBytes(url.userInfo))));
}

Bytes bytesOf(const http::Head& head) {
    Bytes bytes;
    ByteWriter out(bytes);
    http::encode(head, out);
    return bytes;
}

/// Issues for which a client must fail the connection (RFC 6455 section 4.1, RFC 7692 section 5.1).
bool isFatal(IssueCode code) {
    switch (code) {
        case IssueCode::HandshakeUpgradeMissing:
        case IssueCode::HandshakeUpgradeMalformed:
        case IssueCode::HandshakeConnectionMissing:
        case IssueCode::HandshakeConnectionMalformed:
        case IssueCode::HandshakeAcceptMissing:
        case IssueCode::HandshakeAcceptWrong:
        case IssueCode::HandshakeSubprotocolNotOffered:
        case IssueCode::HandshakeExtensionMalformed:
        case IssueCode::HandshakeExtensionParameters:
        case IssueCode::HandshakeExtensionNotOffered:
            return true;
        default:
            return false;
    }
}

/// The header that a fatal issue is about.
const char* headerOf(IssueCode code) {
    switch (code) {
        case IssueCode::HandshakeUpgradeMissing:
        case IssueCode::HandshakeUpgradeMalformed:
            return "Upgrade";
        case IssueCode::HandshakeConnectionMissing:
        case IssueCode::HandshakeConnectionMalformed:
            return "Connection";
        case IssueCode::HandshakeSubprotocolNotOffered:
            return "Sec-WebSocket-Protocol";
        case IssueCode::HandshakeExtensionMalformed:
        case IssueCode::HandshakeExtensionParameters:
        case IssueCode::HandshakeExtensionNotOffered:
            return "Sec-WebSocket-Extensions";
        default:
            return "Sec-WebSocket-Accept";
    }
}

/// Headers that make a request a WebSocket handshake, or that polling sets by itself.
bool isOfHandshake(std::string_view name) {
    constexpr std::string_view kPrefix = "Sec-WebSocket-";
    return http::equalsIgnoreCase(name.substr(0, kPrefix.size()), kPrefix) ||
           http::equalsIgnoreCase(name, "Upgrade") || http::equalsIgnoreCase(name, "Connection") ||
           http::equalsIgnoreCase(name, "Content-Length") ||
           http::equalsIgnoreCase(name, "Content-Type");
}

}  // namespace

void applyEdits(const std::vector<Edit>& edits, http::Head& head) {
    for (const Edit& edit : edits) {
        const auto isNamed = [&edit](const http::Header& candidate) {
            return http::equalsIgnoreCase(candidate.name, edit.name);
        };
        auto& headers = head.headers;
        const auto first = std::ranges::find_if(headers, isNamed);
        switch (edit.kind) {
            case Edit::Kind::Set:
                if (first == headers.end()) {
                    headers.push_back(header(edit.name, edit.value));
                } else {
                    *first = header(edit.name, edit.value);
                    headers.erase(std::remove_if(first + 1, headers.end(), isNamed), headers.end());
                }
                break;
            case Edit::Kind::Add: {
                const auto last = std::find_if(headers.rbegin(), headers.rend(), isNamed);
                const auto place = last == headers.rend() ? headers.end() : last.base();
                headers.insert(place, header(edit.name, edit.value));
                break;
            }
            case Edit::Kind::Remove:
                headers.erase(std::remove_if(headers.begin(), headers.end(), isNamed),
                              headers.end());
                break;
        }
    }
}

HandshakeRequest makeHandshake(const HandshakeDraft& draft, const net::Url& url,
                               const std::string& target) {
    HandshakeRequest request;
    if (draft.rawRequest) {
        const ByteView raw = asBytes(*draft.rawRequest);
        request.bytes.assign(raw.begin(), raw.end());
        request.method = "GET";
        if (const auto head = http::parseHead(raw); head && !head->startLineMalformed) {
            request.method = head->method;
            request.offer = websocket::offerOf(*head);
        }
        return request;
    }
    http::Head head;
    head.method = draft.method;
    head.target = target;
    head.version = draft.version;
    head.headers.push_back(header("Host", net::hostOf(url)));
    head.headers.push_back(header("Upgrade", "websocket"));
    head.headers.push_back(header("Connection", "Upgrade"));
    head.headers.push_back(header("Sec-WebSocket-Key", draft.key ? *draft.key : randomKey()));
    head.headers.push_back(header("Sec-WebSocket-Version", "13"));
    if (!draft.subprotocols.empty()) {
        head.headers.push_back(header("Sec-WebSocket-Protocol", joined(draft.subprotocols)));
    }
    if (!draft.extensions.empty()) {
        head.headers.push_back(header("Sec-WebSocket-Extensions", joined(draft.extensions)));
    }
    addAuthorization(url, head);
    applyEdits(draft.edits, head);
    request.method = head.method;
    request.bytes = bytesOf(head);
    // Read back, since a value may hold line breaks that make further headers of it.
    const auto read = http::parseHead(request.bytes);
    request.offer = websocket::offerOf(read ? *read : head);
    return request;
}

Judgement judgeResponse(const http::Head& response, const std::optional<websocket::Offer>& offer) {
    IssueSink issues;
    websocket::checkResponse(response, offer ? &*offer : nullptr, issues);
    std::vector<Issue> fatal;
    std::vector<Issue> others;
    for (const Issue& issue : issues.issues()) {
        (isFatal(issue.code) ? fatal : others).push_back(issue);
    }
    Judgement judgement;
    if (!others.empty()) {
        judgement.remark = "The server's answer to the handshake is unusual. " + sentenceOf(others);
    }
    if (!fatal.empty()) {
        judgement.sentence =
            "The server's answer to the handshake breaks the protocol. " + sentenceOf(fatal);
        judgement.header = headerOf(fatal.front().code);
        return judgement;
    }
    Agreement agreement;
    agreement.compression = websocket::compressionOf(websocket::extensionsOf(response),
                                                     offer ? &offer->extensions : nullptr);
    agreement.subprotocol = websocket::agreedSubprotocol(response);
    judgement.agreement = std::move(agreement);
    return judgement;
}

Bytes makePollingRequest(std::string_view method, const HandshakeDraft& draft, const net::Url& url,
                         const std::string& target, std::string_view contentType, ByteView body) {
    http::Head head;
    head.method = method;
    head.target = target;
    head.version = "HTTP/1.1";
    head.headers.push_back(header("Host", net::hostOf(url)));
    head.headers.push_back(header("Accept", "*/*"));
    addAuthorization(url, head);
    if (!contentType.empty()) {
        head.headers.push_back(header("Content-Type", contentType));
        head.headers.push_back(header("Content-Length", std::to_string(body.size())));
    }
    std::vector<Edit> edits = draft.edits;
    std::erase_if(edits, [](const Edit& edit) { return isOfHandshake(edit.name); });
    applyEdits(edits, head);
    Bytes bytes = bytesOf(head);
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

}  // namespace framescope::client
