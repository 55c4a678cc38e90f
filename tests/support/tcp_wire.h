// Packets for the TCP tracker without links and IP around them, and what it makes of them told as
// one line of text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/tcp/tcp_tracker.h"

namespace framescope::test {

/// "0:open(1000>80) 0:c+abc@0 0:s~5@7 ...": data "+", holes "~" (followed by "u" where they were
/// not acknowledged, "?" where nobody can tell, "/" where a packet was cut, "!" where a limit was
/// met), conflicts "x", urgent data "^", bytes that were sent again "r", those beside the stream
/// "late" or "stray", "on" where a connection goes on behind its RST, "nofin" where a direction
/// does behind a FIN that had been told, in the order in which it comes.
class Story : public tcp::TcpObserver {
public:
    std::string text;
    /// What was handed on of each connection, by Direction; of holes as many dots.
    std::vector<std::array<std::string, 2>> streams;
    std::size_t packets = 0;
    std::size_t gaps = 0;
    std::size_t conflicts = 0;
    bool quiet = false;  ///< only the streams and the counts

    void opened(ConnectionId id, const tcp::Opening& opening) override {
        add(id, "open(" + std::to_string(opening.client.port) + ">" +
                    std::to_string(opening.server.port) + (opening.synSeen ? ")" : ",joined)"));
    }
    void packet(ConnectionId, const tcp::Origin&) override { ++packets; }
    void data(ConnectionId id, Direction d, StreamOffset offset, ByteView bytes,
              const tcp::Origin&) override {
        stream(id, d) += asText(bytes);
        if (!quiet) add(id, side(d) + "+" + std::string(asText(bytes)) + at(offset));
    }
    void gap(ConnectionId id, Direction d, const tcp::Gap& gap) override {
        ++gaps;
        if (gap.missing < 1000) stream(id, d) += std::string(gap.missing, '.');
        const char* const causes[] = {"", "u", "?", "/", "g"};
        add(id, side(d) + "~" + std::to_string(gap.missing) + at(gap.offset) +
                    causes[static_cast<int>(gap.cause)] +
                    (gap.limitMet != tcp::LimitMet::None ? "!" : ""));
    }
    void directionEnded(ConnectionId id, Direction d, EndReason reason,
                        const tcp::Origin&) override {
        add(id, side(d) + "." + kReasons[static_cast<int>(reason)]);
    }
    void ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin&) override {
        add(id, "end(" + side(by) + "," + kReasons[static_cast<int>(reason)] + ")");
        m_over.insert(id);
    }
    void conflict(ConnectionId id, Direction d, const tcp::Conflict& conflict) override {
        ++conflicts;
        add(id, side(d) + "x" + std::to_string(conflict.length) + at(conflict.offset) +
                    (conflict.last ? "(last)" : ""));
    }
    void recovered(ConnectionId id, Direction d, StreamOffset offset, std::uint64_t size,
                   std::int64_t waitedNs, const tcp::Origin&) override {
        add(id,
            side(d) + "r" + std::to_string(size) + at(offset) + "after" + std::to_string(waitedNs));
    }
    void beside(ConnectionId id, Direction d, const tcp::Beside& beside) override {
        add(id, side(d) + (beside.late ? "late" : "stray") + std::to_string(beside.length) +
                    at(beside.offset));
    }
    void wentOn(ConnectionId id) override { add(id, m_over.erase(id) != 0 ? "on" : "nofin"); }
    void urgent(ConnectionId id, Direction d, StreamOffset offset) override {
        add(id, side(d) + "^" + at(offset));
    }

private:
    std::set<ConnectionId> m_over;
    static constexpr const char* kReasons[] = {"fin", "reset", "capture-end", "port-reused",
                                               "half"};
    static std::string side(Direction d) { return d == Direction::ClientToServer ? "c" : "s"; }
    static std::string at(StreamOffset offset) { return "@" + std::to_string(offset); }
    std::string& stream(ConnectionId id, Direction d) {
        if (streams.size() <= id) streams.resize(id + 1);
        return streams[id][indexOf(d)];
    }
    void add(ConnectionId id, const std::string& what) {
        if (quiet) return;
        if (!text.empty()) text += ' ';
        text += std::to_string(id) + ":" + what;
    }
};

inline std::optional<Direction> guessByText(ByteView payload) {
    if (asText(payload).starts_with("GET")) return Direction::ClientToServer;
    if (asText(payload).starts_with("HTTP")) return Direction::ServerToClient;
    return std::nullopt;
}

/// Flags as they usually come together.
inline constexpr int kData = tcp::kAck | tcp::kPsh;
inline constexpr int kFinAck = tcp::kFin | tcp::kAck;
inline constexpr int kSynAck = tcp::kSyn | tcp::kAck;
/// What a story of one connection ends with that nobody has closed.
inline constexpr const char* kOpenEnd = " 0:c.capture-end 0:s.capture-end 0:end(c,capture-end)";

inline constexpr std::uint16_t kA = 1000;
inline constexpr std::uint16_t kB = 80;

struct Wire {
    Story story;
    Bytes capture;  ///< payloads, one behind the other
    PacketNumber number = 0;
    std::int64_t timeNs = 0;  ///< of the next packet
    tcp::TcpTracker tracker;
    // Of the next packet only:
    std::uint16_t window = 0xffff;
    std::uint16_t urgentPointer = 0;
    std::uint32_t network = 0;
    Bytes options;

    explicit Wire(const tcp::TrackerLimits& limits = {}) : tracker(story, guessByText, limits) {
        tracker.setReadBack([this](std::uint64_t offset, std::span<std::uint8_t> into) {
            if (offset + into.size() > capture.size()) return false;
            std::copy_n(capture.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                        into.begin());
            return true;
        });
    }

    void send(std::uint16_t from, std::uint16_t to, int flags, std::uint32_t sequence,
              std::uint32_t acknowledgment = 0, std::string_view payload = {},
              std::uint64_t length = 0) {
        DecodedPacket packet;
        packet.kind = PacketKind::Tcp;
        packet.source = {{4, {10, 0, 0, 1}}, from};
        packet.destination = {{4, {10, 0, 0, 1}}, to};
        packet.network = network;
        packet.tcp.flags = static_cast<std::uint16_t>(flags);
        packet.tcp.sequence = sequence;
        packet.tcp.acknowledgment = acknowledgment;
        packet.tcp.window = window;
        packet.tcp.urgentPointer = urgentPointer;
        packet.tcp.headerLength = static_cast<std::uint8_t>(20 + options.size());
        packet.payloadOffset = packet.tcp.headerLength;
        packet.payloadCaptured = payload.size();
        packet.payloadLength = std::max<std::uint64_t>(length, payload.size());
        Bytes bytes(20);
        bytes.insert(bytes.end(), options.begin(), options.end());
        bytes.insert(bytes.end(), payload.begin(), payload.end());
        const std::uint64_t place = capture.size();
        capture.insert(capture.end(), bytes.begin(), bytes.end());
        ++number;
        timeNs += 1000;
        tracker.packet(packet, bytes, {number, timeNs, place});
        window = 0xffff;
        urgentPointer = 0;
        network = 0;
        options.clear();
    }
    /// The handshake; the client's data begins at 101, the server's at 501.
    void open() {
        send(kA, kB, tcp::kSyn, 100);
        send(kB, kA, tcp::kSyn | tcp::kAck, 500, 101);
        send(kA, kB, tcp::kAck, 101, 501);
    }
    /// Packets of another connection that say nothing.
    void others(int count) {
        for (int i = 0; i < count; ++i) send(9, 8, tcp::kAck, 1, 1);
    }
    std::string finish() {
        tracker.finish();
        return story.text;
    }
};

}  // namespace framescope::test
