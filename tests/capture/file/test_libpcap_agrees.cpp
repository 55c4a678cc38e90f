// The same files through libpcap: number of packets, lengths, times and bytes must be equal. Where
// libpcap (1.10) is known to do otherwise, a rule here says when and why.
#include <pcap/pcap.h>

#include <QTest>

#include "capture/file/file_order.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestLibpcapAgrees : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void builtFiles();
    void capturesOfOthers();
    void packetCountsOfOthers();
};

namespace {

struct LibpcapRead {
    std::string error;
    bool opened = false;
    std::uint32_t snapLength = 0;
    std::vector<ReadPacket> packets;
};

LibpcapRead readWithLibpcap(const std::filesystem::path& path) {
    LibpcapRead result;
    char reason[PCAP_ERRBUF_SIZE] = {};
    pcap_t* handle =
        pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason);
    if (handle == nullptr) {
        result.error = reason;
        return result;
    }
    result.opened = true;
    result.snapLength = static_cast<std::uint32_t>(pcap_snapshot(handle));
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    int step = 0;
    while ((step = pcap_next_ex(handle, &header, &data)) == 1) {
        ReadPacket packet;
        packet.header.timeNs = std::int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec;
        packet.header.capturedLength = header->caplen;
        packet.header.originalLength = header->len;
        packet.data.assign(data, data + header->caplen);
        result.packets.push_back(std::move(packet));
    }
    if (step == PCAP_ERROR) result.error = pcap_geterr(handle);
    pcap_close(handle);
    return result;
}

/// True where libpcap is known to get the time of a pcap record wrong: it reads seconds and
/// fraction as signed 32-bit numbers, and multiplies microseconds by 1000 without widening them.
bool libpcapOverflows(const WholeRead& ours, const PacketHeader& packet) {
    const auto& file = ours.file->pcapHeader();
    if (!file) return false;
    const auto raw = ours.file->readBytes(packet.recordOffset, 8);
    if (!raw) return false;
    constexpr std::int64_t most = 0x7fffffff;
    const FileOrder order(file->bigEndian);
    const std::int64_t fraction = order.u32(*raw, 4);
    return order.u32(*raw, 0) > most || fraction * (file->nanoseconds ? 1 : 1000) > most;
}

/// True where libpcap cuts a packet that is longer than the snapshot length in the file header. We
/// give all bytes that are in the file.
bool libpcapCuts(const LibpcapRead& theirs, const ReadPacket& ours, const ReadPacket& cut) {
    return cut.header.capturedLength == theirs.snapLength &&
           ours.header.capturedLength > theirs.snapLength &&
           std::equal(cut.data.begin(), cut.data.end(), ours.data.begin());
}

/// Empty when the packets that libpcap gave are those that we gave.
QString difference(const WholeRead& ours, const LibpcapRead& theirs) {
    const auto at = [](std::size_t i, const char* what) {
        return QStringLiteral("%1 of packet %2").arg(QLatin1String(what)).arg(i + 1);
    };
    const std::size_t common = std::min(ours.packets.size(), theirs.packets.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto& a = ours.packets[i];
        const auto& b = theirs.packets[i];
        // A simple packet block has no time; libpcap gives it that of a timestamp of 0.
        if (a.header.hasTime && a.header.timeNs != b.header.timeNs &&
            !libpcapOverflows(ours, a.header))
            return at(i, "time");
        if (a.header.originalLength != b.header.originalLength) return at(i, "original length");
        if (a.data != b.data && !libpcapCuts(theirs, a, b)) return at(i, "bytes");
    }
    // libpcap has one link type and one snapshot length for a whole file, and ends where a pcapng
    // file has another.
    const bool stopped = theirs.error.find("different from the") != std::string::npos &&
                         theirs.error.find("of the first interface") != std::string::npos;
    if (ours.packets.size() != theirs.packets.size() && !stopped) {
        return QStringLiteral("%1 packets, libpcap %2 (%3)")
            .arg(ours.packets.size())
            .arg(theirs.packets.size())
            .arg(QString::fromStdString(theirs.error));
    }
    // Both must have something to say about a damaged file, or neither.
    if (!stopped && (ours.last == ReadStep::Damaged) != !theirs.error.empty()) {
        return QStringLiteral("libpcap says: %1; we: %2")
            .arg(QString::fromStdString(theirs.error),
                 ours.notices.empty() ? QString()
                                      : QString::fromStdString(ours.notices.back().sentence));
    }
    return {};
}

const std::filesystem::path capturesFolder = FRAMESCOPE_SOURCE_DIR "/../shared/captures";

struct ManifestRow {
    QString path;
    QString format;
    QString linkType;
    QString packets;
};

std::vector<ManifestRow> manifest() {
    QFile file(QString::fromStdString((capturesFolder / "MANIFEST.tsv").string()));
    std::vector<ManifestRow> rows;
    if (!file.open(QIODevice::ReadOnly)) return rows;
    file.readLine();
    while (!file.atEnd()) {
        const auto columns = QString::fromUtf8(file.readLine()).split(QLatin1Char('\t'));
        if (columns.size() > 5) rows.push_back({columns[0], columns[3], columns[4], columns[5]});
    }
    return rows;
}

}  // namespace

void TestLibpcapAgrees::builtFiles() {
    const Scratch scratch;
    const auto check = [&](const Bytes& bytes) {
        const auto path = scratch.write(bytes);
        const auto theirs = readWithLibpcap(path);
        if (!theirs.opened) return QString::fromStdString(theirs.error);
        return difference(readWhole(path), theirs);
    };
    for (const bool bigEndian : {false, true}) {
        for (const bool nanoseconds : {false, true}) {
            for (const std::uint16_t minor : {2, 3, 4}) {
                PcapBuilder file(bigEndian, nanoseconds, 1, minor);
                for (std::uint32_t i = 0; i < 200; ++i) {
                    const auto shorter = i * 7 % 200;
                    // Old versions have the lengths swapped.
                    if (minor == 2) {
                        file.record(i * 1000, i, 200, shorter, someBytes(shorter, i));
                    } else {
                        file.packet(i * 1000, i, someBytes(shorter, i), 200);
                    }
                }
                QCOMPARE(check(file.bytes()), QString());
            }
        }
        for (const int resolution : {0, 3, 6, 9, 12, 0x80, 0x80 | 10, 0x80 | 20, 0x80 | 30}) {
            PcapngBuilder file(bigEndian);
            file.interface(
                101,
                {{9, {static_cast<std::uint8_t>(resolution)}}, {14, file.option64(1'600'000'000)}},
                300);
            for (std::uint32_t i = 0; i < 100; ++i) {
                file.enhanced(0, i * 1'234'567ull % 4'000'000'000, someBytes(i, i), 1000);
                file.simple(someBytes(i, i), i);
                file.block(0x12345, someBytes(40));
            }
            QCOMPARE(check(file.bytes()), QString());
        }
    }
}

void TestLibpcapAgrees::capturesOfOthers() {
    const auto rows = manifest();
    if (rows.empty()) QSKIP("the captures of other projects are not here");
    const Scratch scratch;
    int compared = 0;
    QStringList faults;
    for (const ManifestRow& row : rows) {
        const auto path = capturesFolder / row.path.toStdString();
        const auto fault = [&](const QString& what) {
            if (!what.isEmpty()) faults += row.path + QStringLiteral(": ") + what;
        };
        auto file = CaptureFile::open(path);
        if (!file) {
            fault(QString::fromStdString(file.error().sentence));
            continue;
        }
        const auto ours = readWhole(*std::move(file));
        fault(randomAccessFault(ours));

        // libpcap does not inflate, so it is given what we inflated.
        auto plain = path;
        if (ours.file->isCompressed()) {
            const auto size = static_cast<std::uint32_t>(*ours.file->source().size());
            plain = scratch.write(*ours.file->readBytes(0, size));
        }
        const auto theirs = readWithLibpcap(plain);
        if (!theirs.opened) continue;
        ++compared;
        fault(difference(ours, theirs));
    }
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join(QLatin1Char('\n'))));
    QVERIFY(compared > 790);
    qInfo("%d files compared with libpcap", compared);
}

void TestLibpcapAgrees::packetCountsOfOthers() {
    const auto rows = manifest();
    if (rows.empty()) QSKIP("the captures of other projects are not here");
    QStringList faults;
    for (const ManifestRow& row : rows) {
        // tshark refuses files of a link type that it does not know; the manifest names none then.
        if (row.packets == QLatin1String("0") && row.linkType.isEmpty()) continue;
        const auto file = CaptureFile::open(capturesFolder / row.path.toStdString());
        if (!file) {
            faults += QString::fromStdString(file.error().sentence);
            continue;
        }
        const auto ours = readWhole(*file);
        // tshark shows a custom block as if it were a packet.
        const auto rowsInTshark = ours.counts.packets + ours.counts.customBlocks;
        if (QString::number(rowsInTshark) != row.packets) {
            faults += QStringLiteral("%1: %2 packets, tshark %3")
                          .arg(row.path)
                          .arg(ours.packets.size())
                          .arg(row.packets);
        }
    }
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join(QLatin1Char('\n'))));
}

QTEST_APPLESS_MAIN(TestLibpcapAgrees)
#include "test_libpcap_agrees.moc"
