// What helper and parent say to each other survives the way there, and nothing else is taken for
// it.
#include <climits>

#include <QTest>

#include "capture/spool/helper_protocol.h"

namespace framescope::helper {
namespace {

Request fullRequest() {
    return {.interface = "wlan0",
            .filter = "tcp port 3000 and not host 10.0.0.1",
            .snapLength = 96,
            .bufferBytes = 64 << 10,
            .promiscuous = false,
            .stop = {.packets = 1, .bytes = 2, .milliseconds = 3, .files = 4},
            .ring = {.packets = 5, .bytes = UINT64_MAX, .milliseconds = 7}};
}

std::vector<Interface> someInterfaces() {
    return {{.name = "lo",
             .addresses = {"127.0.0.1", "::1"},
             .isUp = true,
             .isLoopback = true,
             .linkType = 1},
            {.name = "wlan0",
             .description = "a wireless one",
             .isWireless = true,
             .closed = Failed{Failure::NoRight, "The system does not allow it."}},
            {.name = "nflog", .linkType = 239}};
}

std::string withoutLineEnd(std::string line) {
    if (line.ends_with('\n')) line.pop_back();
    return line;
}

class HelperProtocolTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void requestsComeBack() {
        for (const Request& request : {Request{.interface = "lo"}, fullRequest()}) {
            const auto read = parseRequest(arguments(request));
            QVERIFY(std::holds_alternative<Request>(read));
            QVERIFY(std::get<Request>(read) == request);
        }
    }

    void textsOfARequestAreTakenAsTheyAre() {
        Request request = fullRequest();
        request.interface = "--filter=x y";
        request.filter = "a\nb \xff --interface=eth0";
        const auto read = parseRequest(arguments(request));
        QVERIFY(std::holds_alternative<Request>(read));
        QVERIFY(std::get<Request>(read) == request);
    }

    void wrongRequestsAreExplained_data() {
        QTest::addColumn<QStringList>("given");
        QTest::addColumn<QString>("sentence");
        const QString lo = QStringLiteral("--interface=lo");
        const auto row = [](const char* name, const QStringList& given, const char* sentence) {
            QTest::newRow(name) << given << QString::fromUtf8(sentence);
        };
        row("nothing", {}, "The first argument of a request must be \"capture\".");
        row("another word", {lo}, "The first argument of a request must be \"capture\".");
        const QString capture = QStringLiteral("capture");
        row("no interface", {capture}, "The argument --interface=NAME is missing.");
        row("empty interface", {capture, QStringLiteral("--interface=")},
            "The argument --interface=NAME is missing.");
        row("unknown", {capture, lo, QStringLiteral("--colour=red")},
            "The argument \"--colour=red\" is not known.");
        row("rings have no number of files", {capture, lo, QStringLiteral("--ring-files=2")},
            "The argument \"--ring-files=2\" is not known.");
        row("snap length 0", {capture, lo, QStringLiteral("--snap-length=0")},
            "\"--snap-length=0\" wants a number from 1 to 262144.");
        row("snap length too large", {capture, lo, QStringLiteral("--snap-length=262145")},
            "\"--snap-length=262145\" wants a number from 1 to 262144.");
        row("no number", {capture, lo, QStringLiteral("--snap-length=1x")},
            "\"--snap-length=1x\" wants a number from 1 to 262144.");
        row("small buffer", {capture, lo, QStringLiteral("--buffer-bytes=65535")},
            "\"--buffer-bytes=65535\" wants a number from 65536 to 1073741824.");
        row("negative", {capture, lo, QStringLiteral("--stop-packets=-1")},
            "\"--stop-packets=-1\" wants a number above 0.");
        row("beyond 64 bits", {capture, lo, QStringLiteral("--stop-bytes=18446744073709551616")},
            "\"--stop-bytes=18446744073709551616\" wants a number above 0.");
        row("promiscuous", {capture, lo, QStringLiteral("--promiscuous=yes")},
            "\"--promiscuous=yes\" wants a number from 0 to 1.");
    }

    void wrongRequestsAreExplained() {
        QFETCH(QStringList, given);
        QFETCH(QString, sentence);
        std::vector<std::string> words;
        for (const QString& word : given) words.push_back(word.toStdString());
        const auto read = parseRequest(words);
        QVERIFY(std::holds_alternative<std::string>(read));
        QCOMPARE(QString::fromStdString(std::get<std::string>(read)), sentence);
    }

    void messagesComeBack_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("at");
        const char* const lines[] = {
            "hello 1 0.1.0",
            "opened 276 262144",
            "file 12",
            "counters 1 2 3 4 5 18446744073709551615",
            "full",
            "stopped asked",
            "stopped packets",
            "stopped bytes",
            "stopped duration",
            "stopped files",
            "failed no-right You may not.",
            "failed no-right-and-down Nor is it up.",
            "failed no-device There is no \"x\".",
            "failed device-down a",
            "failed device-gone b",
            "failed bad-filter syntax error",
            "failed disk-full c",
            "failed write-failed d",
            "failed usage e",
            "failed other ",
        };
        int at = 0;
        for (const char* const line : lines) {
            QTest::newRow(line) << QString::fromUtf8(line) << at++;
        }
    }

    void messagesComeBack() {
        QFETCH(QString, line);
        QFETCH(int, at);
        const Message messages[] = {
            Hello{1, "0.1.0"},
            Opened{276, 262144},
            FileBegun{12},
            Counters{1, 2, 3, 4, 5, UINT64_MAX},
            FileFull{},
            Stopped{StopReason::Asked},
            Stopped{StopReason::Packets},
            Stopped{StopReason::Bytes},
            Stopped{StopReason::Duration},
            Stopped{StopReason::Files},
            Failed{Failure::NoRight, "You may not."},
            Failed{Failure::NoRightAndDown, "Nor is it up."},
            Failed{Failure::NoDevice, "There is no \"x\"."},
            Failed{Failure::DeviceDown, "a"},
            Failed{Failure::DeviceGone, "b"},
            Failed{Failure::BadFilter, "syntax error"},
            Failed{Failure::DiskFull, "c"},
            Failed{Failure::WriteFailed, "d"},
            Failed{Failure::Usage, "e"},
            Failed{Failure::Other, ""},
        };
        QCOMPARE(QString::fromStdString(encode(messages[at])), line + QLatin1Char('\n'));
        QVERIFY(parseMessage(line.toStdString()) == messages[at]);
    }

    void damagedLinesAreNone_data() {
        QTest::addColumn<QByteArray>("line");
        const QByteArray lines[] = {"",
                                    " ",
                                    "hallo 1 0.1.0",
                                    "Hello 1 0.1.0",
                                    "hello",
                                    "hello 1",
                                    "hello x 0.1.0",
                                    "hello 99999999999 0.1.0",
                                    " hello 1 0.1.0",
                                    "hello  1 0.1.0",
                                    "opened 1",
                                    "opened 1 ",
                                    "opened 1 2 ",
                                    "opened 1 2 3",
                                    "opened 1 -2",
                                    "opened 1 +2",
                                    "opened 4294967296 2",
                                    "file",
                                    "file one",
                                    "file 0x1",
                                    "counters 1 2 3 4 5",
                                    "counters 1 2 3 4 5 6 7",
                                    "counters 1 2 3 4 5 18446744073709551616",
                                    "full ",
                                    "full 1",
                                    "stopped",
                                    "stopped bored",
                                    "stopped asked twice",
                                    "failed",
                                    "failed other",
                                    "failed gloriously a sentence",
                                    "full\n",
                                    "full\r",
                                    "failed other a\nstopped asked",
                                    QByteArray("failed other a\0b", 16)};
        int number = 0;
        for (const QByteArray& line : lines) {
            QTest::addRow("%d: %s", ++number, line.constData()) << line;
        }
    }

    void damagedLinesAreNone() {
        QFETCH(QByteArray, line);
        QVERIFY(!parseMessage({line.constData(), static_cast<std::size_t>(line.size())}));
    }

    void aSentenceCannotBreakItsLine() {
        const std::string hostile = std::string("a\nstopped asked\r\n\x1b[2J\0b\x7f", 24);
        const std::string line = encode(Failed{Failure::Other, hostile});
        QCOMPARE(std::count(line.begin(), line.end(), '\n'), 1);
        const auto read = parseMessage(withoutLineEnd(line));
        QVERIFY(read.has_value());
        QCOMPARE(std::get<Failed>(*read).sentence, std::string("a stopped asked   [2J b "));
    }

    void noLineIsLongerThanAPipeTakesAtOnce() {
        for (const std::size_t length : {3499u, 3500u, 3501u, 1000000u}) {
            std::string sentence(length, 'x');
            sentence += "\xc3\xa4";
            const std::string line = encode(Failed{Failure::WriteFailed, sentence});
            QVERIFY(line.size() <= PIPE_BUF);
            QVERIFY(parseMessage(withoutLineEnd(line)).has_value());
            // No half of a character is left over.
            QVERIFY(!withoutLineEnd(line).ends_with('\xc3'));
        }
    }

    void interfacesComeBack() {
        QVERIFY(parseInterfaces(encode(someInterfaces())) == someInterfaces());
        const std::vector<Interface> none;
        QVERIFY(parseInterfaces(encode(none)) == none);
        const std::string greeting = encode(Hello{kProtocol, "0.1.0"});
        QVERIFY(parseInterfaces(greeting + encode(someInterfaces())) == someInterfaces());
    }

    void aCutListIsNone() {
        const std::string text = encode(someInterfaces());
        for (std::size_t size = 0; size < text.size(); ++size) {
            QVERIFY2(!parseInterfaces(text.substr(0, size)), std::to_string(size).c_str());
        }
    }

    void aDamagedListIsNone_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("too many") << QByteArray("interface lo\ninterfaces 2\n");
        QTest::newRow("too few") << QByteArray("interface lo\ninterfaces 0\n");
        QTest::newRow("more behind") << QByteArray("interfaces 0\ninterfaces 0\n");
        QTest::newRow("nameless") << QByteArray("interface\ninterfaces 1\n");
        QTest::newRow("before the first") << QByteArray("flag up\ninterface lo\ninterfaces 1\n");
        QTest::newRow("unknown line") << QByteArray("interface lo\ncolour red\ninterfaces 1\n");
        QTest::newRow("unknown flag") << QByteArray("interface lo\nflag red\ninterfaces 1\n");
        QTest::newRow("link") << QByteArray("interface lo\nlink ethernet\ninterfaces 1\n");
        QTest::newRow("closed") << QByteArray("interface lo\nclosed why\ninterfaces 1\n");
        QTest::newRow("hello inside") << QByteArray("interface lo\nhello 1 0.1.0\ninterfaces 1\n");
        QTest::newRow("line end") << QByteArray("interface lo\r\ninterfaces 1\r\n");
    }

    void aDamagedListIsNone() {
        QFETCH(QByteArray, text);
        QVERIFY(!parseInterfaces(text.toStdString()));
    }

    void textsOfInterfacesCannotBreakTheList() {
        const std::vector<Interface> hostile{{.name = "a\ninterfaces 1",
                                              .description = "b\r\nflag up",
                                              .addresses = {"c\n"},
                                              .closed = Failed{Failure::Other, "d\nlink 1"}}};
        const auto read = parseInterfaces(encode(hostile));
        QVERIFY(read.has_value());
        QCOMPARE(read->size(), std::size_t{1});
        QCOMPARE((*read)[0].name, std::string("a interfaces 1"));
        QCOMPARE((*read)[0].description, std::string("b  flag up"));
        QVERIFY(!(*read)[0].isUp);
        QVERIFY(!(*read)[0].linkType);
        QCOMPARE((*read)[0].closed->sentence, std::string("d link 1"));
    }
};

}  // namespace
}  // namespace framescope::helper

QTEST_GUILESS_MAIN(framescope::helper::HelperProtocolTest)
#include "test_helper_protocol.moc"
