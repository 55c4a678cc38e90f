// How many instructions the terminal program spends on one more frame, counted by callgrind, which
// does not depend on how busy the machine is. Each load is read in two lengths: what lies between
// them is the price of the frames without that of starting the program. The ceilings are generous;
// they are there so that a change that makes everything slower is seen, not to judge small ones.
#include <array>
#include <functional>
#include <string>
#include <vector>

#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"
#include "tests/support/deflater.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::TcpConversation;

constexpr int kShort = 1000;
constexpr int kLong = 5000;

// Instructions a frame: a quarter more than it takes today.
constexpr qint64 kSmallCeiling = 7'400;
constexpr qint64 kDeflateCeiling = 9'800;
constexpr qint64 kSocketIoCeiling = 6'100;

/// A quote as applications send them; every one is another.
std::string quote(int number) {
    static constexpr std::array kNames = {"copper", "harbour", "signal", "window", "kitchen"};
    const auto index = static_cast<std::size_t>(number);
    return "{\"symbol\":\"" + std::string(kNames.at(index % kNames.size())) +
           "\",\"sequence\":" + std::to_string(number) +
           ",\"bid\":" + std::to_string(100 + index * 7919 % 9000) +
           ".25,\"volume\":" + std::to_string(index * 104'729 % 5000) + "}";
}

test::MaskingKey keyOf(int number) {
    const auto word = static_cast<std::uint32_t>(number) * 2'654'435'761U;
    return {static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
            static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
}

/// A client that sends masked frames, one a packet, acknowledged after every eighth.
Bytes capture(std::string_view target, std::string_view extension, int frames,
              const std::function<Bytes(int)>& frame) {
    CaptureBuilder file;
    TcpConversation conversation(file);
    conversation.handshake();
    conversation.upgrade(target, extension, extension);
    for (int i = 0; i < frames; ++i) {
        conversation.send(Direction::ClientToServer, frame(i));
        if (i % 8 == 7) conversation.acknowledge(Direction::ServerToClient);
    }
    conversation.close();
    return file.pcap();
}

Bytes small(int frames) {
    return capture("/quotes", {}, frames,
                   [](int i) { return test::webSocketText(quote(i), keyOf(i)); });
}

Bytes deflated(int frames) {
    test::Deflater deflater;
    return capture(
        "/quotes", "Sec-WebSocket-Extensions: permessage-deflate\r\n", frames, [&deflater](int i) {
            return test::webSocketFrame(deflater.message(quote(i)), {.rsv = 4, .mask = keyOf(i)});
        });
}

Bytes socketIo(int frames) {
    return capture("/socket.io/?EIO=4&transport=websocket", {}, frames, [](int i) {
        return test::webSocketText(i == 0 ? "40" : "42[\"quote\"," + quote(i) + "]", keyOf(i));
    });
}

/// Makes the capture with so many frames.
using Load = Bytes (*)(int);

class TestInstructions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("With sanitizers the program is another one.");
#endif
        if (QStandardPaths::findExecutable(QStringLiteral("valgrind")).isEmpty()) {
            QSKIP("valgrind is not installed.");
        }
        QVERIFY(m_folder.isValid());
    }

    void aFrameCosts_data() {
        QTest::addColumn<Load>("load");
        QTest::addColumn<qint64>("ceiling");
        QTest::newRow("small masked frames") << &small << kSmallCeiling;
        QTest::newRow("permessage-deflate with takeover") << &deflated << kDeflateCeiling;
        QTest::newRow("Socket.IO 4") << &socketIo << kSocketIoCeiling;
    }
    void aFrameCosts() {
        QFETCH(Load, load);
        QFETCH(qint64, ceiling);
        const qint64 shortRun = instructions(load(kShort), kShort);
        const qint64 longRun = instructions(load(kLong), kLong);
        if (QTest::currentTestFailed()) return;
        const qint64 each = (longRun - shortRun) / (kLong - kShort);
        qInfo("%lld instructions a frame, at most %lld", static_cast<long long>(each),
              static_cast<long long>(ceiling));
        QVERIFY2(each > 0, "the longer capture was not read");
        QVERIFY2(each <= ceiling, "a frame costs more than it may");
    }

private:
    /// What reading this capture takes in all; it must have all the frames.
    qint64 instructions(const Bytes& pcap, int frames) {
        const QString path = m_folder.filePath(QStringLiteral("load.pcap"));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(reinterpret_cast<const char*>(pcap.data()),
                       static_cast<qint64>(pcap.size())) < 0) {
            QTest::qFail("the capture cannot be written", __FILE__, __LINE__);
            return 0;
        }
        file.close();
        const test::CliRun run = test::runCli(
            QStringLiteral("valgrind"),
            {QStringLiteral("--tool=callgrind"), QStringLiteral("--callgrind-out-file=/dev/null"),
             QStringLiteral(FRAMESCOPE_CLI), QStringLiteral("-q"), path});
        static const QRegularExpression kFrames(
            QStringLiteral("(?:WebSocket|Socket\\.IO) +(\\d+)"));
        int counted = 0;
        auto matches = kFrames.globalMatch(QString::fromUtf8(run.out));
        while (matches.hasNext()) counted += matches.next().captured(1).toInt();
        static const QRegularExpression kCollected(QStringLiteral("Collected : (\\d+)"));
        const auto collected = kCollected.match(QString::fromUtf8(run.err));
        if (counted != frames || !collected.hasMatch()) {
            QTest::qFail((run.out + run.err).constData(), __FILE__, __LINE__);
            return 0;
        }
        return collected.captured(1).toLongLong();
    }

    QTemporaryDir m_folder;
};

}  // namespace
}  // namespace framescope

QTEST_APPLESS_MAIN(framescope::TestInstructions)
#include "test_instructions.moc"
