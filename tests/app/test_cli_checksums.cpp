// --verify-checksums in the terminal: good and bad checksums of other people's captures, and those
// of samples, whose sender left them to its network card.
#include <QDir>
#include <QtTest>

#include "tests/support/cli_run.h"

using namespace framescope::test;

class TestCliChecksums : public QObject {
    Q_OBJECT

    static QString sample() {
        return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap");
    }
    static CliRun run(const QStringList& arguments) {
        return runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
    }
    /// The number behind a line of the summary; -1 if it has none.
    static int figure(const CliRun& run, const QByteArray& name) {
        for (const QByteArray& line : run.lines()) {
            if (line.startsWith(name)) return line.mid(name.size()).trimmed().toInt();
        }
        return -1;
    }

private Q_SLOTS:
    void goodAndBad() {
        const QDir folder(QStringLiteral(
            FRAMESCOPE_SOURCE_DIR "/../shared/captures/zeek+zeek/testing/btest/Traces/chksums"));
        if (!folder.exists()) QSKIP("the captures of others are not there");
        const QStringList names = folder.entryList({QStringLiteral("*-tcp-*.pcap")}, QDir::Files);
        QVERIFY(names.size() >= 8);
        for (const QString& name : names) {
            const CliRun summary = run({QStringLiteral("-q"), QStringLiteral("--verify-checksums"),
                                        folder.filePath(name)});
            QCOMPARE(summary.exitCode, 0);
            const bool bad = name.contains(QStringLiteral("-bad-"));
            QVERIFY2(figure(summary, "Wrong checksums") == int{bad}, qPrintable(name));
            QCOMPARE(figure(summary, "Unverified checksums"), -1);
            const CliRun rows = run({QStringLiteral("--verify-checksums"), QStringLiteral("-T"),
                                     QStringLiteral("fields"), QStringLiteral("-e"),
                                     QStringLiteral("tcp.checksum.status"), folder.filePath(name)});
            for (const QByteArray& line : rows.lines()) QCOMPARE(line, bad ? "bad" : "good");
        }
    }

    void leftToTheCard() {
        const CliRun summary =
            run({QStringLiteral("-q"), QStringLiteral("--verify-checksums"), sample()});
        QCOMPARE(summary.exitCode, 0);
        QCOMPARE(figure(summary, "Wrong checksums"), 0);
        QVERIFY(figure(summary, "Unverified checksums") > 0);
        const CliRun tree = run({QStringLiteral("--verify-checksums"), QStringLiteral("-V"),
                                 QStringLiteral("-c"), QStringLiteral("1"), sample()});
        QVERIFY(tree.out.contains("unverified (left to the network card?)"));
    }

    void onlyWhereAskedFor() {
        const CliRun summary = run({QStringLiteral("-q"), sample()});
        QCOMPARE(figure(summary, "Wrong checksums"), -1);
        const CliRun tree = run({QStringLiteral("-V"), sample()});
        QVERIFY(tree.out.contains("Checksum: 0x"));
        QVERIFY(!tree.out.contains("unverified"));
    }
};

QTEST_GUILESS_MAIN(TestCliChecksums)
#include "test_cli_checksums.moc"
