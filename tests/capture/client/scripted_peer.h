// A network made up for tests: every connection a client opens is a Wire, whose other end a test,
// or a script, plays. Everything of it happens on the reactor's thread, as with real sockets.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/client/client_with_connector.h"
#include "dissector/http/body.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/handshake.h"
#include "dissector/websocket/mask.h"

namespace framescope::test {

/// One connection; only touched on the reactor's thread.
struct Wire {
    net::ConnectOptions options;
    net::TransportHandler* handler = nullptr;  ///< null once the client let go of it
    Bytes sent;                                ///< by the client, not taken by the script yet
    bool finished = false;
    bool reset = false;
    std::size_t waiting = 0;                ///< what the transport says of it
    std::function<void(Wire&)> onSent;      ///< behind each send
    std::function<void(Wire&)> onFinished;  ///< behind finish()

    void give(ByteView bytes) {
        if (handler != nullptr) handler->received(bytes);
    }
    void give(std::string_view text) { give(asBytes(text)); }
    /// Piece by piece, as a slow peer.
    void giveByteByByte(ByteView bytes) {
        for (std::size_t i = 0; i < bytes.size(); ++i) give(bytes.subspan(i, 1));
    }
    void end(net::TransportEnd::Cause cause = net::TransportEnd::Cause::PeerFinished,
             std::string sentence = "The peer has ended the connection.") {
        if (handler != nullptr) handler->ended({cause, std::move(sentence)});
    }
    std::string takeSent() {
        const std::string text(asText(sent));
        sent.clear();
        return text;
    }
};

class ScriptedTransport final : public net::Transport {
public:
    ScriptedTransport(net::Reactor& reactor, std::shared_ptr<Wire> wire)
        : m_reactor(reactor), m_wire(std::move(wire)) {}
    ~ScriptedTransport() override { m_wire->handler = nullptr; }

    void send(ByteView bytes) override {
        m_wire->sent.insert(m_wire->sent.end(), bytes.begin(), bytes.end());
        m_reactor.post([wire = m_wire] {
            if (const auto script = wire->onSent) script(*wire);
        });
    }
    std::size_t waiting() const override { return m_wire->waiting; }
    void finish() override {
        m_wire->finished = true;
        m_reactor.post([wire = m_wire] {
            if (const auto script = wire->onFinished) script(*wire);
        });
    }
    void reset() override { m_wire->reset = true; }
    void pauseReading(bool) override {}

private:
    net::Reactor& m_reactor;
    std::shared_ptr<Wire> m_wire;
};

/// Opens wires; `accept` sets up the script of each, in the order of their opening.
class ScriptedNet {
public:
    explicit ScriptedNet(net::Reactor& reactor) : m_reactor(reactor) {}

    client::Connector connector() {
        return [this](const net::ConnectOptions& options, net::TransportHandler& handler) {
            auto wire = std::make_shared<Wire>();
            wire->options = options;
            wire->handler = &handler;
            wires.push_back(wire);
            m_reactor.post([this, wire] {
                if (wire->handler == nullptr) return;
                if (refuses) {
                    wire->end(net::TransportEnd::Cause::Failed, "Nobody listens there.");
                    return;
                }
                if (accept) accept(*wire);
                if (!silent) wire->handler->established({});
            });
            return std::make_unique<ScriptedTransport>(m_reactor, wire);
        };
    }

    /// Ends all scripts.
    void silence() {
        accept = nullptr;
        for (const auto& wire : wires) {
            wire->onSent = nullptr;
            wire->onFinished = nullptr;
        }
    }

    std::function<void(Wire&)> accept;
    bool refuses = false;
    bool silent = false;  ///< connecting goes on for ever
    std::vector<std::shared_ptr<Wire>> wires;

private:
    net::Reactor& m_reactor;
};

/// Keeps all that a client tells, for any thread to wait for.
class Recorder final : public client::Observer {
public:
    void statusChanged(const client::Status& status) override {
        std::function<void(const client::Status&)> hook;
        {
            const std::scoped_lock lock(m_mutex);
            m_states.push_back(status.state);
            m_status = status;
            hook = onStatus;
        }
        m_changed.notify_all();
        if (hook) hook(status);
    }
    void received(const client::Incoming& incoming) override {
        {
            const std::scoped_lock lock(m_mutex);
            m_incoming.push_back(incoming);
        }
        m_changed.notify_all();
    }
    void remark(const std::string& sentence) override {
        {
            const std::scoped_lock lock(m_mutex);
            m_remarks.push_back(sentence);
        }
        m_changed.notify_all();
    }

    /// Waits until `holds` is true, ten seconds at the most.
    template <typename Condition>
    bool wait(const Condition& holds) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(10), holds);
    }
    bool waitFor(client::State state) {
        return wait([this, state] { return m_status.state == state; });
    }
    bool waitForIncoming(std::size_t count) {
        return wait([this, count] { return m_incoming.size() >= count; });
    }
    bool waitForRemark(const std::string& part) {
        return wait([this, &part] {
            for (const std::string& remark : m_remarks) {
                if (remark.find(part) != std::string::npos) return true;
            }
            return false;
        });
    }
    client::Status status() {
        const std::scoped_lock lock(m_mutex);
        return m_status;
    }
    std::vector<client::State> states() {
        const std::scoped_lock lock(m_mutex);
        return m_states;
    }
    std::vector<client::Incoming> incoming() {
        const std::scoped_lock lock(m_mutex);
        return m_incoming;
    }
    std::vector<std::string> remarks() {
        const std::scoped_lock lock(m_mutex);
        return m_remarks;
    }
    /// Called behind each change, on the reactor's thread. To be set before there are any.
    std::function<void(const client::Status&)> onStatus;

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    client::Status m_status;
    std::vector<client::State> m_states;
    std::vector<client::Incoming> m_incoming;
    std::vector<std::string> m_remarks;
};

/// A frame as a server sends it.
inline Bytes serverFrame(std::uint8_t opcode, ByteView payload, bool fin = true,
                         bool rsv1 = false) {
    websocket::FrameHeader header;
    header.fin = fin;
    header.rsv1 = rsv1;
    header.opcode = opcode;
    header.payloadLength = payload.size();
    header.lengthForm = websocket::minimalForm(payload.size());
    Bytes bytes;
    ByteWriter writer(bytes);
    websocket::encodeFrame(header, payload, writer);
    return bytes;
}
inline Bytes serverFrame(std::uint8_t opcode, std::string_view text, bool fin = true,
                         bool rsv1 = false) {
    return serverFrame(opcode, asBytes(text), fin, rsv1);
}
inline Bytes closeFrame(std::uint16_t code, std::string_view reason = {}) {
    Bytes body;
    ByteWriter writer(body);
    websocket::encode(websocket::CloseBody{code, std::string(reason)}, writer);
    return serverFrame(8, ByteView(body));
}

/// A frame that the client sent, unmasked.
struct ClientFrame {
    websocket::FrameHeader header;
    std::string payload;
};
/// Takes whole frames from what the client sent.
inline std::vector<ClientFrame> takeFrames(Wire& wire) {
    std::vector<ClientFrame> frames;
    ByteView rest = wire.sent;
    for (;;) {
        const auto header = websocket::parseFrameHeader(rest);
        if (!header || rest.size() < header->frameSize()) break;
        Bytes payload(rest.begin() + static_cast<std::ptrdiff_t>(header.consumed()),
                      rest.begin() + static_cast<std::ptrdiff_t>(header->frameSize()));
        if (header->masked) websocket::applyMask(payload, header->maskingKey, 0);
        frames.push_back({*header, std::string(asText(payload))});
        rest = rest.subspan(static_cast<std::size_t>(header->frameSize()));
    }
    wire.sent.assign(rest.begin(), rest.end());
    return frames;
}

/// Takes one request with its body from what the client sent; nothing until it is whole.
struct ClientRequest {
    http::Head head;
    std::string body;
};
inline std::optional<ClientRequest> takeRequest(Wire& wire) {
    const auto head = http::parseHead(wire.sent);
    if (!head) return std::nullopt;
    IssueSink issues;
    const auto framing = http::bodyFraming(*head, {}, issues);
    const std::size_t all = head.consumed() + static_cast<std::size_t>(framing.length);
    if (wire.sent.size() < all) return std::nullopt;
    ClientRequest request{
        *head, std::string(asText(ByteView(wire.sent).subspan(head.consumed(), framing.length)))};
    wire.sent.erase(wire.sent.begin(), wire.sent.begin() + static_cast<std::ptrdiff_t>(all));
    return request;
}

/// The 101 that answers a handshake.
inline std::string switching(const http::Head& request, const std::string& more = {}) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           websocket::acceptFor(request.value("Sec-WebSocket-Key")) + "\r\n" + more + "\r\n";
}
inline std::string httpAnswer(std::string_view body, int status = 200,
                              std::string_view phrase = "OK") {
    return "HTTP/1.1 " + std::to_string(status) + " " + std::string(phrase) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// Answers the handshake, then hands on frames.
inline void serveWebSocket(Wire& wire, std::function<void(Wire&, const ClientFrame&)> onFrame,
                           std::string more = {}) {
    auto open = std::make_shared<bool>(false);
    wire.onSent = [open, onFrame = std::move(onFrame), more = std::move(more)](Wire& self) {
        if (!*open) {
            const auto request = takeRequest(self);
            if (!request) return;
            *open = true;
            self.give(switching(request->head, more));
        }
        for (const ClientFrame& frame : takeFrames(self)) {
            if (onFrame) onFrame(self, frame);
        }
    };
}

}  // namespace framescope::test
