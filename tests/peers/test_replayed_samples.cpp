// Every conversation of every sample is replayed against its own kind of server, which runs here
// anew: the verdict is "same". Against the same server with one answer changed it is "different",
// and the place that differs is exactly the changed one.
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "tests/support/cli_run.h"
#include "tests/support/peer_scenario.h"
#include "tests/support/peer_server.h"

using namespace framescope::test;

namespace {

constexpr int kSame = 0;
constexpr int kDifferent = 3;

CliRun replay(const QString& sample, const QStringList& which, int port) {
    const QString folder = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/");
    return runCli(
        QStringLiteral(FRAMESCOPE_CLI),
        QStringList{QStringLiteral("replay"), folder + sample} + which +
            QStringList{QStringLiteral("--to"), QStringLiteral("ws://127.0.0.1:%1/").arg(port),
                        QStringLiteral("-T"), QStringLiteral("json")});
}

}  // namespace

class TestReplayedSamples : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void againstItsOwnServer_data();
    void againstItsOwnServer();
};

void TestReplayedSamples::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestReplayedSamples::againstItsOwnServer_data() {
    QTest::addColumn<QString>("sample");
    QTest::addColumn<QStringList>("which");
    QTest::addColumn<QString>("server");      ///< of several, that which is asked
    QTest::addColumn<QStringList>("change");  ///< path, recorded, received; empty: not touched
    const QString here = QStringLiteral("server");
    const auto stream = [](int number) {
        return QStringList{QStringLiteral("--stream"), QString::number(number)};
    };
    const auto session = [](int number) {
        return QStringList{QStringLiteral("--session"), QString::number(number)};
    };
    const auto add = [&](const QString& sample, const QStringList& which, const QString& server,
                         const QStringList& change) {
        QTest::newRow(qPrintable(sample + QLatin1Char(' ') + which.join(QLatin1Char(' '))))
            << sample << which << server << change;
    };
    const QStringList untouched;
    add(QStringLiteral("ws-echo.pcap"), stream(0), here, {"character 2", "Hello", "Hallo"});
    for (int i = 0; i < 8; ++i) {
        add(QStringLiteral("ws-close-codes.pcap"), stream(i), here,
            i == 1 ? QStringList{"code", "1008", "1013"} : untouched);
    }
    add(QStringLiteral("ws-deflate.pcapng"), stream(0), here, {"$.price", "12.75", "13"});
    add(QStringLiteral("ws-deflate.pcapng"), stream(1), here, {"$.price", "12.75", "13"});
    add(QStringLiteral("ws-deflate.pcapng"), stream(2), here, {"$.price", "12.75", "13"});
    const QStringList hello = {"character 14", "behind the proxy", "before the proxy"};
    add(QStringLiteral("nginx-proxy.pcapng"), stream(0), QStringLiteral("proxy"), untouched);
    add(QStringLiteral("nginx-proxy.pcapng"), stream(1), here, untouched);
    add(QStringLiteral("nginx-proxy.pcapng"), stream(2), QStringLiteral("proxy"), hello);
    add(QStringLiteral("nginx-proxy.pcapng"), stream(3), here, hello);
    add(QStringLiteral("python-websockets.pcap"), stream(0), here,
        {"character 5", "You answered", "You replied"});
    add(QStringLiteral("socketio4-websocket.pcapng"), session(0), here, {"$[0]", "42", "437"});
    add(QStringLiteral("socketio4-websocket.pcapng"), session(1), here, {"$[1].seen", "1", "2"});
    add(QStringLiteral("socketio4-polling-upgrade.pcapng"), session(0), here,
        {"$[0]", "42", "437"});
    add(QStringLiteral("socketio4-polling-upgrade.pcapng"), session(1), here,
        {"$[1].seen", "1", "2"});
    add(QStringLiteral("socketio2-websocket.pcap"), session(0), here, {"$[0]", "42", "437"});
    add(QStringLiteral("socketio2-polling-upgrade.pcap"), session(0), here, {"$[0]", "42", "437"});
    add(QStringLiteral("socketio-heartbeats.pcap.gz"), session(0), QStringLiteral("v4"), untouched);
    add(QStringLiteral("socketio-heartbeats.pcap.gz"), session(1), QStringLiteral("v2"), untouched);
    add(QStringLiteral("chromium-socketio4.pcapng"), session(0), here,
        {"$[0]", "Who is there?", "Who is it?"});
    add(QStringLiteral("event-stream.pcap"), stream(0), here, {"$.pence", "412", "413"});
    add(QStringLiteral("event-stream.pcap"), stream(1), here, untouched);
    add(QStringLiteral("event-stream.pcap"), stream(2), here, untouched);
    add(QStringLiteral("http-keepalive.pcap"), stream(0), here,
        {"header:ETag", "\"42\"", "\"43\""});
}

void TestReplayedSamples::againstItsOwnServer() {
    QFETCH(QString, sample);
    QFETCH(QStringList, which);
    QFETCH(QString, server);
    QFETCH(QStringList, change);
    const QString name = sample.section(QLatin1Char('.'), 0, 0);
    const auto portOf = [&](const PeerServer& peer) {
        return peer.greeting().value(QStringLiteral("ports")).toObject().value(server).toInt();
    };
    {
        PeerServer peer(QStringLiteral("sample_servers.mjs"), {name});
        QVERIFY2(portOf(peer) != 0, qPrintable(peer.complaint()));
        const CliRun run = replay(sample, which, portOf(peer));
        QVERIFY2(run.exitCode == kSame, (run.out + run.err).constData());
        const QJsonObject report = QJsonDocument::fromJson(run.out).object();
        QCOMPARE(report.value(QStringLiteral("verdict")).toString(), QStringLiteral("same"));
        QVERIFY(report.value(QStringLiteral("same")).toInt() > 0);
    }
    if (change.isEmpty()) return;
    PeerServer peer(QStringLiteral("sample_servers.mjs"), {name, QStringLiteral("changed")});
    QVERIFY2(portOf(peer) != 0, qPrintable(peer.complaint()));
    const CliRun run = replay(sample, which, portOf(peer));
    QVERIFY2(run.exitCode == kDifferent, (run.out + run.err).constData());
    const QJsonObject report = QJsonDocument::fromJson(run.out).object();
    QCOMPARE(report.value(QStringLiteral("verdict")).toString(), QStringLiteral("different"));
    QCOMPARE(report.value(QStringLiteral("different")).toInt(), 1);
    QCOMPARE(report.value(QStringLiteral("missing")).toInt(), 0);
    QCOMPARE(report.value(QStringLiteral("extra")).toInt(), 0);
    QList<QStringList> differences;
    for (const QJsonValue& line : report.value(QStringLiteral("lines")).toArray()) {
        const QJsonArray found = line.toObject().value(QStringLiteral("differences")).toArray();
        for (const QJsonValue& one : found) {
            differences.append({one[QStringLiteral("path")].toString(),
                                one[QStringLiteral("recorded")].toString(),
                                one[QStringLiteral("received")].toString()});
        }
    }
    QCOMPARE(differences.size(), 1);
    QCOMPARE(differences.first().first(), change.first());
    QVERIFY2(differences.first()[1].contains(change[1]), run.out.constData());
    QVERIFY2(differences.first()[2].contains(change[2]), run.out.constData());
}

QTEST_GUILESS_MAIN(TestReplayedSamples)
#include "test_replayed_samples.moc"
