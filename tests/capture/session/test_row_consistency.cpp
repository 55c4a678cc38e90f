// What must hold of every row (tests/support/row_checks.h), over all samples and, where they lie
// beside the project, over hundreds of captures from other people's test suites, many of them
// malformed on purpose. Of those, every packet is counted, and memory is bounded.
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "tests/support/counted_memory.h"
#include "tests/support/open_session.h"
#include "tests/support/row_checks.h"

namespace framescope {
namespace {

using test::malformedTree;
using test::wrongCoverage;
using test::wrongIssues;
using test::wrongRange;
using test::wrongRow;
using test::wrongSources;
using test::wrongSums;
using test::wrongText;

/// So many rows of one capture are dissected; of more, every n-th.
constexpr RecordId kMaxRows = 3000;

/// The manifest of other people's captures has the packets that tshark counts. Where it counts
/// something else, or nothing as it does not know the kind of link, this is how many there are.
const std::map<QString, std::uint64_t>& packetsMiscounted() {
    static const QString kGenerator = QStringLiteral("hadrielk+pcapng-test-generator/output_");
    static const QString kTcpdump = QStringLiteral("the-tcpdump-group+tcpdump/tests/");
    static const std::map<QString, std::uint64_t> table = {
        // Custom blocks are no packets.
        {kGenerator + QStringLiteral("be/basic/test017.pcapng"), 0},
        {kGenerator + QStringLiteral("be/basic/test018.pcapng"), 4},
        {kGenerator + QStringLiteral("le/basic/test017.pcapng"), 0},
        {kGenerator + QStringLiteral("le/basic/test018.pcapng"), 4},
        {kGenerator + QStringLiteral("le/advanced/test102.pcapng"), 5},
        // It stops in front of the first packet of these kinds of link.
        {kTcpdump + QStringLiteral("edsa-high-vid.pcap"), 4},
        {kTcpdump + QStringLiteral("edsa.pcap"), 10},
        {kTcpdump + QStringLiteral("frf16_magic_ie-oobr.pcap"), 1},
        {kTcpdump + QStringLiteral("hoobr_juniper3.pcap"), 1},
        {kTcpdump + QStringLiteral("vtp_asan-2.pcap"), 1},
        {kTcpdump + QStringLiteral("vtp_asan-3.pcap"), 1},
        {kTcpdump + QStringLiteral("vtp_asan.pcap"), 5},
    };
    return table;
}

/// What reading may take at the most: the reader's window and the like, and so much for each byte
/// of the file, as every packet may be a connection of its own.
constexpr std::size_t kMemoryBase = 8 << 20;
constexpr std::size_t kMemoryPerByte = 64;
/// What one row may take while it is taken apart: a byte source has 64 MiB at the most, a second
/// one is the same unmasked or inflated, and while one grows, there are two of it.
constexpr std::size_t kMemoryOfRow = 4 * (std::size_t{64} << 20);

struct Totals {
    int captures = 0;
    std::uint64_t rows = 0;
    std::size_t mostReading = 0;
    std::size_t mostDissecting = 0;
    QStringList wrong;
};

/// `packets`: how many there are, where that is known.
void checkCapture(const QString& path, const QString& shown, std::optional<std::uint64_t> packets,
                  Totals& totals) {
    const auto complain = [&](const std::string& what) {
        totals.wrong << shown + QStringLiteral(": ") + QString::fromStdString(what);
    };
    const test::MemoryPeak whileReading;
    std::string why;
    const auto session = test::openSession(path.toStdString(), &why);
    const std::size_t reading = whileReading.bytes();
    totals.mostReading = std::max(totals.mostReading, reading);
    if (reading > kMemoryBase + kMemoryPerByte * std::filesystem::file_size(path.toStdString())) {
        complain("takes " + std::to_string(reading) + " bytes of memory");
    }
    if (!session) {
        complain(why);
        return;
    }
    ++totals.captures;
    if (packets && session->statistics().packets != *packets) {
        complain("has " + std::to_string(session->statistics().packets) + " packets, not " +
                 std::to_string(*packets));
    }
    if (why = wrongSums(*session); !why.empty()) complain(why);
    if (why = wrongCoverage(*session); !why.empty()) complain(why);
    const RecordId step = session->rowCount() / kMaxRows + 1;
    int complaints = 0;
    const test::MemoryPeak whileDissecting;
    for (RecordId row = 0; row < session->rowCount() && complaints < 3; row += step) {
        ++totals.rows;
        why = wrongRow(*session, row);
        if (why.empty()) continue;
        complain("row " + std::to_string(row + 1) + ": " + why);
        ++complaints;
    }
    const std::size_t dissecting = whileDissecting.bytes();
    totals.mostDissecting = std::max(totals.mostDissecting, dissecting);
    if (dissecting > kMemoryOfRow) {
        complain("takes " + std::to_string(dissecting) + " bytes for one row");
    }
}

class RowConsistencyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samples_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")}, QDir::Files)) {
            QTest::newRow(name.toUtf8().constData()) << folder.filePath(name);
        }
    }

    void samples() {
        QFETCH(QString, path);
        Totals totals;
        checkCapture(path, QStringLiteral("sample"), {}, totals);
        QVERIFY2(totals.wrong.isEmpty(), qPrintable(u'\n' + totals.wrong.join(u'\n')));
        QCOMPARE(totals.captures, 1);
        QVERIFY(totals.rows > 10);
    }

    void mistakesAreNoticed() {
        Dissection dissection;
        const SourceId source = dissection.addSource(SourceKind::Frame, "Frame", Bytes(4, 1));
        dissection.fields.open(FieldId::WebSocket, Place{source, 0}, 2);
        dissection.fields.add(FieldId::WebSocketFin, Place{source, 1}, 1, std::uint64_t{1});
        dissection.fields.close();
        QVERIFY(!malformedTree(dissection.fields));
        QVERIFY(!wrongRange(dissection));
        QVERIFY(!wrongSources(dissection));

        Dissection childOutside = dissection;
        childOutside.fields.setSize(1, 2);
        QVERIFY(wrongRange(childOutside));
        Dissection outside = dissection;
        outside.fields.setSize(0, 5);
        QVERIFY(wrongRange(outside));
        Dissection filledHole = dissection;
        filledHole.sources[0].holes = {{1, 3}};
        QVERIFY(wrongSources(filledHole));
        filledHole.sources[0].holes = {{3, 9}};
        QVERIFY(wrongSources(filledHole));
        FieldTree open;
        open.open(FieldId::WebSocket, Place{}, 0);
        open.open(FieldId::WebSocketFin, Place{}, 0);
        open.add(FieldId::WebSocketMask, Place{}, 0, std::uint64_t{1});
        QVERIFY(malformedTree(open));

        Record record;
        IssueSink issues;
        issues.add(IssueCode::TcpReset);
        dissection.fields.attach(issues, 0);
        QVERIFY(wrongIssues(record, dissection.fields));
        record.severity = Severity::Warning;
        QVERIFY(!wrongIssues(record, dissection.fields));

        QVERIFY(!wrongText({"HTTP", "200 OK"}));
        QVERIFY(wrongText({"HTTP", "200\nOK"}));
        QVERIFY(wrongText({"HTTP", "\xff"}));
        QVERIFY(wrongText({"", "200 OK"}));
    }

    void capturesOfOthers() {
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");
        if (!QDir(root).exists()) QSKIP("other people's captures are not beside the project");
        std::map<QString, std::uint64_t> packets;
        QFile manifest(root + QStringLiteral("/MANIFEST.tsv"));
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        for (const QByteArray& line : manifest.readAll().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() < 6 || cells[0] == "path") continue;
            packets[QString::fromUtf8(cells[0])] = cells[5].toULongLong();
        }
        for (const auto& [name, count] : packetsMiscounted()) packets[name] = count;
        Totals totals;
        for (const auto& [name, count] : packets) {
            QElapsedTimer timer;
            timer.start();
            checkCapture(root + u'/' + name, name, count, totals);
            if (timer.elapsed() > 2000) {
                qInfo("%s took %lld ms", qPrintable(name), static_cast<long long>(timer.elapsed()));
            }
        }
        totals.wrong.sort();
        for (const QString& line : totals.wrong) qWarning("%s", qPrintable(line));
        QVERIFY(totals.wrong.isEmpty());
        qInfo("%d captures, %llu rows; at the most %zu kB while reading, %zu kB for one row",
              totals.captures, static_cast<unsigned long long>(totals.rows),
              totals.mostReading / 1024, totals.mostDissecting / 1024);
        QVERIFY(totals.captures > 810);
        QVERIFY(totals.rows > 5000);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::RowConsistencyTest)
#include "test_row_consistency.moc"
