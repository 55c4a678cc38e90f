// Servers and clients of the npm packages socket.io 1.7, 2, 3 and 4 talk to each other in all the
// ways they know while they are recorded; the rows have to be, packet by packet, what they
// themselves logged as sent and received: the Engine.IO packets of each transport, the Socket.IO
// packets as their own parsers read them, and events and acknowledgements as their applications saw
// them.
#include <map>

#include <QJsonDocument>
#include <QTest>

#include "tests/support/loaded_session.h"
#include "tests/support/peer_rows.h"
#include "tests/support/peer_scenario.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// JSON text as a value; a text that is no JSON stands for itself, so that a difference shows it.
QJsonValue parsedJson(const QString& text) {
    const QJsonDocument document =
        QJsonDocument::fromJson("[" + text.toUtf8() + "]");  // any value, not only containers
    return document.array().size() == 1 ? document.array().first() : QJsonValue(text);
}

/// Args as the log has them become args as a row prints them: bytes by their number.
QJsonValue withBytesCounted(const QJsonValue& value) {
    if (value.isArray()) {
        QJsonArray array;
        for (const QJsonValue element : value.toArray()) array.append(withBytesCounted(element));
        return array;
    }
    if (!value.isObject()) return value;
    QJsonObject object = value.toObject();
    if (object.size() == 1 && object.contains(QStringLiteral("@bytes"))) {
        const auto base64 = object.value(QStringLiteral("@bytes")).toString().toLatin1();
        return QByteArray::fromBase64(base64).size();
    }
    for (auto member = object.begin(); member != object.end(); ++member) {
        member.value() = withBytesCounted(member.value());
    }
    return object;
}

/// The rows of one direction as objects like the log's lines.
struct Rows {
    std::map<QString, QList<QJsonObject>> engine;  ///< by transport
    QList<QJsonObject> socket;
    QList<QJsonObject> app;
};

QJsonObject engineLine(const Dissection& row) {
    QJsonObject line{{QStringLiteral("type"), *valueOf(row, FieldId::EngineIoType)}};
    const QJsonValue data = valueOf(row, FieldId::EngineIoData).value_or(QJsonValue(QString()));
    line.insert(data.isObject() ? QStringLiteral("bytes") : QStringLiteral("text"), data);
    return line;
}

QJsonObject socketLine(const Dissection& row) {
    QJsonObject line;
    const auto add = [&](const char* name, FieldId id, bool json) {
        const auto value = valueOf(row, id);
        if (!value) return;
        line.insert(QLatin1String(name), json ? parsedJson(value->toString()) : *value);
    };
    add("type", FieldId::SocketIoType, false);
    add("nsp", FieldId::SocketIoNsp, false);
    add("id", FieldId::SocketIoId, false);
    add("event", FieldId::SocketIoEvent, false);
    add("args", FieldId::SocketIoArgs, true);
    add("attachments", FieldId::SocketIoAttachments, false);
    add("data", FieldId::SocketIoData, true);
    return line;
}

std::map<QString, Rows> rowsOf(const Session& session) {
    std::map<QString, Rows> rows;
    for (RecordId id = 0; id < session.rowCount(); ++id) {
        const Dissection row = session.dissect(id);
        if (!valueOf(row, FieldId::EngineIoType)) continue;
        const Record& record = session.record(id);
        Rows& way = rows[directionName(record.direction)];
        const QString transport = record.kind == RowKind::WebSocketFrame
                                      ? QStringLiteral("websocket")
                                      : QStringLiteral("polling");
        way.engine[transport].append(engineLine(row));
        if (!valueOf(row, FieldId::SocketIoType)) continue;
        const QJsonObject line = socketLine(row);
        way.socket.append(line);
        const QString type = line.value(QStringLiteral("type")).toString();
        if (type.endsWith(QStringLiteral("EVENT")) || type.endsWith(QStringLiteral("ACK"))) {
            way.app.append(line);
        }
    }
    return rows;
}

/// The members of a log's line that a row has too.
QJsonObject picked(const QJsonObject& line, const QStringList& names) {
    QJsonObject result;
    for (const QString& name : names) {
        if (!line.contains(name)) continue;
        const QJsonValue value = line.value(name);
        result.insert(name, name == QStringLiteral("args") ? withBytesCounted(value) : value);
    }
    return result;
}

/// With connection state recovery the server adds an argument that the one who emitted never saw.
void dropOffsets(const QList<QJsonObject>& lines, QList<QJsonObject>& rows) {
    for (qsizetype i = 0; i < std::min(lines.size(), rows.size()); ++i) {
        if (!lines[i].value(QStringLiteral("offset")).toBool()) continue;
        QJsonArray args = rows[i].value(QStringLiteral("args")).toArray();
        if (!args.isEmpty() && args.last().isString()) args.removeLast();
        rows[i].insert(QStringLiteral("args"), args);
    }
}

/// A side of Engine.IO that has closed does not say what it still receives, and takes notice of
/// some packets silently: these are compared with their sender's log only.
bool mayGoUnseen(const QJsonObject& packet) {
    static const QStringList types{QStringLiteral("close"), QStringLiteral("noop"),
                                   QStringLiteral("ping"), QStringLiteral("pong")};
    return types.contains(packet.value(QStringLiteral("type")).toString());
}

class Comparison {
public:
    Comparison(const PeerScenario& scenario, const Session& session)
        : m_scenario(scenario), m_rows(rowsOf(session)) {}

    /// The first difference; empty if there is none.
    QString run() {
        for (const char* const dir : {"c2s", "s2c"}) {
            for (const char* const side : {"client", "server"}) {
                m_dir = QLatin1String(dir);
                m_side = QLatin1String(side);
                m_sender = (m_side == QStringLiteral("client")) == (m_dir == QStringLiteral("c2s"));
                engine(QStringLiteral("polling"));
                engine(QStringLiteral("websocket"));
                socket();
                app();
            }
        }
        return m_difference;
    }
    qsizetype packets() const { return m_packets; }

private:
    QList<QJsonObject> logged(const char* layer, const QString& transport = {}) const {
        QJsonObject wanted{{QStringLiteral("layer"), QLatin1String(layer)},
                           {QStringLiteral("side"), m_side},
                           {QStringLiteral("dir"), m_dir}};
        if (!transport.isEmpty()) wanted.insert(QStringLiteral("transport"), transport);
        return m_scenario.lines(wanted);
    }

    void compare(const QString& what, const QList<QJsonObject>& expected,
                 const QList<QJsonObject>& got, const QStringList& optional) {
        m_packets += expected.size();
        const QString difference = firstDifference(expected, got, optional);
        if (difference.isEmpty()) return;
        m_difference +=
            QStringLiteral("%1, %2, as the %3 %4 them: %5\n")
                .arg(what, m_dir, m_side,
                     m_sender ? QStringLiteral("sent") : QStringLiteral("received"), difference);
    }

    void engine(const QString& transport) {
        QList<QJsonObject> expected;
        for (const QJsonObject& line : logged("engine", transport)) {
            expected.append(picked(
                line, {QStringLiteral("type"), QStringLiteral("text"), QStringLiteral("bytes")}));
        }
        QList<QJsonObject> got = m_rows[m_dir].engine[transport];
        if (!m_sender) {
            erase_if(expected, mayGoUnseen);
            erase_if(got, mayGoUnseen);
        }
        compare(QStringLiteral("Engine.IO packets over ") + transport, expected, got, {});
    }

    void socket() {
        static const QStringList names{QStringLiteral("type"), QStringLiteral("nsp"),
                                       QStringLiteral("id"),   QStringLiteral("event"),
                                       QStringLiteral("args"), QStringLiteral("attachments"),
                                       QStringLiteral("data")};
        QList<QJsonObject> expected;
        for (const QJsonObject& line : logged("socket")) expected.append(picked(line, names));
        compare(QStringLiteral("Socket.IO packets"), expected, m_rows[m_dir].socket,
                {QStringLiteral("id"), QStringLiteral("event"), QStringLiteral("args")});
    }

    void app() {
        const QList<QJsonObject> lines = logged("app");
        QList<QJsonObject> expected;
        for (const QJsonObject& line : lines) {
            QStringList names{QStringLiteral("nsp"), QStringLiteral("args")};
            if (line.value(QStringLiteral("what")).toString() == QStringLiteral("event")) {
                names << QStringLiteral("event");
            }
            expected.append(picked(line, names));
        }
        QList<QJsonObject> got = m_rows[m_dir].app;
        if (m_sender) dropOffsets(lines, got);
        compare(QStringLiteral("events and acknowledgements of the application"), expected, got,
                {});
    }

    const PeerScenario& m_scenario;
    std::map<QString, Rows> m_rows;
    QString m_dir;
    QString m_side;
    bool m_sender = false;
    QString m_difference;
    qsizetype m_packets = 0;
};

}  // namespace

class TestSocketIoPeers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const QString reason = peersUnavailable();
        if (!reason.isEmpty()) QSKIP(qPrintable(reason));
    }

    void conversation_data() {
        QTest::addColumn<int>("generation");
        QTest::addColumn<QString>("way");
        const std::map<int, QStringList> ways{
            {1,
             {"text", "websocket", "upgrade", "polling", "base64", "browser", "jsonp", "deflate"}},
            {2,
             {"text", "websocket", "upgrade", "polling", "base64", "browser", "jsonp", "deflate",
              "msgpack"}},
            {3, {"text", "websocket", "upgrade", "polling", "base64", "deflate"}},
            {4,
             {"text", "websocket", "upgrade", "polling", "base64", "deflate", "msgpack",
              "recovery"}},
        };
        for (const auto& [generation, names] : ways) {
            for (const QString& way : names) {
                const QString name = QStringLiteral("socket.io %1 %2").arg(generation).arg(way);
                QTest::newRow(qPrintable(name)) << generation << way;
            }
        }
    }

    void conversation() {
        QFETCH(const int, generation);
        QFETCH(const QString, way);
        const PeerScenario scenario =
            playScenario(QStringLiteral("socketio.mjs"),
                         QStringLiteral("socketio%1-%2").arg(generation).arg(way),
                         {QString::number(generation), way, QStringLiteral("FOLDER")});
        QVERIFY2(scenario.error.isEmpty(), qPrintable(scenario.error));
        compareRows(scenario, scenario.capture());
    }

    void capturedByTcpdump() {
        // On a busy machine tcpdump may lose packets; what it did not see is no fault of ours.
        constexpr int kAttempts = 3;
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            const PeerScenario scenario =
                playScenario(QStringLiteral("socketio.mjs"), QStringLiteral("socketio4-tcpdump"),
                             {QStringLiteral("4"), QStringLiteral("upgrade"),
                              QStringLiteral("FOLDER"), QStringLiteral("--tcpdump")});
            QVERIFY2(scenario.error.isEmpty(), qPrintable(scenario.error));
            QFile reason(scenario.folder + QStringLiteral("/tcpdump.txt"));
            if (reason.open(QIODevice::ReadOnly)) QSKIP(reason.readAll().constData());
            const QString capture = scenario.folder + QStringLiteral("/tcpdump.pcap");
            const auto session = loadSession(capture.toStdString());
            QVERIFY(session);
            if (lacksBytes(*session)) continue;
            compareRows(scenario, capture);
            return;
        }
        QSKIP("tcpdump lost packets each time it recorded");
    }

    void cleanupTestCase() { qInfo("%lld packets were compared", m_packets); }

private:
    static bool lacksBytes(const Session& session) {
        for (RecordId row = 0; row < session.rowCount(); ++row) {
            if (session.record(row).kind == RowKind::TcpGap) return true;
        }
        return false;
    }

    void compareRows(const PeerScenario& scenario, const QString& capture) {
        const auto session = loadSession(capture.toStdString());
        QVERIFY(session);
        Comparison comparison(scenario, *session);
        const QString difference = comparison.run() + complaints(*session);
        m_packets += comparison.packets();
        failOn(difference, capture);
    }

    qint64 m_packets = 0;
};

QTEST_GUILESS_MAIN(TestSocketIoPeers)
#include "test_socketio_peers.moc"
