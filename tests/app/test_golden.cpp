// Rows, summary and trees of every sample, compared with the files in tests/golden that somebody
// has read. tests/golden/write says what stands in them; "./dev accept" takes over new ones.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTest>

#include "tests/support/cli_run.h"

namespace framescope {
namespace {

/// So much of a difference is printed; the file has the rest.
constexpr int kMaxDiffLines = 40;

QString sourcePath(const char* path) {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/") + QString::fromUtf8(path);
}

class GoldenTest : public QObject {
    Q_OBJECT

private:
    QDir m_golden{sourcePath("tests/golden")};
    QDir m_actual;

    /// "socketio4-websocket" of "socketio4-websocket.pcapng".
    static QStringList sampleNames() {
        QStringList names;
        const QDir folder(sourcePath("samples"));
        for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.pcap*")})) {
            names << file.baseName();
        }
        return names;
    }

    static QByteArray read(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QByteArray difference(const QString& name) const {
        const test::CliRun diff =
            test::runCli(QStringLiteral("diff"),
                         {QStringLiteral("-u"), QStringLiteral("-F"),
                          // Each hunk names the row it lies in.
                          QStringLiteral(R"(^ *[0-9]\+ \+[0-9]\+\.[0-9]\+ )"), QStringLiteral("-L"),
                          QStringLiteral("tests/golden/") + name, QStringLiteral("-L"),
                          QStringLiteral("now"), m_golden.filePath(name), m_actual.filePath(name)});
        const QList<QByteArray> lines = diff.lines();
        QByteArray text;
        for (const QByteArray& line : lines.first(qMin(lines.size(), qsizetype{kMaxDiffLines}))) {
            text += '\n' + line;
        }
        if (lines.size() > kMaxDiffLines) {
            text += "\n... and " + QByteArray::number(lines.size() - kMaxDiffLines) + " more lines";
        }
        return text;
    }

private Q_SLOTS:
    void initTestCase() {
        // Beside the test program, where it can be looked at afterwards.
        m_actual = QDir(QCoreApplication::applicationDirPath() + QStringLiteral("/golden"));
        m_actual.removeRecursively();
        QVERIFY(m_actual.mkpath(QStringLiteral(".")));
        const test::CliRun run =
            test::runCli(m_golden.filePath(QStringLiteral("write")),
                         {QStringLiteral(FRAMESCOPE_CLI), m_actual.absolutePath()});
        QCOMPARE(run.err, QByteArray());
        QCOMPARE(run.exitCode, 0);
    }

    void everySampleHasItsFiles() {
        QStringList expected;
        for (const QString& name : sampleNames()) {
            expected << name + QStringLiteral(".rows.txt") << name + QStringLiteral(".trees.txt");
        }
        QVERIFY(!expected.isEmpty());
        expected.sort();
        const auto textFiles = [](const QDir& folder) {
            QStringList names = folder.entryList({QStringLiteral("*.txt")}, QDir::Files);
            names.sort();
            return names;
        };
        QCOMPARE(textFiles(m_actual), expected);
        QCOMPARE(textFiles(m_golden), expected);
    }

    void samples_data() {
        QTest::addColumn<QString>("sample");
        for (const QString& name : sampleNames()) {
            for (const char* kind : {".rows.txt", ".trees.txt"}) {
                QTest::newRow((name.toUtf8() + kind).constData()) << name;
            }
        }
    }

    void samples() {
        QFETCH(QString, sample);
        const QString name = QString::fromUtf8(QTest::currentDataTag());
        const QByteArray actual = read(m_actual.filePath(name));
        QVERIFY(!actual.isEmpty());
        if (actual == read(m_golden.filePath(name))) return;
        // One warning for each line, since a message of QtTest may be cut off.
        for (const QByteArray& line : difference(name).split('\n'))
            qWarning("%s", line.constData());
        const QString advice = QStringLiteral("it is %1 now; if that is right: ./dev accept %2")
                                   .arg(m_actual.filePath(name), sample);
        QFAIL(qPrintable(advice));
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::GoldenTest)
#include "test_golden.moc"
