// Two passes and sorting of segments, so that tshark sees the stream as its receiver did. Heads are
// listed in the packet that completes the head and not, as by default, the body.
#include "tests/support/tshark.h"

#include <QProcess>
#include <QStandardPaths>

namespace framescope::test {
namespace {

/// Between fields, and between the occurrences of one: characters that hardly any text contains. If
/// one does, the line has too many fields and that is an error, not a wrong comparison.
constexpr char kFieldSeparator = '\x1e';
constexpr char kOccurrenceSeparator = '\x1f';

}  // namespace

bool haveTshark() {
    return !QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty();
}

TsharkRun runTshark(const QString& capture, const QList<std::uint16_t>& httpPorts,
                    const QList<QByteArray>& fields) {
    QStringList arguments = {
        QStringLiteral("-2"),
        QStringLiteral("-n"),
        QStringLiteral("-r"),
        capture,
        QStringLiteral("-o"),
        QStringLiteral("tcp.reassemble_out_of_order:TRUE"),
        QStringLiteral("-o"),
        QStringLiteral("http.desegment_body:FALSE"),
        QStringLiteral("-Y"),
        QStringLiteral("websocket || http"),
        QStringLiteral("-T"),
        QStringLiteral("fields"),
        QStringLiteral("-E"),
        QStringLiteral("separator=") + QChar::fromLatin1(kFieldSeparator),
        QStringLiteral("-E"),
        QStringLiteral("aggregator=") + QChar::fromLatin1(kOccurrenceSeparator),
        QStringLiteral("-e"),
        QStringLiteral("frame.number")};
    for (const std::uint16_t port : httpPorts) {
        arguments << QStringLiteral("-d") << QStringLiteral("tcp.port==%1,http").arg(port);
    }
    for (const QByteArray& field : fields)
        arguments << QStringLiteral("-e") << QString::fromUtf8(field);

    TsharkRun run;
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"), arguments, QIODevice::ReadOnly);
    if (!tshark.waitForFinished(60'000) || tshark.exitStatus() != QProcess::NormalExit) {
        tshark.kill();
        tshark.waitForFinished();
        run.error = QStringLiteral("tshark did not end");
        return run;
    }
    // 2 is for a capture that is cut off, whose packets up to there were printed.
    if (tshark.exitCode() != 0 && tshark.exitCode() != 2) {
        run.error = QString::fromUtf8(tshark.readAllStandardError());
        return run;
    }
    for (const QByteArray& line : tshark.readAllStandardOutput().split('\n')) {
        if (line.isEmpty()) continue;
        const QList<QByteArray> cells = line.split(kFieldSeparator);
        if (cells.size() != fields.size() + 1) {
            run.error = QStringLiteral("a line that is not understood: ") + QString::fromUtf8(line);
            return run;
        }
        TsharkPacket& packet = run.packets[cells[0].toUInt()];
        for (qsizetype i = 0; i < fields.size(); ++i) {
            if (cells[i + 1].isEmpty()) continue;
            packet[fields[i]] = cells[i + 1].split(kOccurrenceSeparator);
        }
    }
    return run;
}

}  // namespace framescope::test
