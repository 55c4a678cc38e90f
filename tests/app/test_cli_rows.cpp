// The terminal program on captures: what it prints of them, in every format.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tests/capture/file/capture_builder.h"
#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::CliRun;
using test::kMask;
using test::kOtherMask;
using test::TcpConversation;
using test::webSocketClose;
using test::webSocketFrame;
using test::webSocketText;

constexpr auto kClient = Direction::ClientToServer;
constexpr auto kServer = Direction::ServerToClient;

/// Eleven rows: open, request, response, five Socket.IO packets, two close frames, end.
void addSocketIo(CaptureBuilder& capture, test::ConversationOptions options = {}) {
    TcpConversation chat(capture, options);
    chat.handshake();
    chat.upgrade("/socket.io/?EIO=4&transport=websocket");
    chat.send(kServer, webSocketText(R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,)"
                                     R"("pingTimeout":20000,"maxPayload":1000000})"));
    chat.send(kClient, webSocketText("40/chat,", kMask));
    chat.send(kServer, webSocketText(R"(40/chat,{"sid":"x"})"));
    chat.send(kClient, webSocketText(R"(42/chat,12["message",{"room":"lobby"}])", kOtherMask));
    chat.send(kServer, webSocketText(R"(43/chat,12["ok"])"));
    chat.send(kClient, webSocketClose(1000, "bye", kMask));
    chat.send(kServer, webSocketClose(1000, "bye"));
    chat.close();
}

class CliRowsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_chat;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    QString write(const char* name, const CaptureBuilder& capture) const {
        QString file = path(name);
        if (!capture.write(file.toStdString())) qFatal("cannot write %s", name);
        return file;
    }

    static CliRun run(const QString& file, const char* arguments,
                      const QStringList& environment = {}) {
        QStringList list = QString::fromUtf8(arguments).split(u' ', Qt::SkipEmptyParts);
        list << file;
        return test::runCli(QStringLiteral(FRAMESCOPE_CLI), list, environment);
    }

    static QJsonObject object(const QByteArray& line) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(line, &error);
        if (error.error != QJsonParseError::NoError) qWarning("%s", line.constData());
        return document.object();
    }

private Q_SLOTS:
    void initTestCase() {
        CaptureBuilder capture;
        addSocketIo(capture);
        m_chat = write("chat.pcap", capture);
    }

    void oneLineARow() {
        const CliRun result = run(m_chat, "");
        QCOMPARE(result.err, QByteArray());
        QCOMPARE(result.exitCode, 0);
        const QList<QByteArray> lines = result.lines();
        QCOMPARE(lines.size(), 11);
        const char* const protocols[] = {"TCP",       "HTTP",      "HTTP",      "Engine.IO",
                                         "Socket.IO", "Socket.IO", "Socket.IO", "Socket.IO",
                                         "WebSocket", "WebSocket", "TCP"};
        for (qsizetype i = 0; i < lines.size(); ++i) {
            const QList<QByteArray> columns = lines[i].simplified().split(' ');
            QVERIFY2(columns.size() >= 6, lines[i].constData());
            QCOMPARE(columns[0].toInt(), i + 1);
            QCOMPARE(columns[2], QByteArray("0"));
            QVERIFY(columns[3] == "->" || columns[3] == "<-");
            QCOMPARE(columns[4], QByteArray(protocols[i]));
            QCOMPARE(lines[i].mid(6, 1), QByteArray(" "));
        }
        QCOMPARE(lines[1].simplified().split(' ')[1], QByteArray("0.003000"));
        QVERIFY(lines[1].contains(" -> HTTP"));
        QVERIFY(lines[2].contains(" <- HTTP"));
        QVERIFY(lines[6].contains("message"));
        QVERIFY2(!result.out.contains('\033'), "colour although nobody watches");
        QCOMPARE(run(m_chat, "-r").out, result.out);
    }

    void fields() {
        const CliRun result = run(m_chat,
                                  "-T fields -e frame.number -e websocket.opcode -e socketio.event "
                                  "-e tcp.port -Y socketio||http.request");
        QCOMPARE(result.exitCode, 0);
        const QList<QByteArray> expected = {"4\t\t\t40000,3000", "7\t1\t\t40000,3000",
                                            "8\t1\t\t3000,40000", "9\t1\tmessage\t40000,3000",
                                            "10\t1\t\t3000,40000"};
        QCOMPARE(result.lines(), expected);
    }

    void droppedPackets() {
        // A section, an interface and two packets; three were dropped before the second, and five
        // in all.
        const auto block = [](std::initializer_list<std::uint32_t> words) {
            QByteArray bytes;
            const auto add = [&bytes](std::uint32_t word) {
                for (int i = 0; i < 4; ++i) bytes += static_cast<char>(word >> (8 * i));
            };
            const auto size = static_cast<std::uint32_t>(4 * words.size() + 8);
            bool first = true;
            for (const std::uint32_t word : words) {
                add(word);
                if (std::exchange(first, false)) add(size);
            }
            add(size);
            return bytes;
        };
        constexpr std::uint32_t kEightBytes = 8U << 16;
        const QString file = path("drops.pcapng");
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(block({0x0a0d0d0a, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff}));
        out.write(block({1, 1, 0}));
        // Ethernet with a type for experiments: nothing that is read, and nothing wrong.
        constexpr std::uint32_t kType = 0xb588;
        out.write(block({6, 0, 0, 0, 16, 16, 0, 0, 0, kType}));
        out.write(block({6, 0, 0, 1, 16, 16, 0, 0, 0, kType, 4 | kEightBytes, 3, 0, 0}));
        out.write(block({5, 0, 0, 1, 7 | kEightBytes, 5, 0, 0}));
        out.close();

        const QByteArray notice =
            "framescope-cli: The capturing system dropped 5 packets on interface 0.\n";
        const QByteArray info = "3 packets dropped by the capturing system before packet 2";
        const CliRun text = run(file, "");
        QCOMPARE(text.out, "     1     0.000001    - -- Capture          0  " + info + '\n');
        QCOMPARE(text.err, notice);
        QCOMPARE(text.exitCode, 0);

        const QJsonObject row = object(run(file, "-T json").out);
        QVERIFY(!row.contains(QStringLiteral("connection")));
        QVERIFY(!row.contains(QStringLiteral("direction")));
        QCOMPARE(row[QStringLiteral("info")].toString(), QString::fromUtf8(info));
        const QJsonObject fields = row[QStringLiteral("fields")].toObject();
        QVERIFY(!fields.contains(QStringLiteral("tcp.stream")));
        QCOMPARE(fields[QStringLiteral("capture.drops")].toInt(), 3);

        QCOMPARE(run(file, "-T fields -e tcp.stream -e capture.drops -e frame.number").out,
                 QByteArray("\t3\t2\n"));
        QCOMPARE(run(file, "-Y tcp.stream==0").out, QByteArray());
        QVERIFY(run(file, "-V -x").out.contains("Packets dropped: 3"));
        QVERIFY(run(file, "-q").out.contains("Dropped packets         3\n"));
        QVERIFY(run(file, "-q").out.contains("  Capture               1\n"));
        QVERIFY(run(file, "-z connections -z sessions").out.contains("There is no TCP connection"));
        QVERIFY(!run(m_chat, "-q").out.contains("Dropped"));
    }

    void fieldsLayout() {
        const char* const common = "-Tfields -e frame.number -e tcp.port -c1 ";
        const auto lines = [&](const char* more) {
            return run(m_chat, (std::string(common) + more).c_str()).out;
        };
        QCOMPARE(lines("-E header=y"), QByteArray("frame.number\ttcp.port\n1\t40000,3000\n"));
        QCOMPARE(lines("-E separator=; -E aggregator=/s"), QByteArray("1;40000 3000\n"));
        QCOMPARE(lines("-E occurrence=f"), QByteArray("1\t40000\n"));
        QCOMPARE(lines("-E occurrence=l"), QByteArray("1\t3000\n"));
    }

    void textStaysOnItsLine() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/");
        chat.send(kServer, webSocketText("a\tb\nc\rd\x1b[31m\x7f\xff\xc3\xa9 \\ \""));
        const QString file = write("control.pcap", capture);
        const CliRun fields = run(file, "-Tfields -e websocket.payload.text -Y websocket");
        QCOMPARE(fields.out, QByteArray("a\\tb\\nc\\rd\\x1b[31m\\x7f\xef\xbf\xbd\xc3\xa9 \\ \"\n"));
        const CliRun text = run(file, "-V");
        QVERIFY(!text.out.contains('\033'));
        const CliRun json = run(file, "-Tjson -e websocket.payload.text -Y websocket");
        QCOMPARE(json.lines().size(), 1);
        QCOMPARE(object(json.lines()[0])[u"fields"][u"websocket.payload.text"].toString(),
                 QString::fromUtf8("a\tb\nc\rd\x1b[31m\x7f\xef\xbf\xbd\xc3\xa9 \\ \""));
    }

    void json() {
        const CliRun result = run(m_chat, "-T json");
        QCOMPARE(result.exitCode, 0);
        const QList<QByteArray> lines = result.lines();
        QCOMPARE(lines.size(), 11);
        for (const QByteArray& line : lines) {
            const QJsonObject row = object(line);
            const QStringList keys = {
                QStringLiteral("connection"), QStringLiteral("direction"), QStringLiteral("fields"),
                QStringLiteral("info"),       QStringLiteral("issues"),    QStringLiteral("layers"),
                QStringLiteral("length"),     QStringLiteral("number"),    QStringLiteral("packet"),
                QStringLiteral("protocol"),   QStringLiteral("time")};
            QCOMPARE(row.keys(), keys);
            QCOMPARE(row[u"layers"][0].toString(), QStringLiteral("frame"));
            QVERIFY(row[u"fields"][u"frame.number"].isDouble());
        }
        const QJsonObject event = object(lines[6]);
        QCOMPARE(event[u"number"].toInt(), 7);
        QCOMPARE(event[u"packet"].toInt(), 9);
        QCOMPARE(event[u"time"].toString(), QStringLiteral("1577836800.008000000"));
        QCOMPARE(event[u"connection"].toInt(), 0);
        QCOMPARE(event[u"direction"].toString(), QStringLiteral("c2s"));
        QCOMPARE(event[u"protocol"].toString(), QStringLiteral("Socket.IO"));
        QCOMPARE(event[u"issues"].toArray().size(), 0);
        QStringList layers;
        for (const auto& layer : event[u"layers"].toArray()) layers << layer.toString();
        QCOMPARE(layers.mid(0, 7),
                 QStringList({QStringLiteral("frame"), QStringLiteral("eth"), QStringLiteral("ip"),
                              QStringLiteral("tcp"), QStringLiteral("websocket"),
                              QStringLiteral("engineio"), QStringLiteral("socketio")}));
        const QJsonObject fields = event[u"fields"].toObject();
        QCOMPARE(fields[u"websocket.fin"], QJsonValue(true));
        QCOMPARE(fields[u"websocket.opcode"], QJsonValue(1));
        QCOMPARE(fields[u"websocket.masking_key"].toString(), QStringLiteral("9c05d16e"));
        QCOMPARE(fields[u"ip.src"].toString(), QStringLiteral("10.0.0.1"));
        QCOMPARE(fields[u"socketio.event"].toString(), QStringLiteral("message"));
        QCOMPARE(fields[u"socketio.id"], QJsonValue(12));
        QVERIFY(!fields.contains(u"websocket"));
    }

    void jsonOfChosenFields() {
        const CliRun result = run(
            m_chat, "-T json -e tcp.port -e websocket -e socketio.id -e tcp.port -Y socketio.id");
        QCOMPARE(result.lines().size(), 2);
        QCOMPARE(result.lines()[0],
                 QByteArray("{\"number\":7,\"fields\":{\"tcp.port\":[40000,3000],"
                            "\"websocket\":true,\"socketio.id\":12}}"));
    }

    void issuesAreShown() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/");
        chat.send(kClient, webSocketText("not masked"));
        const QString file = write("issue.pcap", capture);
        const char* const filter = "-Y issue.code==websocket.client-not-masked ";
        const auto with = [&](const char* more) {
            return run(file, (std::string(filter) + more).c_str());
        };
        QCOMPARE(with("").lines().size(), 1);
        QVERIFY(with("-V").out.contains("[error websocket.client-not-masked: "));
        QCOMPARE(with("-Tfields -e issue.code -e issue.severity").out,
                 QByteArray("websocket.client-not-masked\terror\n"));
        const QJsonObject row = object(with("-Tjson").lines()[0]);
        const QJsonObject issue = row[u"issues"][0].toObject();
        QCOMPARE(issue[u"code"].toString(), QStringLiteral("websocket.client-not-masked"));
        QCOMPARE(issue[u"severity"].toString(), QStringLiteral("error"));
        QCOMPARE(issue[u"specification"].toString(), QStringLiteral("RFC 6455 section 5.1"));
        QVERIFY(run(file, "-q").out.contains("\n  error                 1\n"));
    }

    void treeAndBytes() {
        const CliRun tree = run(m_chat, "-V -Y socketio.event");
        QCOMPARE(tree.exitCode, 0);
        for (const char* part : {"\nPacket", "\nTransmission Control Protocol", "\nWebSocket",
                                 "\nSocket.IO", "Opcode: text (1)", "message", "lobby"}) {
            QVERIFY2(tree.out.contains(part), part);
        }
        const CliRun bytes = run(m_chat, "-x -Y socketio.event");
        QVERIFY(bytes.out.contains("0000  02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00   "));
        QVERIFY2(bytes.out.contains("42/chat,12[\"mess"), "the unmasked payload is missing");
    }

    void missingBytesShowAsHoles() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/");
        const Bytes frame = webSocketText(std::string(200, 'x'));
        chat.send(kServer, ByteView(frame).first(100));
        chat.lose(kServer, 50);
        chat.send(kServer, ByteView(frame).subspan(150));
        chat.close();
        const CliRun result = run(write("hole.pcap", capture), "-x -Y websocket");
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.contains("-- -- -- "));
    }

    void rowLimit() {
        QCOMPARE(run(m_chat, "-c 1").lines().size(), 1);
        QCOMPARE(run(m_chat, "-c 3").lines().size(), 3);
        QCOMPARE(run(m_chat, "-c 100").lines().size(), 11);
        const CliRun filtered = run(m_chat, "-c 2 -Y websocket");
        QCOMPARE(filtered.lines().size(), 2);
        QVERIFY(filtered.lines()[0].startsWith("     4 "));
    }

    void summary() {
        CaptureBuilder capture;
        addSocketIo(capture);
        addSocketIo(capture, {.ipv6 = true, .clientPort = 40001});
        const Bytes arp(42, 0);
        capture.packet(arp);
        const CliRun result = run(write("summary.pcap", capture), "-q");
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.err, QByteArray());
        for (const char* line : {"Packets                 31\n", "  TCP                   30\n",
                                 "  not IP                1\n", "Connections             2\n",
                                 "Time span               0.030000 s\n",
                                 "Rows                    22\n", "  HTTP                  4\n",
                                 "  Socket.IO             8\n", "  Engine.IO             2\n",
                                 "  WebSocket             4\n", "Issues                  0\n",
                                 "First packet            2020-01-01 00:00:00.000000000 UTC\n"}) {
            QVERIFY2(result.out.contains(line), (line + result.out).constData());
        }
        QVERIFY(!result.out.contains("UDP"));
    }

    /// A packet of a pcapng file that gives it no time.
    void withoutATime() {
        testing::PcapngBuilder capture(false);
        capture.interface(195);
        capture.simple(Bytes(9, 0x41), 9);
        capture.enhanced(0, 1'577'836'800'000'000, Bytes(8, 0x42));
        capture.enhanced(0, 1'577'836'801'000'000, Bytes(8, 0x42));
        const QString file = path("untimed.pcapng");
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(reinterpret_cast<const char*>(capture.bytes().data()),
                  static_cast<qint64>(capture.bytes().size()));
        out.close();
        const CliRun rows = run(file, "");
        QCOMPARE(rows.lines().size(), 3);
        QVERIFY2(rows.lines()[0].startsWith("     1      no time    - -- Capture "), rows.out);
        QVERIFY2(rows.lines()[2].startsWith("     3     1.000000    - -- Capture "), rows.out);
        const CliRun json = run(file, "-T json");
        QVERIFY2(json.out.contains("\"packet\":1,\"time\":null,"), json.out);
        QVERIFY(json.out.contains("\"packet\":2,\"time\":\"1577836800.000000000\","));
        const CliRun fields =
            run(file, "-T fields -e frame.number -e frame.time_epoch -e frame.time_relative");
        QVERIFY2(fields.out.startsWith("1\t\t\n2\t1577836800.000000000\t0.000000000\n"),
                 fields.out);
        const CliRun summary = run(file, "-q");
        for (const char* line : {"Packets without a time  1\n",
                                 "First packet            2020-01-01 00:00:00.000000000 UTC\n",
                                 "Time span               1.000000 s\n"}) {
            QVERIFY2(summary.out.contains(line), (line + summary.out).constData());
        }
    }

    void emptyCapture() {
        const QString file = write("none.pcap", CaptureBuilder());
        const CliRun rows = run(file, "");
        QCOMPARE(rows.exitCode, 0);
        QCOMPARE(rows.out, QByteArray());
        const CliRun summary = run(file, "-q");
        QCOMPARE(summary.exitCode, 0);
        QVERIFY(summary.out.startsWith("Packets                 0\n"));
    }

    void cutOffCapture() {
        QFile whole(m_chat);
        QVERIFY(whole.open(QIODevice::ReadOnly));
        QByteArray content = whole.readAll();
        content.chop(30);
        QFile cut(path("cut.pcap"));
        QVERIFY(cut.open(QIODevice::WriteOnly));
        cut.write(content);
        cut.close();
        const CliRun result = run(cut.fileName(), "-Y websocket");
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(result.lines().size(), 7);
        QVERIFY(result.err.startsWith("framescope-cli: "));
        QCOMPARE(result.err.count('\n'), 1);
        const CliRun summary = run(cut.fileName(), "-q");
        QCOMPARE(summary.exitCode, 3);
        QVERIFY(summary.out.contains("\nNotice "));
        // Who has enough before the damage does not hear of it.
        QCOMPARE(run(cut.fileName(), "-c 1").err, QByteArray());
        QCOMPARE(run(cut.fileName(), "-c 1").exitCode, 0);
    }

    void readerThatLeavesEarly() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/");
        for (int i = 0; i < 20'000; ++i) chat.send(kServer, webSocketText("to nobody"));
        const QString file = write("long.pcap", capture);
        for (const char* options : {"", "-V", "-Tjson", "-Tfields -e frame.number"}) {
            const CliRun result =
                test::runCli(QStringLiteral("/bin/bash"),
                             {QStringLiteral("-c"),
                              QStringLiteral("\"$0\" ") + QString::fromUtf8(options) +
                                  QStringLiteral(" \"$1\" | head -n 1; exit ${PIPESTATUS[0]}"),
                              QStringLiteral(FRAMESCOPE_CLI), file});
            QCOMPARE(result.exitCode, 0);
            QCOMPARE(result.lines().size(), 1);
            QCOMPARE(result.err, QByteArray());
        }
    }

    void manualPageDocumentsOptionsAndKeys() {
        QFile page(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/app/cli/framescope-cli.1"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QByteArray text = page.readAll();
        for (const char option : QByteArray("rYTeEVxcqGhv")) {
            QVERIFY2(text.contains(QByteArray("\n.It Fl ") + option), &option);
        }
        const QJsonObject row = object(run(m_chat, "-Tjson -c1").lines()[0]);
        for (const QString& key : row.keys()) {
            QVERIFY2(text.contains("\n.It Li " + key.toUtf8() + '\n'), key.toUtf8().constData());
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliRowsTest)
#include "test_cli_rows.moc"
