// The captures of real peers as networks, disks and capturing leave them: cut off, overwritten, out
// of order, with packets twice or missing. Nothing may crash, every row must come apart, and what
// the damage did not touch must still be there.
#include <algorithm>
#include <iterator>
#include <set>

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "tests/support/loaded_session.h"
#include "tests/support/pcap_rewriter.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

const QString kSamples = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples");

/// Takes every row apart; returns how many bytes are told to be missing.
std::uint64_t dissectAll(const Session& session) {
    std::uint64_t missing = 0;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::TcpGap) missing += record.length;
        session.text(row);
        const Dissection dissection = session.dissect(row);
        if (dissection.fields.size() == 0) qFatal("row %u has no tree", row);
        for (const Field& field : dissection.fields.fields()) {
            if (field.source == kNoSource) continue;
            const Source& source = dissection.sources.at(field.source);
            if (field.range.begin > field.range.end || field.range.end > source.bytes.size()) {
                qFatal("row %u: a field reaches beyond its source", row);
            }
        }
        for (const Source& source : dissection.sources) {
            for (const ByteRange& hole : source.holes) {
                if (hole.end > source.bytes.size()) qFatal("row %u: hole out of its source", row);
            }
        }
    }
    return missing;
}

std::uint64_t streamBytes(const Session& session) {
    std::uint64_t sum = 0;
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        const auto& bytes = session.connection(id).bytes;
        sum += bytes[0] + bytes[1];
    }
    return sum;
}

/// End rows tell the duration, which packets that move change.
std::multiset<std::string> withoutEnds(const Session& session) {
    std::multiset<std::string> rows;
    const std::vector<std::string> lines = rowLines(session);
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (session.record(row).kind != RowKind::TcpEnd) rows.insert(lines[row]);
    }
    return rows;
}

void compareRows(const std::multiset<std::string>& actual, const std::multiset<std::string>& wanted,
                 const QByteArray& what) {
    std::vector<std::string> lost;
    std::vector<std::string> added;
    std::ranges::set_difference(wanted, actual, std::back_inserter(lost));
    std::ranges::set_difference(actual, wanted, std::back_inserter(added));
    for (const std::string& row : lost) qWarning("%s: lost: %s", what.constData(), row.c_str());
    for (const std::string& row : added) qWarning("%s: added: %s", what.constData(), row.c_str());
    QVERIFY2(actual == wanted, what);
}

}  // namespace

class TestTruncatedSamples : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string scratch() const { return m_folder.filePath(QStringLiteral("cut")).toStdString(); }

    std::unique_ptr<Session> load(ByteView bytes) const {
        const std::string path = scratch();
        if (!writeFile(path, bytes)) return nullptr;
        // Damage may make it no capture at all, which open() says.
        if (!CaptureFile::open(path)) return nullptr;
        return loadSession(path);
    }

    static void eachSample(const QStringList& patterns) {
        QTest::addColumn<QString>("path");
        const QStringList names = QDir(kSamples).entryList(patterns, QDir::Files);
        for (const QString& name : names) {
            QTest::newRow(qPrintable(name)) << kSamples + QLatin1Char('/') + name;
        }
    }
    static QStringList everyFormat() {
        return {QStringLiteral("*.pcap"), QStringLiteral("*.pcapng"), QStringLiteral("*.gz")};
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void cutOff_data() { eachSample(everyFormat()); }
    void cutOff() {
        QFETCH(QString, path);
        const Bytes file = readFile(path.toStdString());
        const auto whole = loadSession(path.toStdString());
        QVERIFY(whole);
        // Places of the records of a classic file tell how many packets must be there.
        std::vector<std::size_t> ends;
        const PcapRecords pcap = splitPcap(file);
        std::size_t end = pcap.header.size();
        for (const Bytes& record : pcap.records) ends.push_back(end += record.size());

        // The smaller the file, the more lengths; spread over it by a stride that meets every one.
        constexpr std::size_t kStride = 7919;
        const std::size_t cuts = std::min<std::size_t>(file.size(), 40 + 4'000'000 / file.size());
        int loaded = 0;
        for (std::size_t i = 0; i < cuts; ++i) {
            const std::size_t size = (i * kStride) % file.size();
            const auto session = load(ByteView(file).first(size));
            if (!session) continue;
            ++loaded;
            QVERIFY(session->complete());
            QVERIFY(session->statistics().packets <= whole->statistics().packets);
            if (!ends.empty()) {
                const auto after = std::ranges::upper_bound(ends, size);
                QCOMPARE(session->statistics().packets,
                         static_cast<std::uint64_t>(after - ends.begin()));
                const bool between =
                    size == pcap.header.size() || std::ranges::find(ends, size) != ends.end();
                QCOMPARE(session->damaged(), !between);
                QCOMPARE(session->notices().empty(), between);
            }
            dissectAll(*session);
        }
        QVERIFY(loaded > 0);
    }

    void overwritten_data() { eachSample(everyFormat()); }
    void overwritten() {
        QFETCH(QString, path);
        const Bytes file = readFile(path.toStdString());
        for (std::uint32_t seed = 1; seed <= 20; ++seed) {
            Noise noise(seed);
            Bytes damaged = file;
            const std::size_t count = 1 + noise.below(20);
            for (std::size_t i = 0; i < count; ++i) {
                // The file header is left alone, or nothing would be read at all.
                damaged[24 + noise.below(file.size() - 24)] = noise.byte();
            }
            const auto session = load(damaged);
            if (session) dissectAll(*session);
        }
    }

    void shuffled_data() { eachSample({QStringLiteral("*.pcap")}); }
    void shuffled() {
        QFETCH(QString, path);
        const PcapRecords pcap = splitPcap(readFile(path.toStdString()));
        const auto original = loadSession(path.toStdString());
        QVERIFY(original && !pcap.records.empty());
        for (std::uint32_t seed = 1; seed <= 4; ++seed) {
            for (const std::size_t window : {2U, 8U, 64U, 1000U}) {
                Noise noise(seed);
                PcapRecords mixed = pcap;
                for (std::size_t i = 0; i + 1 < mixed.records.size(); ++i) {
                    const std::size_t reach = std::min(window, mixed.records.size() - i);
                    std::swap(mixed.records[i], mixed.records[i + noise.below(reach)]);
                }
                const auto session = load(joinPcap(mixed));
                QVERIFY(session);
                dissectAll(*session);
                QCOMPARE(session->statistics().packets, original->statistics().packets);
            }
        }
    }

    /// Neighbours changed places, as on two receive queues; handshakes and ends stay where they
    /// are, because what the roles and a connection's end are is told by the first that comes.
    void neighboursSwapped_data() { eachSample({QStringLiteral("*.pcap")}); }
    void neighboursSwapped() {
        QFETCH(QString, path);
        const PcapRecords pcap = splitPcap(readFile(path.toStdString()));
        const auto original = loadSession(path.toStdString());
        QVERIFY(original);
        // Segments of one direction only: between the directions order carries meaning.
        const auto isData = [&](const Bytes& record) {
            return record.size() > 16 + 14 + 40 + 12 && (record[16 + 14 + 33] & 7) == 0;
        };
        const auto sameSender = [](const Bytes& a, const Bytes& b) {
            return std::equal(a.begin() + 16 + 26, a.begin() + 16 + 38, b.begin() + 16 + 26);
        };
        PcapRecords mixed = pcap;
        int swaps = 0;
        for (std::size_t i = 0; i + 1 < mixed.records.size(); ++i) {
            if (!isData(mixed.records[i]) || !isData(mixed.records[i + 1])) continue;
            if (!sameSender(mixed.records[i], mixed.records[i + 1])) continue;
            std::swap(mixed.records[i], mixed.records[i + 1]);
            ++swaps;
            ++i;
        }
        const auto session = load(joinPcap(mixed));
        QVERIFY(session);
        compareRows(withoutEnds(*session), withoutEnds(*original), QByteArray::number(swaps));
    }

    void duplicated_data() { eachSample({QStringLiteral("*.pcap")}); }
    void duplicated() {
        QFETCH(QString, path);
        const PcapRecords pcap = splitPcap(readFile(path.toStdString()));
        const auto original = loadSession(path.toStdString());
        QVERIFY(original);
        PcapRecords twice{pcap.header, {}};
        for (const Bytes& record : pcap.records) {
            twice.records.push_back(record);
            twice.records.push_back(record);
        }
        const auto session = load(joinPcap(twice));
        QVERIFY(session);
        QVERIFY(rowListing(*session) == rowListing(*original));
        // A network that repeats itself much later changes nothing either.
        PcapRecords late = pcap;
        for (std::size_t i = 0; i < pcap.records.size(); i += 3) {
            const std::size_t at = std::min(late.records.size(), i + i / 3 + 7);
            late.records.insert(late.records.begin() + static_cast<std::ptrdiff_t>(at),
                                pcap.records[i]);
        }
        const auto lateSession = load(joinPcap(late));
        QVERIFY(lateSession);
        compareRows(withoutEnds(*lateSession), withoutEnds(*original), "late");
    }

    void dropped_data() { eachSample({QStringLiteral("*.pcap")}); }
    void dropped() {
        QFETCH(QString, path);
        const PcapRecords pcap = splitPcap(readFile(path.toStdString()));
        const auto original = loadSession(path.toStdString());
        QVERIFY(original);
        const std::uint64_t total = streamBytes(*original) + dissectAll(*original);
        for (std::uint32_t seed = 1; seed <= 6; ++seed) {
            Noise noise(seed);
            PcapRecords kept{pcap.header, {}};
            for (const Bytes& record : pcap.records) {
                // Handshakes and ends say where a stream begins and ends; without them a loss
                // outside of what is left cannot be told.
                const bool marks = record.size() > 64 && (record[16 + 14 + 33] & 7) != 0;
                if (marks || noise.below(100) != 0) kept.records.push_back(record);
            }
            const auto session = load(joinPcap(kept));
            QVERIFY(session);
            QCOMPARE(streamBytes(*session) + dissectAll(*session), total);
        }
    }
};

QTEST_MAIN(TestTruncatedSamples)
#include "test_truncated_samples.moc"
