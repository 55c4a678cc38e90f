// The terminal program without a capture: options, lists, mistakes, exit codes.
#include <QTemporaryDir>
#include <QTest>

#include "dissector/field/field_id.h"
#include "dissector/issue/issue.h"
#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CliRun;

CliRun run(const QStringList& arguments) {
    return test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
}

QByteArray bytes(std::string_view text) {
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

class CliUsageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* arguments, const char* sentence) {
            const QString text = QString::fromUtf8(arguments);
            QTest::newRow(arguments)
                << text.split(u' ', Qt::SkipEmptyParts) << QByteArray(sentence);
        };
        row("", "No capture was named; write framescope-cli FILE, or -h for help.");
        row("-q", "No capture was named; write framescope-cli FILE, or -h for help.");
        row("a.pcap b.pcap", "Only one capture is read at a time.");
        row("-r a.pcap b.pcap", "Only one capture is read at a time.");
        row("-y a.pcap", "There is no option -y; -h lists them.");
        row("-qy a.pcap", "There is no option -y; -h lists them.");
        row("--colour a.pcap", "There is no option --colour; -h lists them.");
        row("--help=x", "There is no option --help; -h lists them.");
        row("a.pcap -Y", "The option -Y needs a value.");
        row("a.pcap --read-file", "The option --read-file needs a value.");
        row("-T pdml a.pcap", "'pdml' is no format for -T: there are text, fields and json.");
        row("-T fields a.pcap", "-T fields needs to know which fields: name them with -e.");
        row("-e frame.number a.pcap",
            "-e names fields for -T fields or -T json; neither was asked for.");
        row("-T fields -e frame.numbr a.pcap",
            "There is no field called 'frame.numbr'. Did you mean 'frame.number'?");
        row("-Tfields -eframe.number -V a.pcap",
            "-V and -x print text; they do not go with -T fields or -T json.");
        row("-Tjson -x a.pcap", "-V and -x print text; they do not go with -T fields or -T json.");
        row("-E header=y a.pcap", "-E says how -T fields prints; it was not asked for.");
        row("-Tfields -eframe -E header=maybe a.pcap",
            "'header=maybe' is no value for -E: there are header=y|n, separator=/t|/s|CHARACTER, "
            "aggregator=/t|/s|CHARACTER and occurrence=f|l|a.");
        row("-c 0 a.pcap", "-c takes a number of rows, 1 or more, and not '0'.");
        row("-c many a.pcap", "-c takes a number of rows, 1 or more, and not 'many'.");
        row("-c -1 a.pcap", "-c takes a number of rows, 1 or more, and not '-1'.");
        row("--held-bytes 0 a.pcap",
            "--held-bytes takes a number of bytes, 1 or more, and not '0'.");
        row("--held-segments few a.pcap",
            "--held-segments takes a number of segments, 1 or more, and not 'few'.");
        row("--held-total 1M a.pcap",
            "--held-total takes a number of bytes, 1 or more, and not '1M'.");
        row("--time-order backwards a.pcap",
            "'backwards' is no order for --time-order: there are auto, file and time.");
        row("--time-order time -i lo",
            "--time-order is for captures that are complete; what is captured live comes in its "
            "order.");
        row("hex --time-order time", "--time-order is about packets; the bytes of hex have none.");
        row("--conflicts none a.pcap",
            "--conflicts takes a number of conflicts, 1 or more, and not 'none'.");
        row("-q -c 1 a.pcap", "-q sums up the whole capture; it does not go with -Y or -c.");
        row("-q -Y tcp a.pcap", "-q sums up the whole capture; it does not go with -Y or -c.");
        row("-Y tcp -Y http a.pcap", "There can be only one -Y; join filters with '&&'.");
        row("-Y websocket.opcod==1 a.pcap",
            "In the filter, at character 1: There is no field called 'websocket.opcod'. Did you "
            "mean 'websocket.opcode'?");
        row("-Y tcp&&tcp.port==x a.pcap",
            "In the filter, at character 16: 'x' is no value of 'tcp.port', whose type is "
            "unsigned integer.");
        row("-z waves a.pcap",
            "'waves' is no table for -z: there are connections, file, polling and sessions.");
        row("-z polling -c 1 a.pcap", "-z tells of the whole capture; it does not go with -c.");
        row("-z polling -Tjson a.pcap",
            "-z prints text; with -T fields or -T json it goes only where -q leaves rows out.");
        row("-G protocols", "'protocols' is no list for -G: there are fields and issues.");
    }

    void mistakes() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const CliRun result = run(arguments);
        QCOMPARE(result.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(result.out, QByteArray());
        QCOMPARE(result.exitCode, 1);
    }

    void helpNamesEveryOption() {
        const CliRun result = run({QStringLiteral("--help")});
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.err, QByteArray());
        for (const char* option : {"-r",           "-Y",
                                   "-T",           "-e",
                                   "-E",           "-V",
                                   "-x",           "-c",
                                   "-q",           "-z",
                                   "-G",           "-h",
                                   "-v",           "--help",
                                   "--version",    "-i",
                                   "-f",           "-w",
                                   "-a",           "-b",
                                   "-s",           "-B",
                                   "-p",           "-D",
                                   "--remote",     "--remote-port",
                                   "--remote-sudo"}) {
            QVERIFY2(result.out.contains(QByteArray(" ") + option + ' ') ||
                         result.out.contains(QByteArray(" ") + option + ','),
                     option);
        }
        QCOMPARE(run({QStringLiteral("-h")}).out, result.out);
    }

    void version() {
        const CliRun result = run({QStringLiteral("--version")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.startsWith("framescope-cli "));
        QCOMPARE(run({QStringLiteral("-v")}).out, result.out);
    }

    void everyFieldIsListed() {
        const CliRun result = run({QStringLiteral("-G"), QStringLiteral("fields")});
        QCOMPARE(result.exitCode, 0);
        const QList<QByteArray> lines = result.lines();
        qsizetype next = 0;
        for (const FieldInfo& info : allFields()) {
            if (info.name.empty()) continue;
            QVERIFY(next < lines.size());
            const QList<QByteArray> columns = lines[next++].split('\t');
            QCOMPARE(columns.size(), 3);
            QCOMPARE(columns[0], bytes(info.name));
            QCOMPARE(columns[1], bytes(fieldTypeName(info.type)));
            QVERIFY(columns[2].contains(bytes(info.meaning)));
            QVERIFY(!columns[2].isEmpty());
        }
        QCOMPARE(next, lines.size());
    }

    void everyIssueIsListed() {
        const CliRun result = run({QStringLiteral("-Gissues")});
        QCOMPARE(result.exitCode, 0);
        const QList<QByteArray> lines = result.lines();
        QCOMPARE(static_cast<std::size_t>(lines.size()), allIssues().size());
        for (qsizetype i = 0; i < lines.size(); ++i) {
            const IssueInfo& info = allIssues()[static_cast<std::size_t>(i)];
            const QList<QByteArray> columns = lines[i].split('\t');
            QCOMPARE(columns.size(), 4);
            QCOMPARE(columns[0], bytes(info.name));
            QCOMPARE(columns[1], bytes(severityName(info.severity)));
            QCOMPARE(columns[2], bytes(info.sentence));
            QCOMPARE(columns[3], bytes(info.specification));
        }
    }

    void whatIsNoCapture() {
        QTemporaryDir folder;
        const QString text = folder.filePath(QStringLiteral("notes.txt"));
        QFile file(text);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("This is not a capture, it only lies where one could be.\n");
        file.close();
        const QString empty = folder.filePath(QStringLiteral("empty.pcap"));
        QVERIFY(QFile(empty).open(QIODevice::WriteOnly));
        for (const QString& name :
             {text, empty, folder.path(), folder.filePath(QStringLiteral("missing.pcap"))}) {
            const CliRun result = run({name});
            QCOMPARE(result.exitCode, 2);
            QCOMPARE(result.out, QByteArray());
            QVERIFY(result.err.startsWith("framescope-cli: "));
            QCOMPARE(result.err.count('\n'), 1);
        }
    }

    void outputThatCannotBeWritten() {
        if (!QFile::exists(QStringLiteral("/dev/full"))) QSKIP("there is no /dev/full here");
        for (const char* asked : {"-G fields", FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap",
                                  "-q " FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap"}) {
            const QString line = QStringLiteral("exec \"$0\" %1 > /dev/full");
            const CliRun result =
                test::runCli(QStringLiteral("/bin/sh"),
                             {QStringLiteral("-c"), line.arg(QString::fromUtf8(asked)),
                              QStringLiteral(FRAMESCOPE_CLI)});
            QCOMPARE(result.exitCode, 2);
            QCOMPARE(result.err,
                     QByteArray("framescope-cli: The output cannot be written: No space left on "
                                "device.\n"));
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliUsageTest)
#include "test_cli_usage.moc"
