// Every sample with its packets cut into IP fragments of any size, over both versions of IP, with
// the fragments of a packet shuffled and some of them repeated: the rows are those of the original,
// one for one. With fragments lost, what is there is read, and nothing is invented.
#include <algorithm>
#include <string>

#include <QTest>

#include "tests/support/compared_rows.h"
#include "tests/support/fragment_packets.h"
#include "tests/support/memory_capture.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_list.h"
#include "tests/support/row_checks.h"

namespace framescope {
namespace {

using test::Fragmenting;
using test::PacketList;

/// The rows in their order.
std::vector<std::string> linesOf(const Session& session) {
    std::vector<std::string> lines;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const test::ComparedRow compared = test::comparedRow(session, row);
        lines.push_back(compared.where + ": " + compared.text);
    }
    return lines;
}

class FragmentedTest : public QObject {
    Q_OBJECT

    static void eachSampleAndVersion() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("version");
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")}, QDir::Files)) {
            for (const int version : {4, 6}) {
                QTest::addRow("%s over IPv%d", name.toUtf8().constData(), version)
                    << folder.filePath(name) << version;
            }
        }
    }

private Q_SLOTS:
    void sameRows_data() { eachSampleAndVersion(); }
    void sameRows() {
        QFETCH(QString, path);
        QFETCH(int, version);
        PacketList packets = test::readPackets(path.toStdString());
        if (version == 6) packets = test::overIpv6(packets);
        QVERIFY(packets.size() > 10);
        const auto original = test::MemoryCapture(test::asPcapng(packets)).read();
        QVERIFY(original);
        const std::vector<std::string> wanted = linesOf(*original);
        std::uint64_t datagrams = 0;
        std::uint32_t seed = 0;
        for (const std::size_t mtu : {68U, 76U, 100U, 143U, 296U, 576U, 1006U, 1280U, 1500U}) {
            for (const std::size_t percent : {0U, 20U, 100U}) {
                Fragmenting how;
                how.mtu = mtu;
                how.percent = percent;
                how.behind = percent == 100 ? 4 : 30;
                const Bytes file = test::asPcapng(test::fragmented(packets, how, ++seed));
                const auto session = test::MemoryCapture(file).read();
                QVERIFY(session);
                const std::vector<std::string> lines = linesOf(*session);
                const auto [is, should] = std::ranges::mismatch(lines, wanted);
                const std::string difference =
                    "MTU " + std::to_string(mtu) + ", row " +
                    std::to_string(is - lines.begin() + 1) + "\n    is        " +
                    (is == lines.end() ? "nothing" : *is) + "\n    should be " +
                    (should == wanted.end() ? "nothing" : *should);
                QVERIFY2(is == lines.end() && should == wanted.end(), difference.c_str());
                const Statistics& figures = session->statistics();
                QCOMPARE(figures.ipDatagramsGivenUp, std::uint64_t{0});
                QCOMPARE(figures.ipFragmentsRefused, std::uint64_t{0});
                QCOMPARE(figures.ipFragments != 0, figures.ipDatagrams != 0);
                datagrams += figures.ipDatagrams;
                const std::string wrong = test::wrongChoice(*session);
                QVERIFY2(wrong.empty(), wrong.c_str());
                const std::string sums = test::wrongSums(*session);
                QVERIFY2(sums.empty(), sums.c_str());
            }
        }
        qInfo("%llu datagrams put together", static_cast<unsigned long long>(datagrams));
        QVERIFY(datagrams > 50);
    }

    /// One of a hundred fragments is lost: of each row that is there, everything holds, and every
    /// frame that is whole is one of the original.
    void someLost_data() { eachSampleAndVersion(); }
    void someLost() {
        QFETCH(QString, path);
        QFETCH(int, version);
        PacketList packets = test::readPackets(path.toStdString());
        if (version == 6) packets = test::overIpv6(packets);
        for (std::uint32_t seed = 1; seed <= 10 * test::mutationFactor(); ++seed) {
            Fragmenting how;
            how.mtu = 100 + 40 * seed % 600;
            const PacketList all = test::fragmented(packets, how, seed);
            const Bytes file =
                test::asPcapng(test::without(all, test::chosenLosses(all.size(), 0.01, seed)));
            const auto session = test::MemoryCapture(file).read();
            QVERIFY(session);
            const std::string wrong = test::wrongChoice(*session);
            if (!wrong.empty()) test::keepForLater(file, QString::number(seed));
            QVERIFY2(wrong.empty(), wrong.c_str());
            const std::string coverage = test::wrongCoverage(*session);
            QVERIFY2(coverage.empty(), coverage.c_str());
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::FragmentedTest)
#include "test_fragmented.moc"
