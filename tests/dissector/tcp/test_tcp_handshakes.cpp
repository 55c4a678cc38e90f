// Which packets belong to one connection, and which of its ends is the client, told from flags and
// sequence numbers alone.
#include <string>

#include <QTest>

#include "dissector/tcp/tcp_tracker.h"

namespace framescope::tcp {
namespace {

constexpr std::uint16_t kClientPort = 40000;
constexpr std::uint16_t kServerPort = 80;
constexpr std::uint16_t kBoth = kSyn | kAck;

/// Writes down what happens: "open 40000 syn, data c 0 5, ...".
class Recorder : public TcpObserver {
public:
    std::string log;

    void opened(ConnectionId id, const Opening& opening) override {
        add(id, "open " + std::to_string(opening.client.port) + (opening.synSeen ? " syn" : ""));
    }
    void packet(ConnectionId, const Origin&) override {}
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const Origin&) override {
        add(id, side(direction) + std::to_string(offset) + '+' + std::to_string(bytes.size()));
    }
    void gap(ConnectionId id, Direction direction, const Gap& gap) override {
        add(id, "gap " + side(direction) + std::to_string(gap.offset) + '+' +
                    std::to_string(gap.missing));
    }
    void directionEnded(ConnectionId, Direction, EndReason, const Origin&) override {}
    void ended(ConnectionId id, Direction by, EndReason reason, const Origin&) override {
        const char* const names[] = {"fin", "reset", "capture", "reused", "half"};
        add(id, names[static_cast<std::size_t>(reason)] + std::string(" ") + side(by));
    }

private:
    static std::string side(Direction direction) {
        return direction == Direction::ClientToServer ? "c" : "s";
    }
    void add(ConnectionId id, const std::string& what) {
        log += (log.empty() ? "" : ", ") + std::to_string(id) + ' ' + what;
    }
};

struct Segment {
    bool fromServer = false;
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::size_t size = 0;
};

std::string logOf(const std::vector<Segment>& segments) {
    Recorder recorder;
    TcpTracker tracker(recorder, [](ByteView) { return std::optional<Direction>(); });
    PacketNumber number = 0;
    for (const Segment& segment : segments) {
        DecodedPacket decoded;
        decoded.kind = PacketKind::Tcp;
        decoded.source.port = segment.fromServer ? kServerPort : kClientPort;
        decoded.destination.port = segment.fromServer ? kClientPort : kServerPort;
        decoded.tcp.flags = segment.flags;
        decoded.tcp.sequence = segment.sequence;
        decoded.tcp.acknowledgment = segment.acknowledgment;
        decoded.payloadCaptured = segment.size;
        decoded.payloadLength = segment.size;
        Origin origin;
        origin.packet = ++number;
        tracker.packet(decoded, Bytes(segment.size, 'x'), origin);
    }
    tracker.finish();
    return recorder.log;
}

class TcpTrackerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void connections_data() {
        QTest::addColumn<std::string>("log");
        QTest::addColumn<std::string>("expected");
        const auto row = [](const char* name, const std::vector<Segment>& segments,
                            const char* expected) {
            QTest::newRow(name) << logOf(segments) << std::string(expected);
        };
        const Segment syn{false, kSyn, 100, 0, 0};
        const Segment synAck{true, kBoth, 500, 101, 0};
        const Segment ask{false, kAck, 101, 501, 5};
        const Segment answer{true, kAck, 501, 106, 7};
        row("as usual", {syn, synAck, ask, answer},
            "0 open 40000 syn, 0 c0+5, 0 s0+7, 0 capture c");
        row("SYN repeated", {syn, syn, synAck, ask, syn}, "0 open 40000 syn, 0 c0+5, 0 capture c");
        row("answer captured first", {synAck, syn, ask, answer},
            "0 open 40000 syn, 0 c0+5, 0 s0+7, 0 capture c");
        row("both ends open (RFC 9293 section 3.5)",
            {syn, {true, kSyn, 500, 0, 0}, {false, kBoth, 100, 501, 0}, synAck, ask, answer},
            "0 open 40000 syn, 0 c0+5, 0 s0+7, 0 capture c");
        row("ports used again", {syn, synAck, ask, {false, kSyn, 9000, 0, 0}},
            "0 open 40000 syn, 0 c0+5, 0 reused c, 1 open 40000 syn, 1 capture c");
        row("ports used again, the other way", {syn, synAck, ask, {true, kSyn, 9000, 0, 0}},
            "0 open 40000 syn, 0 c0+5, 0 reused s, 1 open 80 syn, 1 capture c");
        row("joined, and its ports used again", {answer, {false, kSyn, 9000, 0, 0}},
            "0 open 40000, 0 s0+7, 0 reused c, 1 open 40000 syn, 1 capture c");
    }

    void connections() {
        QFETCH(std::string, log);
        QFETCH(std::string, expected);
        QVERIFY2(log == expected, log.c_str());
    }
};

}  // namespace
}  // namespace framescope::tcp

QTEST_GUILESS_MAIN(framescope::tcp::TcpTrackerTest)
#include "test_tcp_handshakes.moc"
