// Every sample with its packets damaged as `editcap -E` does it, at 0.1 %, 1 % and 5 % of the
// bytes: nothing crashes or hangs, what is shown holds together, and memory stays near what the
// clean capture takes. tests/support/mutation_samples.h says how to run it for longer.
#include <array>

#include <QDir>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/measured_reading.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_list.h"

namespace framescope {
namespace {

using test::asPcapng;
using test::MeasuredReading;
using test::MemoryCapture;
using test::PacketList;

constexpr std::array kProbabilities = {0.001, 0.01, 0.05};
constexpr std::uint32_t kSeeds = 100;

class DamagedBytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void damagedPackets_data() { test::eachSample(); }
    void damagedPackets() {
        QFETCH(QString, path);
        const PacketList packets = test::readPackets(path.toStdString());
        QVERIFY(packets.size() > 10);
        const MeasuredReading clean{MemoryCapture(asPcapng(packets))};
        QVERIFY2(clean.wrong.empty(), clean.wrong.c_str());
        test::MostMemory most;
        int failures = 0;
        for (const double probability : kProbabilities) {
            for (std::uint32_t seed = 1; seed <= kSeeds * test::mutationFactor(); ++seed) {
                const Bytes file = asPcapng(test::damaged(packets, probability, seed));
                const MeasuredReading reading{MemoryCapture(file)};
                QVERIFY(reading.session);
                most.add(reading);
                if (reading.wrong.empty() && reading.boundedBy(clean)) continue;
                ++failures;
                test::keepForLater(file, QStringLiteral("%1.%2").arg(probability).arg(seed));
                qWarning("%g, seed %u: %s; %s", probability, seed, reading.wrong.c_str(),
                         reading.memory().c_str());
            }
        }
        QCOMPARE(failures, 0);
        qInfo("at the most %zu kB while reading, %zu kB while rows were taken apart; clean %s",
              most.reading / 1024, most.dissecting / 1024, clean.memory().c_str());
    }

    void damagedByEditcap_data() { test::eachSample(); }
    void damagedByEditcap() {
        QFETCH(QString, path);
        const QString editcap = QStandardPaths::findExecutable(QStringLiteral("editcap"));
        if (editcap.isEmpty()) QSKIP("editcap is not installed");
        const QTemporaryDir folder;
        const MeasuredReading clean{MemoryCapture(asPcapng(test::readPackets(path.toStdString())))};
        for (const double probability : kProbabilities) {
            const QString out = folder.filePath(QStringLiteral("damaged.pcapng"));
            QProcess process;
            process.start(editcap, {QStringLiteral("-E"), QString::number(probability),
                                    QStringLiteral("--seed"), QStringLiteral("6455"), path, out});
            QVERIFY(process.waitForFinished(60'000));
            QCOMPARE(process.exitCode(), 0);
            const MeasuredReading reading{MemoryCapture(test::readFile(out.toStdString()))};
            QVERIFY(reading.session);
            QVERIFY2(reading.wrong.empty(), reading.wrong.c_str());
            QVERIFY2(reading.boundedBy(clean), reading.memory().c_str());
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::DamagedBytesTest)
#include "test_damaged_bytes.moc"
