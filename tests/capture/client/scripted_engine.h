// An Engine.IO server of the script, of revision 3 or 4: polling, WebSocket, the upgrade from the
// one to the other. What is above it, a test says.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dissector/engineio/payload.h"
#include "dissector/engineio/target.h"

#include "scripted_peer.h"

namespace framescope::test {

class ScriptedEngine {
public:
    struct Packet {
        std::string bytes;
        bool binary = false;
    };

    explicit ScriptedEngine(std::uint8_t revision) : m_revision(revision) {}

    /// To be called for each wire.
    void accept(Wire& wire) {
        wire.onSent = [this, live = std::weak_ptr(m_alive)](Wire& self) {
            if (!live.expired()) read(self);
        };
        wire.onFinished = [](Wire& self) { self.end(net::TransportEnd::Cause::Finished); };
    }

    std::uint64_t pingInterval = 25'000;
    std::uint64_t pingTimeout = 20'000;
    bool offersUpgrade = true;
    bool answersProbe = true;
    bool refusesWebSocket = false;
    bool closesKeptConnections = false;  ///< after each answer, as a server whose patience is short
    /// The connection of the POST behind so many is ended where its answer should be.
    std::size_t answersPosts = SIZE_MAX;
    /// The same for GETs, once.
    std::size_t answersPolls = SIZE_MAX;
    /// A packet of the client, by whatever brought it.
    std::function<void(const Packet&)> onPacket;
    std::vector<std::string> targets;  ///< of all requests
    std::vector<std::string> log;      ///< what came, with its transport: "polling 4hi"

    /// Sends a packet to the client.
    void send(std::string bytes, bool binary = false) {
        m_out.push_back({std::move(bytes), binary});
        flush();
    }
    bool isSwitched() const { return m_switched; }

private:
    void read(Wire& wire) {
        if (m_webSocket == &wire) {
            for (const ClientFrame& frame : takeFrames(wire)) readFrame(wire, frame);
            return;
        }
        while (const auto request = takeRequest(wire)) answer(wire, *request);
    }
    void answer(Wire& wire, const ClientRequest& request) {
        const std::string& target = request.head.target;
        targets.push_back(target);
        const bool known = engineio::parameterOf(target, "sid") == "S1";
        if (engineio::parameterOf(target, "transport") == "websocket") {
            if (refusesWebSocket) {
                wire.give(httpAnswer("not here", 400, "Bad Request"));
                return;
            }
            wire.give(switching(request.head));
            m_webSocket = &wire;
            if (!known) {
                m_switched = true;
                wire.give(serverFrame(1, open("[]")));
                flush();
            }
        } else if (request.head.method == "POST") {
            if (m_switched || !known) {
                wire.give(
                    httpAnswer(R"({"code":1,"message":"Session ID unknown"})", 400, "Bad Request"));
                return;
            }
            readPayload(request.body);
            if (answersPosts == 0) return wire.end();
            --answersPosts;
            reply(wire, "ok");
        } else if (!known) {
            std::string body = open(offersUpgrade ? "[\"websocket\"]" : "[]");
            if (m_revision < 4) body = std::to_string(body.size()) + ":" + body;
            reply(wire, body);
        } else {
            if (answersPolls-- == 0) return wire.end();
            m_poll = &wire;
            flush();
        }
    }
    void reply(Wire& wire, const std::string& body) {
        wire.give(httpAnswer(body));
        if (closesKeptConnections) wire.end();
    }
    std::string open(const std::string& upgrades) const {
        return R"(0{"sid":"S1","upgrades":)" + upgrades +
               ",\"pingInterval\":" + std::to_string(pingInterval) +
               ",\"pingTimeout\":" + std::to_string(pingTimeout) + "}";
    }
    void readPayload(const std::string& body) {
        const auto framing = engineio::recogniseFraming(body, m_revision);
        if (!framing) return;
        engineio::PayloadReader reader(body, *framing);
        while (const auto unit = reader.next()) {
            take("polling",
                 {body.substr(unit->packetAt, unit->range.end - unit->packetAt), unit->binary});
        }
    }
    void readFrame(Wire& wire, const ClientFrame& frame) {
        if (frame.header.is(websocket::Opcode::Close)) {
            wire.give(serverFrame(8, frame.payload));
            wire.end();
        } else if (frame.payload == "2probe" && !m_switched) {
            log.push_back("websocket 2probe");
            if (!answersProbe) return;
            wire.give(serverFrame(1, "3probe"));
            // The poll that is under way is let go, so that the client can stop polling.
            if (m_poll != nullptr) send("6");
        } else if (frame.payload == "5" && !m_switched) {
            log.push_back("websocket 5");
            m_switched = true;
            flush();
        } else {
            take("websocket", {frame.payload, frame.header.is(websocket::Opcode::Binary)});
        }
    }
    void take(const std::string& transport, const Packet& packet) {
        log.push_back(transport + " " + packet.bytes);
        if (onPacket) onPacket(packet);
    }
    void flush() {
        if (m_switched && m_webSocket != nullptr) {
            while (!m_out.empty()) {
                const Packet packet = m_out.front();
                m_out.pop_front();
                m_webSocket->give(serverFrame(packet.binary ? 2 : 1, packet.bytes));
            }
            return;
        }
        if (m_poll == nullptr || m_out.empty()) return;
        std::vector<engineio::EncodedPacket> packets;
        bool binary = false;
        const std::deque<Packet> out = std::exchange(m_out, {});
        for (const Packet& packet : out) {
            packets.push_back({packet.bytes, packet.binary});
            binary = binary || packet.binary;
        }
        Bytes body;
        ByteWriter writer(body);
        engineio::encodePayload(packets,
                                m_revision >= 4 ? engineio::Framing::Records
                                : binary        ? engineio::Framing::Binary
                                                : engineio::Framing::Lengths,
                                writer);
        reply(*std::exchange(m_poll, nullptr), std::string(asText(body)));
    }

    std::uint8_t m_revision;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
    Wire* m_poll = nullptr;
    Wire* m_webSocket = nullptr;
    bool m_switched = false;
    std::deque<Packet> m_out;
};

}  // namespace framescope::test
