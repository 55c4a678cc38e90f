// The command replay: a conversation is recorded with send against the program's own server, and
// said again to it.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/send/served.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CliRun;
using test::Served;

class CliReplayTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Served> m_served;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    CliRun run(const QStringList& arguments) const {
        return test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments,
                            {QStringLiteral("XDG_CACHE_HOME=") + m_folder.path()});
    }
    /// `arguments` are separated by "|".
    CliRun replay(const QString& file, const char* arguments) const {
        QStringList all{QStringLiteral("replay"), file, QStringLiteral("--to"),
                        m_served->address()};
        const QString text = QString::fromUtf8(arguments);
        if (!text.isEmpty()) all += text.split(u'|');
        return run(all);
    }
    static QByteArray said(const CliRun& run) {
        return "exit " + QByteArray::number(run.exitCode) + "\n" + run.out + run.err;
    }

private Q_SLOTS:
    void initTestCase() {
        m_served = std::make_unique<Served>(m_folder.path());
        QVERIFY2(m_served->start({QStringLiteral("-q")}), m_served->cli().err().constData());
        QCOMPARE(
            run({QStringLiteral("send"), m_served->socket("/echo"), QStringLiteral("hello"),
                 QStringLiteral("{\"n\":1,\"time\":2}"), QStringLiteral("-w"), path("echo.pcapng")})
                .exitCode,
            0);
        QCOMPARE(
            run({QStringLiteral("send"), m_served->socket("/echo"), QStringLiteral("--deflate"),
                 QStringLiteral("hello"), QStringLiteral("-w"), path("deflate.pcapng")})
                .exitCode,
            0);
        QCOMPARE(
            run({QStringLiteral("send"), m_served->address(), QStringLiteral("--sio"),
                 QStringLiteral("--websocket"), QStringLiteral("--ack"),
                 QStringLiteral("message {\"a\":1}"), QStringLiteral("-w"), path("sio.pcapng")})
                .exitCode,
            0);
    }
    void cleanupTestCase() { QCOMPARE(m_served->stop(), 0); }

    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* arguments, const char* sentence) {
            QTest::newRow(arguments)
                << QString::fromUtf8(arguments).split(u'|') << QByteArray(sentence);
        };
        row("replay",
            "replay needs a capture: framescope-cli replay FILE --to ws://localhost:3000/");
        row("replay|a.pcap",
            "replay needs the server to replay against: --to ws://localhost:3000/");
        row("replay|a.pcap|b.pcap", "Only one capture is replayed at a time.");
        row("replay|a|--to|ws://b/|--stream|x",
            "--stream takes the index of a connection, as tcp.stream, and not 'x'.");
        row("replay|a|--to|ws://b/|--stream|1|--session|2",
            "--stream and --session name what is replayed; only one of them can be given.");
        row("replay|a|--to|ws://b/|--timing|x0",
            "--timing takes recorded, a factor such as x2 or x0.5, asap or conversation, and not "
            "'x0'.");
        row("replay|a|--to|ws://b/|--timing|fast",
            "--timing takes recorded, a factor such as x2 or x0.5, asap or conversation, and not "
            "'fast'.");
        row("replay|a|--to|ws://b/|--set|x",
            "--set takes 'PATTERN=>REPLACEMENT', a regular expression and what is sent instead of "
            "what it matches; not 'x'.");
        row("replay|a|--to|ws://b/|--masks|old", "--masks takes recorded or fresh, and not 'old'.");
        row("replay|a|--to|ws://b/|--later-than|1s",
            "--later-than takes milliseconds, and not '1s'.");
        row("replay|a|--to|ws://b/|-V", "There is no option -V; replay -h lists them.");
    }

    void mistakes() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const CliRun result = run(arguments);
        QCOMPARE(result.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(result.exitCode, 1);
    }

    void help() {
        const CliRun result = run({QStringLiteral("replay"), QStringLiteral("-h")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.startsWith("Usage: framescope-cli replay"));
        for (const QByteArray& line : result.lines()) QVERIFY2(line.size() <= 90, line.constData());
    }

    void same_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("arguments");
        QTest::newRow("echo") << path("echo.pcapng") << QByteArray();
        QTest::newRow("recorded") << path("echo.pcapng") << QByteArray("--timing|x4");
        QTest::newRow("asap") << path("echo.pcapng") << QByteArray("--timing|asap");
        QTest::newRow("masks") << path("echo.pcapng") << QByteArray("--masks|recorded");
        QTest::newRow("stream") << path("echo.pcapng") << QByteArray("--stream|0");
        QTest::newRow("Socket.IO") << path("sio.pcapng") << QByteArray();
        QTest::newRow("session") << path("sio.pcapng") << QByteArray("--session|0");
    }

    void same() {
        QFETCH(QString, file);
        QFETCH(QByteArray, arguments);
        const CliRun result = replay(file, arguments.constData());
        QVERIFY2(result.exitCode == 0, said(result).constData());
        QVERIFY(!result.out.isEmpty());
    }

    /// What is sent is changed, so the echo differs, and nothing else.
    void different() {
        const CliRun result = replay(path("echo.pcapng"), R"(--set|"n":1=>"n":5|-T|json)");
        QVERIFY2(result.exitCode == 3, said(result).constData());
        QVERIFY2(result.out.contains("$.n"), result.out.constData());
        const CliRun ignored = replay(path("echo.pcapng"), R"(--set|"n":1=>"n":5|--ignore|$.n)");
        QVERIFY2(ignored.exitCode == 0, said(ignored).constData());
    }

    void saysHowTheServerBrokeTheProtocol_data() {
        QTest::addColumn<QString>("misbehaviour");
        QTest::addColumn<QString>("recorded");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* misbehaviour, const char* recorded, const char* path,
                            const char* says) {
            QTest::addRow("%s", misbehaviour) << misbehaviour << recorded << path << says;
        };
        add("wrong-accept", "101 Switching Protocols", "header:Sec-WebSocket-Accept",
            "The server's answer to the handshake breaks the protocol. Sec-WebSocket-Accept");
        add("unasked-extension", "101 Switching Protocols", "header:Sec-WebSocket-Extensions",
            "The server's answer to the handshake breaks the protocol. ");
        for (const char* const misbehaviour :
             {"masked", "bad-utf8", "reserved-bits", "reserved-opcode", "broken-deflate"}) {
            add(misbehaviour, "hello", "protocol",
                "The peer broke the protocol, so the connection fails with ");
        }
    }

    void saysHowTheServerBrokeTheProtocol() {
        QFETCH(QString, misbehaviour);
        QFETCH(QString, recorded);
        QFETCH(QString, path);
        QFETCH(QString, says);
        Served bad(m_folder.path());
        QVERIFY2(bad.start({QStringLiteral("-q"), QStringLiteral("--misbehave"), misbehaviour}),
                 bad.cli().err().constData());
        const QStringList arguments{QStringLiteral("replay"), this->path("deflate.pcapng"),
                                    QStringLiteral("--to"), bad.address()};
        const CliRun json =
            run(arguments + QStringList{QStringLiteral("-T"), QStringLiteral("json")});
        const CliRun text = run(arguments);
        QCOMPARE(bad.stop(), 0);
        QVERIFY2(json.exitCode == 3, said(json).constData());
        QVERIFY2(text.exitCode == 3, said(text).constData());
        const QJsonObject report = QJsonDocument::fromJson(json.out).object();
        const QJsonArray remarks = report[QStringLiteral("remarks")].toArray();
        const bool remarked = std::ranges::any_of(
            remarks, [&](const QJsonValue& each) { return each.toString().startsWith(says); });
        QVERIFY2(remarked, json.out.constData());
        QJsonObject first;
        for (const QJsonValue& line : report[QStringLiteral("lines")].toArray()) {
            const QJsonObject object = line.toObject();
            const bool differs = object[QStringLiteral("outcome")] == QStringLiteral("different");
            if (differs && first.isEmpty()) first = object;
        }
        QCOMPARE(first[QStringLiteral("recorded")].toString(), recorded);
        const QJsonObject difference =
            first[QStringLiteral("differences")].toArray().first().toObject();
        QCOMPARE(difference[QStringLiteral("path")].toString(), path);
        QVERIFY2(difference[QStringLiteral("received")].toString().startsWith(says),
                 json.out.constData());
        QVERIFY2(text.out.contains(says.toUtf8()), text.out.constData());
    }

    /// A frame that announces more than was sent of it goes out as it was, and is answered as it
    /// was.
    void sendsBrokenFramesAsRecorded() {
        const QString file = path("broken.pcapng");
        run({QStringLiteral("send"), m_served->socket("/echo"), QStringLiteral("--announce"),
             QStringLiteral("20"), QStringLiteral("--rsv"), QStringLiteral("3"),
             QStringLiteral("--length"), QStringLiteral("64"), QStringLiteral("-w"), file,
             QStringLiteral("hello"), QStringLiteral("--linger"), QStringLiteral("0.3")});
        const QString again = path("broken-again.pcapng");
        const CliRun result = replay(file, ("-w|" + again).toUtf8().constData());
        QVERIFY2(!result.out.contains("left out"), result.out.constData());
        QVERIFY2(result.exitCode == 0, said(result).constData());
        QStringList fields{QStringLiteral("-Y"), QStringLiteral("websocket.rsv3 == true"),
                           QStringLiteral("-T"), QStringLiteral("fields")};
        for (const char* const field :
             {"websocket.rsv", "websocket.opcode", "websocket.payload_length_ext_64",
              "websocket.masking_key", "websocket.masked_payload"}) {
            fields << QStringLiteral("-e") << QString::fromUtf8(field);
        }
        const CliRun before = run(QStringList{file} + fields);
        QVERIFY2(before.out.contains("20"), before.out.constData());
        QCOMPARE(run(QStringList{again} + fields).out, before.out);
    }

    void jsonCanBeRead() {
        const CliRun result = replay(path("echo.pcapng"), "-T|json");
        QVERIFY2(result.exitCode == 0, said(result).constData());
        const QJsonDocument report = QJsonDocument::fromJson(result.out);
        QVERIFY2(report.isObject(), result.out.constData());
    }

    void keepsWhatPassed() {
        const CliRun result =
            replay(path("echo.pcapng"), ("-w|" + path("again.pcapng")).toUtf8().constData());
        QVERIFY2(result.exitCode == 0, said(result).constData());
        const QStringList fields{QStringLiteral("-Y"), QStringLiteral("websocket.opcode == text"),
                                 QStringLiteral("-T"), QStringLiteral("fields"),
                                 QStringLiteral("-e"), QStringLiteral("websocket.payload.text")};
        QList<QByteArray> before = run(QStringList{path("echo.pcapng")} + fields).lines();
        QList<QByteArray> after = run(QStringList{path("again.pcapng")} + fields).lines();
        std::sort(before.begin(), before.end());
        std::sort(after.begin(), after.end());
        QCOMPARE(after, before);
    }

    void noConnection() {
        Served gone(m_folder.path());
        QVERIFY(gone.start());
        const QString url = gone.address();
        QCOMPARE(gone.stop(), 0);
        const CliRun result =
            run({QStringLiteral("replay"), path("echo.pcapng"), QStringLiteral("--to"), url});
        QVERIFY2(result.exitCode == 2, said(result).constData());
    }

    void noCapture() {
        const CliRun result = replay(path("missing.pcapng"), "");
        QVERIFY2(result.exitCode == 2, said(result).constData());
    }

    void severalConversationsAreListed() {
        const CliRun result =
            replay(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-close-codes.pcap"), "");
        QVERIFY2(result.exitCode == 1, said(result).constData());
        QVERIFY2(result.err.contains("conversations in the capture"), result.err.constData());
        QVERIFY2(result.err.contains("--stream "), result.err.constData());
    }

    void numbersOfNothing() {
        const CliRun connection = replay(path("echo.pcapng"), "--stream|99");
        QVERIFY2(connection.exitCode == 1, said(connection).constData());
        QCOMPARE(connection.err,
                 "framescope-cli: There is no connection number 99 in the capture: the only one "
                 "has number 0.\n");
        const CliRun session = replay(path("echo.pcapng"), "--session|0");
        QVERIFY2(session.exitCode == 1, said(session).constData());
        QCOMPARE(session.err, "framescope-cli: There is no session of Engine.IO in the capture.\n");
        const CliRun several = replay(
            QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-close-codes.pcap"), "--stream|99");
        QCOMPARE(several.err,
                 "framescope-cli: There is no connection number 99 in the capture: they have the "
                 "numbers 0 to 7.\n");
    }

    void ignoresNoNonsense() {
        const CliRun result = replay(path("echo.pcapng"), "--ignore|foo bar");
        QVERIFY2(result.exitCode == 1, said(result).constData());
        QVERIFY2(
            result.err.startsWith("framescope-cli: \"foo bar\" cannot be read as what is to be "
                                  "ignored: a name without quotes ends here, at character 4. "
                                  "What can be ignored: $.time"),
            result.err.constData());
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliReplayTest)
#include "test_cli_replay.moc"
