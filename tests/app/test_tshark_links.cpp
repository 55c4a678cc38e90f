// Side by side with tshark below TCP: it finds the same segment in the hand-made packet of every
// link layer and tunnel, and in other people's captures the same connections.
#include <algorithm>
#include <array>
#include <map>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/link_cases.h"
#include "tests/support/loaded_session.h"
#include "tests/support/open_session.h"
#include "tests/support/packet_bytes.h"
#include "tests/support/tshark.h"

namespace framescope {
namespace {

const QString kShared = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");

/// The last tcp.srcport and tcp.len of each packet; empty without TCP.
QList<QByteArray> segmentsOf(const QString& capture, QString& error) {
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"),
                 {QStringLiteral("-n"), QStringLiteral("-r"), capture, QStringLiteral("-T"),
                  QStringLiteral("fields"), QStringLiteral("-E"), QStringLiteral("occurrence=l"),
                  QStringLiteral("-e"), QStringLiteral("tcp.srcport"), QStringLiteral("-e"),
                  QStringLiteral("tcp.len")},
                 QIODevice::ReadOnly);
    if (!tshark.waitForFinished(60'000) || tshark.exitCode() != 0) {
        error = QString::fromUtf8(tshark.readAllStandardError());
        tshark.kill();
        tshark.waitForFinished();
    }
    return tshark.readAllStandardOutput().split('\n');
}

/// Captures in which we count other connections than tshark, and why.
struct Difference {
    const char* path;
    ConnectionId ours;
    const char* reason;
};
constexpr std::array kDifferences = std::to_array<Difference>({
    {"zeek+zeek/testing/btest/Traces/ipv4/fragmented-3.pcap", 1,
     "fragments are missing; what is there of the segment is read"},
});

class TsharkLinksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void handMadePackets() {
        if (!test::haveTshark()) QSKIP("tshark is not installed");
        std::map<std::uint32_t, std::vector<test::LinkCase>> byLink;
        for (test::LinkCase& c : test::linkCases()) {
            if (c.tsharkReads) byLink[c.linkType].push_back(std::move(c));
        }
        QVERIFY(byLink.size() > 30);
        QTemporaryDir folder;
        QStringList wrong;
        for (const auto& [linkType, cases] : byLink) {
            test::CaptureBuilder capture(linkType);
            for (const test::LinkCase& c : cases) capture.packet(c.packet);
            const QString path = folder.filePath(QString::number(linkType));
            QVERIFY(capture.write(path.toStdString()));
            QString error;
            const QList<QByteArray> lines = segmentsOf(path, error);
            QVERIFY2(error.isEmpty(), qPrintable(error));
            QVERIFY(static_cast<std::size_t>(lines.size()) >= cases.size());
            for (std::size_t i = 0; i < cases.size(); ++i) {
                const QByteArray& line = lines[static_cast<qsizetype>(i)];
                if (line == "40000\t7") continue;
                wrong << QStringLiteral("%1 (%2): %3")
                             .arg(QString::fromUtf8(cases[i].name))
                             .arg(linkType)
                             .arg(QString::fromUtf8(line));
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    /// The manifest says how many connections tshark found in each capture.
    void capturesOfOthers() {
        QFile manifest(kShared + QStringLiteral("/MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) {
            QSKIP("other people's captures are not beside the project");
        }
        const QList<QByteArray> lines = manifest.readAll().split('\n');
        const QList<QByteArray> names = lines.value(0).split('\t');
        const auto cell = [&names](const QList<QByteArray>& cells, const char* name) {
            return cells.value(names.indexOf(name));
        };
        int captures = 0;
        std::uint64_t streams = 0;
        QStringList wrong;
        for (const QByteArray& line : lines.mid(1)) {
            const QList<QByteArray> cells = line.split('\t');
            const QByteArray category = cell(cells, "category");
            // Those of "tcp" are about what a connection is; others compare them.
            if (category != "link-format" && category != "pcapng-suite" && category != "ws" &&
                category != "http") {
                continue;
            }
            // What is no format of ours is another test's business.
            const QByteArray format = cell(cells, "format");
            if (!format.startsWith("pcap")) continue;
            const QByteArray path = cell(cells, "path");
            const auto session = test::openSession(
                (kShared + QLatin1Char('/') + QString::fromUtf8(path)).toStdString());
            if (!session) {
                wrong << QString::fromUtf8(path) + QStringLiteral(": does not open");
                continue;
            }
            ++captures;
            const auto expected = std::ranges::find(
                kDifferences, path, [](const Difference& d) { return QByteArray(d.path); });
            const ConnectionId count = expected == kDifferences.end()
                                           ? cell(cells, "tcp_streams").toUInt()
                                           : expected->ours;
            streams += count;
            if (session->connectionCount() == count) continue;
            wrong << QStringLiteral("%1: %2 connections, not %3")
                         .arg(QString::fromUtf8(path))
                         .arg(session->connectionCount())
                         .arg(count);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
        QVERIFY(captures > 150);
        QVERIFY(streams > 200);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::TsharkLinksTest)
#include "test_tshark_links.moc"
