// A client of the test server made of a socket and nothing else, so that every byte is seen. All
// waiting is bounded.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "dissector/http/head.h"
#include "dissector/websocket/frame.h"
#include "tests/support/capture_builder.h"

namespace framescope::test {

/// A frame as it came.
struct RawFrame {
    websocket::FrameHeader header;
    Bytes payload;

    std::string text() const { return std::string(asText(payload)); }
};

/// A response with its body, chunks put together.
struct RawResponse {
    http::Head head;
    std::string body;
};

class RawPeer {
public:
    static constexpr std::chrono::seconds kBound{20};

    explicit RawPeer(std::uint16_t port) {
        m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_connected =
            ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawPeer() { ::close(m_socket); }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    bool isConnected() const { return m_connected; }
    int socket() const { return m_socket; }

    void send(ByteView bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        }
    }
    void send(std::string_view text) { send(asBytes(text)); }
    /// A request without a body.
    void request(std::string_view method, std::string_view target, std::string_view headers = {}) {
        send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" +
             std::string(headers) + "\r\n");
    }
    void post(std::string_view target, std::string_view body, std::string_view headers = {}) {
        request("POST", target,
                "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers));
        send(body);
    }
    /// Asks for a WebSocket; the answer's head.
    std::optional<http::Head> upgrade(std::string_view target, std::string_view headers = {}) {
        request("GET", target,
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                    std::string(headers));
        return readHead();
    }

    /// The next head; nothing if none comes.
    std::optional<http::Head> readHead() {
        for (;;) {
            if (const auto head = http::parseHead(m_bytes)) {
                take(head.consumed());
                return *head;
            }
            if (!readMore()) return std::nullopt;
        }
    }
    std::optional<RawResponse> readResponse(bool withBody = true) {
        auto head = readHead();
        if (!head) return std::nullopt;
        RawResponse response{*head, {}};
        if (!withBody) return response;
        if (head->lists("Transfer-Encoding", "chunked")) {
            for (;;) {
                const auto chunk = readChunk();
                if (!chunk) return std::nullopt;
                if (chunk->empty()) return response;
                response.body += *chunk;
            }
        }
        const std::string length(head->value("Content-Length"));
        if (length.empty()) return response;
        const auto body = read(std::stoul(length));
        if (!body) return std::nullopt;
        response.body = asText(*body);
        return response;
    }
    /// One chunk of a chunked body, empty for the last one.
    std::optional<std::string> readChunk() {
        for (;;) {
            const std::string_view text = asText(m_bytes);
            if (const std::size_t end = text.find("\r\n"); end != std::string_view::npos) {
                const std::size_t size = std::stoul(std::string(text.substr(0, end)), nullptr, 16);
                take(end + 2);
                const auto data = read(size + 2);
                if (!data) return std::nullopt;
                return std::string(asText(*data).substr(0, size));
            }
            if (!readMore()) return std::nullopt;
        }
    }
    std::optional<Bytes> read(std::size_t size) {
        while (m_bytes.size() < size) {
            if (!readMore()) return std::nullopt;
        }
        Bytes bytes(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(size));
        take(size);
        return bytes;
    }
    /// The next frame, unmasked if it is masked; nothing if it does not come whole.
    std::optional<RawFrame> readFrame() {
        for (;;) {
            const auto header = websocket::parseFrameHeader(m_bytes);
            if (header && m_bytes.size() >= header->frameSize()) {
                take(header.consumed());
                RawFrame frame{*header, *read(header->payloadLength)};
                for (std::size_t i = 0; header->masked && i < frame.payload.size(); ++i) {
                    frame.payload[i] ^= header->maskingKey[i % 4];
                }
                return frame;
            }
            if (!readMore()) return std::nullopt;
        }
    }
    void sendFrame(std::string_view payload, FrameOptions options = {}) {
        options.mask = kMask;
        send(webSocketFrame(asBytes(payload), options));
    }
    void sendText(std::string_view text) { sendFrame(text); }
    /// Text of the next frame; "" if none comes.
    std::string readText() {
        const auto frame = readFrame();
        return frame ? frame->text() : std::string();
    }

    enum class End : std::uint8_t { StillOpen, Fin, Reset };
    /// Reads until the server ends the connection.
    End waitForEnd() {
        while (readMore()) {
        }
        return m_end;
    }
    /// What was read and not taken yet.
    const Bytes& unread() const { return m_bytes; }
    /// What single reads of the socket brought.
    const std::vector<std::size_t>& readSizes() const { return m_readSizes; }

    /// Reads once; false at the end, or when nothing comes in time.
    bool readMore() {
        pollfd waiting{m_socket, POLLIN, 0};
        const auto bound = std::chrono::duration_cast<std::chrono::milliseconds>(kBound);
        if (::poll(&waiting, 1, static_cast<int>(bound.count())) != 1) return false;
        std::uint8_t buffer[65536];
        const ssize_t size = ::recv(m_socket, buffer, sizeof buffer, 0);
        if (size <= 0) {
            m_end = size == 0 ? End::Fin : End::Reset;
            return false;
        }
        m_readSizes.push_back(static_cast<std::size_t>(size));
        m_bytes.insert(m_bytes.end(), buffer, buffer + size);
        return true;
    }

private:
    void take(std::size_t size) {
        m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(size));
    }

    int m_socket = -1;
    bool m_connected = false;
    Bytes m_bytes;
    std::vector<std::size_t> m_readSizes;
    End m_end = End::StillOpen;
};

}  // namespace framescope::test
