// A transcript read back by the readers of this house: the streams put together again, how they
// ended, and everything that should not be in it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "dissector/packet/packet.h"
#include "dissector/tcp/tcp_tracker.h"

namespace framescope::test {

struct ReadConnection {
    Endpoint client;
    Endpoint server;
    bool synSeen = false;
    std::array<Bytes, 2> bytes;     ///< by Direction
    std::vector<std::string> ends;  ///< "client FIN", "server RST", in their order
};

struct ReadTranscript {
    std::vector<ReadConnection> connections;
    std::vector<std::string> faults;  ///< holes, wrong checksums, times that go back, ...
    std::uint32_t packets = 0;
};

/// The Internet checksum over a TCP segment with its pseudo header comes out as zero, and the one
/// over an IPv4 header too. Worked out word by word, as RFC 1071 describes it.
inline bool checksumsAreRight(ByteView packet) {
    const auto fold = [](std::uint64_t sum) {
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return sum;
    };
    const auto sum = [](ByteView bytes) {
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            total += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8 : bytes[i];
        }
        return total;
    };
    const bool isIpv6 = packet[0] >> 4 == 6;
    const std::size_t header = isIpv6 ? 40 : 20;
    const ByteView segment = packet.subspan(header);
    if (!isIpv6 && fold(sum(packet.first(header))) != 0xffff) return false;
    const ByteView addresses = isIpv6 ? packet.subspan(8, 32) : packet.subspan(12, 8);
    return fold(sum(addresses) + 6 + segment.size() + sum(segment)) == 0xffff;
}

inline ReadTranscript readTranscript(const std::filesystem::path& path) {
    class Observer : public tcp::TcpObserver {
    public:
        explicit Observer(ReadTranscript& read) : m_read(read) {}
        void opened(ConnectionId, const tcp::Opening& opening) override {
            m_read.connections.push_back({opening.client, opening.server, opening.synSeen, {}, {}});
        }
        void packet(ConnectionId, const tcp::Origin&) override {}
        void data(ConnectionId connection, Direction direction, StreamOffset offset, ByteView bytes,
                  const tcp::Origin&) override {
            Bytes& stream = m_read.connections[connection].bytes[indexOf(direction)];
            if (offset != stream.size()) m_read.faults.push_back("bytes at the wrong place");
            stream.insert(stream.end(), bytes.begin(), bytes.end());
        }
        void gap(ConnectionId, Direction, const tcp::Gap& gap) override {
            m_read.faults.push_back("hole of " + std::to_string(gap.missing) + " at " +
                                    std::to_string(gap.offset));
        }
        void directionEnded(ConnectionId, Direction, EndReason, const tcp::Origin&) override {}
        void ended(ConnectionId, Direction, EndReason, const tcp::Origin&) override {}

    private:
        ReadTranscript& m_read;
    };

    ReadTranscript read;
    auto file = CaptureFile::open(path);
    if (!file) {
        read.faults.push_back(file.error().sentence);
        return read;
    }
    Observer observer(read);
    tcp::TcpTracker tracker(observer, nullptr);
    CaptureReader reader(*file);
    CapturedPacket packet;
    std::int64_t last = 0;
    std::map<std::pair<Endpoint, Endpoint>, std::uint32_t> expected;  // next sequence number
    ReadStep step = ReadStep::End;
    while ((step = reader.next(packet)) == ReadStep::Packet) {
        const std::string where = " in packet " + std::to_string(++read.packets);
        if (packet.timeNs < last) read.faults.push_back("time goes back" + where);
        last = packet.timeNs;
        const DecodedPacket decoded = decodePacket(101, packet.data, packet.originalLength);
        if (decoded.kind != PacketKind::Tcp) {
            read.faults.push_back("no TCP" + where);
            continue;
        }
        if (!checksumsAreRight(packet.data)) read.faults.push_back("wrong checksum" + where);
        const std::pair way(decoded.source, decoded.destination);
        const std::pair back(decoded.destination, decoded.source);
        const tcp::Header& tcp = decoded.tcp;
        const bool syn = tcp.has(tcp::kSyn);
        if (!syn && expected[way] != tcp.sequence) {
            read.faults.push_back("sequence number that leaves a hole or repeats" + where);
        }
        if (tcp.has(tcp::kAck) && expected[back] != tcp.acknowledgment) {
            read.faults.push_back("acknowledgement of something else" + where);
        }
        expected[way] = tcp.sequence + static_cast<std::uint32_t>(decoded.payloadLength) +
                        (syn || tcp.has(tcp::kFin) ? 1 : 0);
        tracker.packet(decoded, packet.data, {packet.number, packet.timeNs, 0});
        if (read.connections.empty()) continue;
        for (ReadConnection& connection : read.connections) {
            const bool byClient = way == std::pair(connection.client, connection.server);
            if (!byClient && back != std::pair(connection.client, connection.server)) continue;
            const std::string who = byClient ? "client " : "server ";
            if (tcp.has(tcp::kFin)) connection.ends.push_back(who + "FIN");
            if (tcp.has(tcp::kRst)) connection.ends.push_back(who + "RST");
        }
    }
    if (step != ReadStep::End) read.faults.push_back("the file is damaged");
    for (const Notice& notice : reader.notices()) read.faults.push_back(notice.sentence);
    tracker.finish();
    return read;
}

/// The faults as one text, which a test compares with "".
inline std::string faultsOf(const ReadTranscript& read) {
    std::string text;
    for (const std::string& fault : read.faults) text += fault + '\n';
    return text;
}
inline std::string endsOf(const ReadConnection& connection) {
    std::string text;
    for (const std::string& end : connection.ends) text += (text.empty() ? "" : ", ") + end;
    return text;
}

}  // namespace framescope::test
