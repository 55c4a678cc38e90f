// One direction of a connection that was joined mid-stream, made of values with a tag and a length,
// as MQTT and ASN.1 have them: "82 1a" is the header of a binary frame, too. It is not taken for
// WebSocket, however many there are; text in frames is.
#include <functional>
#include <random>
#include <string>

#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/memory_capture.h"

namespace framescope {
namespace {

constexpr std::uint32_t kSeeds = 30;

using Random = std::minstd_rand;
using Value = std::function<std::string(Random&)>;

std::string tagged(std::uint8_t tag, const std::string& value) {
    return std::string(1, static_cast<char>(tag)) +
           std::string(1, static_cast<char>(value.size())) + value;
}

std::string subscribe(Random& random, bool version5) {
    const std::string topic = "home/" + std::to_string(random() % 1000) + "/temperature";
    std::string body;
    body += static_cast<char>(0);
    body += static_cast<char>(random() % 256);
    if (version5) body += static_cast<char>(0);
    body += static_cast<char>(0);
    body += static_cast<char>(topic.size());
    body += topic;
    body += static_cast<char>(random() % 3);
    return tagged(0x82, body);
}

std::string anyBytes(Random& random) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 256);
    return bytes;
}

/// Whether anything of it was taken for a frame.
bool hasFrames(Direction direction, const Value& value, Random& random, int count) {
    test::CaptureBuilder capture;
    test::TcpConversation conversation(capture, {.serverPort = 1883});
    for (int i = 0; i < count; ++i) conversation.send(direction, value(random));
    const auto session = test::MemoryCapture(capture.pcap()).read();
    for (RecordId row = 0; row < session->rowCount(); ++row) {
        if (session->record(row).kind == RowKind::WebSocketFrame) return true;
    }
    return false;
}

class TaggedValuesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areNoFrames_data() {
        QTest::addColumn<Value>("value");
        const auto add = [](const char* name, Value value) { QTest::newRow(name) << value; };
        add("MQTT 3.1.1, SUBSCRIBE", [](Random& r) { return subscribe(r, false); });
        add("MQTT 5, SUBSCRIBE", [](Random& r) { return subscribe(r, true); });
        add("MQTT 5, SUBSCRIBE and PINGREQ",
            [](Random& r) { return r() % 3 == 0 ? std::string("\xc0\0", 2) : subscribe(r, true); });
        add("tag 82", [](Random& r) { return tagged(0x82, anyBytes(r)); });
        add("tags 89 and 8a", [](Random& r) {
            return tagged(static_cast<std::uint8_t>(0x89 + r() % 2), anyBytes(r));
        });
    }
    void areNoFrames() {
        QFETCH(Value, value);
        // Chance makes an inner length of a few; without the demand it is most of them.
        constexpr int kMost = 1;
        int taken = 0;
        for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
            Random random(seed);
            const auto direction =
                seed % 2 == 0 ? Direction::ClientToServer : Direction::ServerToClient;
            const int count = 1 + static_cast<int>(random() % 30);
            if (hasFrames(direction, value, random, count)) ++taken;
        }
        QVERIFY2(taken <= kMost, std::to_string(taken).c_str());
    }

    void framesOfTextAre() {
        const Value text = [](Random& r) {
            return tagged(0x81, "{\"price\":" + std::to_string(r() % 10'000) + "}");
        };
        const Value both = [&](Random& r) {
            return r() % 2 == 0 ? text(r) : tagged(0x82, anyBytes(r));
        };
        for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
            Random random(seed);
            QVERIFY(hasFrames(Direction::ServerToClient, text, random, 12));
            QVERIFY(hasFrames(Direction::ServerToClient, both, random, 24));
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::TaggedValuesTest)
#include "test_tagged_values.moc"
