// The commands send, replay and serve without a network: options, mistakes, help.
#include <QTest>

#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CliRun;

CliRun run(const QStringList& arguments) {
    return test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
}

class CliSendUsageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        // Arguments are joined by "|", as they may hold spaces.
        const auto row = [](const char* arguments, const char* sentence) {
            QTest::newRow(arguments)
                << QString::fromUtf8(arguments).split(u'|') << QByteArray(sentence);
        };
        row("send", "send needs the URL of a server: framescope-cli send ws://localhost:3000/");
        row("send|ws://a/|-i|lo", "There is no option -i; send -h lists them.");
        row("send|ws://a/|--colour", "There is no option --colour; send -h lists them.");
        row("send|ws://a/|--header", "The option --header needs a value.");
        row("send|ws://a/|--header|X", "'X' is no header: it looks like 'Name: value'.");
        row("send|ws://a/|--opcode|16",
            "--opcode takes continuation, text, binary, close, ping, pong or a number up to 15, "
            "and not '16'.");
        row("send|ws://a/|--rsv|4",
            "--rsv takes the numbers of the bits to be set, such as 1 or 2,3, and not '4'.");
        row("send|ws://a/|--rsv|1,",
            "--rsv takes the numbers of the bits to be set, such as 1 or 2,3, and not '1,'.");
        row("send|ws://a/|--mask|12",
            "--mask takes random, zero or a key of eight hex digits, and not '12'.");
        row("send|ws://a/|--length|8", "--length takes 7, 16 or 64, and not '8'.");
        row("send|ws://a/|--announce|-1", "--announce takes a number of bytes, and not '-1'.");
        row("send|ws://a/|--compress=maybe",
            "--compress takes =agreed, =context or =no-context, and not 'maybe'.");
        row("send|ws://a/|--fragments|3,,2",
            "--fragments takes the sizes of fragments in bytes, such as 10,5; what is left over "
            "is the last one.");
        row("send|ws://a/|--eio|5",
            "--eio takes the revision of Engine.IO, 3 (socket.io 2) or 4 (socket.io 3 and 4), and "
            "not '5'.");
        row("send|ws://a/|--sio|--polling|--websocket",
            "Only one of --polling, --websocket and --upgrade can be chosen.");
        row("send|ws://a/|--polling",
            "--polling, --websocket, --upgrade and --no-heartbeat are of Engine.IO: they go with "
            "--sio or --eio.");
        row("send|ws://a/|--eio|4|--ack",
            "--nsp, --auth, --msgpack and --ack are of Socket.IO: they go with --sio.");
        row("send|ws://a/|--sio|--nsp|chat",
            "--nsp takes a namespace, which begins with a slash, and not 'chat'.");
        row("send|ws://a/|--sio|--auth|{", "--auth takes JSON, and not '{'.");
        row("send|ws://a/|--sio|--opcode|text",
            "Options that shape frames (--opcode, --mask, --length, ...) do not go with --sio, "
            "--eio or --bytes.");
        row("send|ws://a/|--sio|message {\"a\":",
            "The arguments of the event message are no JSON: {\"a\":");
        row("send|ws://a/|--bytes|--eio|4",
            "--bytes speaks no protocol; it does not go with --sio or --eio.");
        row("send|ws://a/|--bytes|--deflate",
            "--bytes sends nothing by itself, so there is no handshake to be changed.");
        row("send|ws://a/|--raw|x|--deflate",
            "--raw is the whole request; options that change the handshake do not go with it.");
        row("send|ws://a/|--raw|-|--script|-",
            "--script and --raw cannot both be read from standard input.");
        row("send|ws://a/|--script|x|hello",
            "What a script sends stands in it; other messages do not go with --script.");
        row("send|ws://a/|--script|x|--linger|1",
            "A script ends with its last line; write {\"wait\":\"2s\"} there instead of --linger.");
        row("send|ws://a/|--linger|long", "--linger takes seconds, or forever, and not 'long'.");
        row("send|ws://a/|--every|2",
            "--every takes seconds, more than 0, and the message behind them: --every 5 hello.");
        row("send|ws://a/|--seed|0", "--seed takes a number, 1 or more, and not '0'.");
        row("send|ws://a/|--close|soon",
            "--close takes a code, CODE:REASON, none or cut, and not 'soon'.");
        row("send|ws://a/|--reconnect=0",
            "--reconnect takes a number of attempts, 1 or more: --reconnect=5.");
        row("send|ws://a/|--proxy|localhost",
            "'localhost' is no value for --proxy: it is [USER:PASSWORD@]HOST:PORT, an IPv6 "
            "address in brackets.");
        row("send|ws://a/|--timeout|0", "--timeout takes seconds, more than 0, and not '0'.");
        row("send|ws://a/|--dry-run",
            "--dry-run shows what would be sent: messages, or a --script.");
        row("send|ws://a/|--idle|0", "--idle takes seconds, more than 0, and not '0'.");
        row("send|wss://a/|--ca|/nowhere/c.pem",
            "The file of --ca, '/nowhere/c.pem', cannot be read: No such file or directory.");
        row("send|ws://a/|--json|{bad",
            "The payload is not valid JSON: line 1, column 2: a member begins with a name in "
            "quotes.");
        row("send|ws://a/|--hex|0g",
            "The hex digits cannot be read: line 1, column 2: This is no hex digit.");
        row("send|ws://a/|--hex|012",
            "The hex digits cannot be read: line 1, column 1: Hex digits come in pairs; one is "
            "missing.");
        row("send|ws://a/|--key|k.pem",
            "--key goes with --cert, the certificate that it belongs "
            "to.");
        row("send|ws://a/|--insecure|--ca|c.pem",
            "--insecure checks no certificate, and --ca says which to trust; they do not go "
            "together.");
        row("send|ws://a/|-Tfields", "-T fields needs to know which fields: name them with -e.");
        row("send|ws://a/|-q|-c|1", "-q sums up the whole capture; it does not go with -Y or -c.");
        row("send|ws://a/|-w|-", "-w takes the name of a file; standard output has the rows.");
    }

    void mistakes() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const CliRun result = run(arguments);
        QCOMPARE(result.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(result.out, QByteArray());
        QCOMPARE(result.exitCode, 1);
    }

    /// Nobody listens there, and nobody is asked.
    void dryRun() {
        const CliRun shown =
            run({QStringLiteral("send"), QStringLiteral("ws://127.0.0.1:1/"),
                 QStringLiteral("--dry-run"), QStringLiteral("--mask"), QStringLiteral("zero"),
                 QStringLiteral("-x"), QStringLiteral("hello"), QStringLiteral("--rsv"),
                 QStringLiteral("2")});
        QVERIFY2(shown.exitCode == 0, shown.err.constData());
        QVERIFY2(shown.out.contains("hello"), shown.out.constData());
        QVERIFY2(shown.out.contains("a1 85 00 00 00 00 68 65"), shown.out.constData());
        QVERIFY2(shown.err.contains("websocket.reserved-bits"), shown.err.constData());
        const CliRun event = run({QStringLiteral("send"), QStringLiteral("ws://127.0.0.1:1/"),
                                  QStringLiteral("--dry-run"), QStringLiteral("--sio"),
                                  QStringLiteral("-V"), QStringLiteral("message 1")});
        QVERIFY2(event.exitCode == 0, event.err.constData());
        QVERIFY2(event.out.contains("EVENT"), event.out.constData());
        QCOMPARE(event.err, QByteArray());
    }

    /// What other parts say is only passed on.
    void mistakesThatOthersFind_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("part");
        QTest::newRow("scheme") << QStringList{QStringLiteral("send"), QStringLiteral("ftp://a/")}
                                << QByteArray("ftp");
        QTest::newRow("draft") << QStringList{QStringLiteral("send"), QStringLiteral("ws://a/"),
                                              QStringLiteral("--draft"),
                                              QStringLiteral("{\"txet\":1}")}
                               << QByteArray("txet");
        QTest::newRow("script") << QStringList{QStringLiteral("send"), QStringLiteral("ws://a/"),
                                               QStringLiteral("--script"),
                                               QStringLiteral("/nowhere/s.jsonl")}
                                << QByteArray(
                                       "The script cannot be read from "
                                       "\"/nowhere/s.jsonl\": No such file or directory.");
        QTest::newRow("request") << QStringList{QStringLiteral("send"), QStringLiteral("ws://a/"),
                                                QStringLiteral("--raw"),
                                                QStringLiteral("/nowhere/r")}
                                 << QByteArray(
                                        "The request cannot be read from \"/nowhere/r\": No "
                                        "such file or directory.");
    }

    void mistakesThatOthersFind() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, part);
        const CliRun result = run(arguments);
        QVERIFY2(result.err.startsWith("framescope-cli: "), result.err.constData());
        QVERIFY2(result.err.contains(part), result.err.constData());
        QCOMPARE(result.err.count('\n'), 1);
        QCOMPARE(result.out, QByteArray());
        QCOMPARE(result.exitCode, 1);
    }

    /// A script with a mistake is found before anything is connected to.
    void scriptMistakesNameTheLine() {
        const CliRun result =
            test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                         {QStringLiteral("send"), QStringLiteral("ws://127.0.0.1:1/"),
                          QStringLiteral("--script"), QStringLiteral("-")},
                         {}, "# fine\n{\"wait\":1}\n{\"expect\":\"websocket.opcod == 1\"}\n");
        QCOMPARE(result.err,
                 QByteArray("framescope-cli: standard input, line 3: In the filter, at character "
                            "1: There is no field called 'websocket.opcod'. Did you mean "
                            "'websocket.opcode'?\n"));
        QCOMPARE(result.exitCode, 1);
    }

    void help() {
        const CliRun result = run({QStringLiteral("send"), QStringLiteral("-h")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.startsWith("Usage: framescope-cli send URL"));
        for (const char* const option : {"--url",
                                         "--json",
                                         "--hex",
                                         "--file",
                                         "--draft",
                                         "--every",
                                         "--script",
                                         "--linger",
                                         "--close",
                                         "--opcode",
                                         "--no-fin",
                                         "--rsv",
                                         "--mask",
                                         "--no-mask",
                                         "--seed",
                                         "--length",
                                         "--announce",
                                         "--fragments",
                                         "--compress",
                                         "--header",
                                         "--add-header",
                                         "--remove-header",
                                         "--origin",
                                         "--deflate",
                                         "--subprotocol",
                                         "--extension",
                                         "--raw",
                                         "--sio",
                                         "--eio",
                                         "--websocket",
                                         "--polling",
                                         "--upgrade",
                                         "--nsp",
                                         "--auth",
                                         "--ack",
                                         "--msgpack",
                                         "--bytes",
                                         "--no-pong",
                                         "--reconnect",
                                         "--insecure",
                                         "--ca",
                                         "--cert",
                                         "--key",
                                         "--sni",
                                         "--keylog",
                                         "--proxy",
                                         "--timeout",
                                         "--no-heartbeat",
                                         "--no-close-answer"}) {
            QVERIFY2(result.out.contains(option), option);
        }
        for (const QByteArray& line : result.lines()) QVERIFY2(line.size() <= 90, line.constData());
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliSendUsageTest)
#include "test_cli_send_usage.moc"
