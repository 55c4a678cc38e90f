// The npm package ws and Python's websockets talk to each other, with and without
// permessage-deflate, while they are recorded; the rows have to be, frame by frame and message by
// message, what they themselves logged as sent and received.
#include <map>

#include <QProcess>
#include <QTest>

#include "tests/support/loaded_session.h"
#include "tests/support/peer_rows.h"
#include "tests/support/peer_scenario.h"

using namespace framescope;
using namespace framescope::test;

namespace {

const QString kWhat = QStringLiteral("what");

/// Why Debian's Python cannot play; empty if it can.
QString pythonUnavailable() {
    QProcess python;
    python.start(QStringLiteral("/usr/bin/python3"),
                 {QStringLiteral("-c"), QStringLiteral("import websockets.legacy")});
    if (python.waitForFinished(20'000) && python.exitStatus() == QProcess::NormalExit &&
        python.exitCode() == 0) {
        return {};
    }
    return QStringLiteral("python3-websockets is not installed; ./dev test installs it");
}

/// Bytes of the message that a row completes: joined and inflated where it is more than its frame.
ByteView messageBytes(const Dissection& row) {
    FieldIndex field = row.fields.find(FieldId::WebSocketMessage);
    if (field == kNoField) field = row.fields.find(FieldId::WebSocketPayload);
    return field == kNoField ? ByteView() : row.bytesOf(row.fields[field]);
}

/// A close frame, ping, pong or the end of a message, as the log has it.
QJsonObject messageLine(const Dissection& row, std::uint8_t opcode, bool binary) {
    if (opcode == 8) {
        QJsonObject line{{kWhat, QStringLiteral("close")}};
        const auto code = valueOf(row, FieldId::WebSocketPayloadCloseStatusCode);
        if (!code) return line;
        line.insert(QStringLiteral("code"), *code);
        line.insert(
            QStringLiteral("reason"),
            valueOf(row, FieldId::WebSocketPayloadCloseReason).value_or(QJsonValue(QString())));
        return line;
    }
    const ByteView bytes = messageBytes(row);
    if (opcode == 9) return {{kWhat, QStringLiteral("ping")}, {"bytes", loggedBytes(bytes)}};
    if (opcode == 10) return {{kWhat, QStringLiteral("pong")}, {"bytes", loggedBytes(bytes)}};
    if (binary) return {{kWhat, QStringLiteral("binary")}, {"bytes", loggedBytes(bytes)}};
    return {{kWhat, QStringLiteral("text")}, {"text", toQt(asText(bytes))}};
}

struct Rows {
    QList<QJsonObject> frames;
    QList<QJsonObject> messages;
};

std::map<QString, Rows> rowsOf(const Session& session) {
    std::map<QString, Rows> rows;
    for (RecordId id = 0; id < session.rowCount(); ++id) {
        const Record& record = session.record(id);
        if (record.kind != RowKind::WebSocketFrame) continue;
        Rows& way = rows[directionName(record.direction)];
        const bool fin = record.has(kFlagFin);
        way.frames.append(
            {{QStringLiteral("opcode"), record.opcode}, {QStringLiteral("fin"), fin}});
        if (!fin) continue;
        way.messages.append(
            messageLine(session.dissect(id), record.opcode, record.has(kFlagBinary)));
    }
    return rows;
}

/// The lines without what tells whose they are.
QList<QJsonObject> stripped(QList<QJsonObject> lines) {
    for (QJsonObject& line : lines) {
        for (const char* const name : {"layer", "side", "dir"}) line.remove(QLatin1String(name));
    }
    return lines;
}

}  // namespace

class TestWebSocketPeers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const QString reason = peersUnavailable();
        if (!reason.isEmpty()) QSKIP(qPrintable(reason));
    }

    void conversation_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("client");
        QTest::addColumn<QString>("way");
        const QString ws = QStringLiteral("ws"), python = QStringLiteral("python");
        for (const auto& [server, client] : {std::pair(ws, ws), {python, ws}, {ws, python}}) {
            for (const char* const way :
                 {"plain", "takeover", "no-takeover", "window-bits", "one-sided", "other-sided"}) {
                QTest::addRow("%s and %s, %s", qPrintable(server), qPrintable(client), way)
                    << server << client << QString::fromLatin1(way);
            }
        }
    }

    void conversation() {
        QFETCH(const QString, server);
        QFETCH(const QString, client);
        QFETCH(const QString, way);
        if (server != client) {
            static const QString reason = pythonUnavailable();
            if (!reason.isEmpty()) QSKIP(qPrintable(reason));
        }
        const PeerScenario scenario =
            playScenario(QStringLiteral("websocket.mjs"),
                         QStringLiteral("websocket-%1-%2-%3").arg(server, client, way),
                         {server, client, way, QStringLiteral("FOLDER")});
        QVERIFY2(scenario.error.isEmpty(), qPrintable(scenario.error));
        const auto session = loadSession(scenario.capture().toStdString());
        QVERIFY(session);

        std::map<QString, Rows> rows = rowsOf(*session);
        QString difference;
        for (const char* const direction : {"c2s", "s2c"}) {
            for (const char* const side : {"client", "server"}) {
                const auto logged = [&](const char* layer) {
                    return stripped(
                        scenario.lines({{QStringLiteral("layer"), QLatin1String(layer)},
                                        {QStringLiteral("side"), QLatin1String(side)},
                                        {QStringLiteral("dir"), QLatin1String(direction)}}));
                };
                const auto compare = [&](const QList<QJsonObject>& expected,
                                         const QList<QJsonObject>& got, const char* what) {
                    m_packets += expected.size();
                    const QString first = firstDifference(expected, got, {QStringLiteral("code")});
                    if (first.isEmpty()) return;
                    difference += QStringLiteral("%1, %2, as the %3 has them: %4\n")
                                      .arg(QLatin1String(what), QLatin1String(direction),
                                           QLatin1String(side), first);
                };
                const Rows& wire = rows[QLatin1String(direction)];
                compare(logged("message"), wire.messages, "messages");
                // The receiving ws is not told of frames.
                const auto frames = logged("frame");
                const bool sends = (QLatin1String(side) == QLatin1String("client")) ==
                                   (QLatin1String(direction) == QLatin1String("c2s"));
                if (sends || !frames.isEmpty()) compare(frames, wire.frames, "frames");
            }
        }
        failOn(difference + complaints(*session), scenario.capture());
    }

    void cleanupTestCase() { qInfo("%lld packets were compared", m_packets); }

private:
    qint64 m_packets = 0;
};

QTEST_GUILESS_MAIN(TestWebSocketPeers)
#include "test_websocket_peers.moc"
