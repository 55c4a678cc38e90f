// Real peers talk over `lo` while framescope-cli captures there: what their applications log is a
// row, in order, and it is one while they still talk. Each step waits for the rows of the step
// before, so a row that came only with later packets, or at the end, would stop the conversation.
// How late rows are in milliseconds is told, and measured by `./dev bench live`.
#include <algorithm>
#include <csignal>

#include <QDateTime>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/peer_scenario.h"

using namespace framescope::test;

namespace {

constexpr int kPatience = 20'000;  // milliseconds; only a failure takes so long

/// A text that an application sent or heard, or that a row shows.
struct Message {
    QString dir;
    QString text;
    double time = 0;  ///< ms since 1970: said by the peer, or when the row was read here

    bool operator==(const Message& other) const { return dir == other.dir && text == other.text; }
};

QString listed(const QList<Message>& messages) {
    QStringList lines;
    for (const Message& message : messages) lines << message.dir + QLatin1Char(' ') + message.text;
    return lines.join(QLatin1Char('\n'));
}

/// The peers, driven word by word.
class Peers {
public:
    explicit Peers(const QString& kind) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("FRAMESCOPE_PEERS"), peerPackages());
        m_node.setProcessEnvironment(environment);
        m_node.start(QStringLiteral("node"), {peerPrograms() + QStringLiteral("/live.mjs"), kind});
    }
    ~Peers() {
        m_node.kill();
        m_node.waitForFinished();
    }

    /// Waits for the line that has this member.
    QJsonObject waitFor(const char* member) {
        QElapsedTimer since;
        since.start();
        while (since.elapsed() < kPatience) {
            while (m_node.canReadLine()) {
                const QJsonObject line = QJsonDocument::fromJson(m_node.readLine()).object();
                if (line.contains(QLatin1String("text"))) note(line);
                if (line.contains(QLatin1String(member))) return line;
            }
            if (m_node.state() == QProcess::NotRunning) break;
            m_node.waitForReadyRead(100);
        }
        return {};
    }
    void say(const char* word) {
        m_node.write(QByteArray(word) + '\n');
        m_node.waitForBytesWritten();  // nothing else runs an event loop here
    }

    /// What the applications sent, of one direction, and what they heard.
    QList<Message> sent(const QString& dir) const { return of(m_sent, dir); }
    QList<Message> heard(const QString& dir) const { return of(m_heard, dir); }
    QString complaint() { return QString::fromUtf8(m_node.readAllStandardError()); }

private:
    void note(const QJsonObject& line) {
        const Message message{line.value(QStringLiteral("dir")).toString(),
                              line.value(QStringLiteral("text")).toString(),
                              line.value(QStringLiteral("time")).toDouble()};
        const QString what = line.value(QStringLiteral("what")).toString();
        if (what == QStringLiteral("sent")) m_sent.append(message);
        if (what == QStringLiteral("heard")) m_heard.append(message);
    }
    static QList<Message> of(const QList<Message>& all, const QString& dir) {
        QList<Message> found;
        std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                     [&dir](const Message& message) { return message.dir == dir; });
        return found;
    }

    QProcess m_node;
    QList<Message> m_sent;
    QList<Message> m_heard;
};

/// The terminal program, capturing on `lo`.
class Sniffer {
public:
    Sniffer(int port, const QString& kind, const QString& cache) : m_kind(kind) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CACHE_HOME"), cache);
        m_cli.setProcessEnvironment(environment);
        m_serverPort = port;
        const bool isSocketIo = kind == QStringLiteral("socketio");
        m_cli.start(QStringLiteral(FRAMESCOPE_CLI),
                    {QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-f"),
                     QStringLiteral("tcp port %1").arg(port), QStringLiteral("-Y"),
                     isSocketIo ? QStringLiteral("socketio.event == \"tell\"")
                                : QStringLiteral("websocket.payload.text"),
                     QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                     QStringLiteral("tcp.dstport"), QStringLiteral("-e"),
                     isSocketIo ? QStringLiteral("socketio.args")
                                : QStringLiteral("websocket.payload.text")});
    }
    ~Sniffer() {
        m_cli.kill();
        m_cli.waitForFinished();
    }

    /// Waits until packets are captured; what it says instead, or nothing.
    QString waitUntilCapturing() {
        QElapsedTimer since;
        since.start();
        while (since.elapsed() < kPatience) {
            m_errors += m_cli.readAllStandardError();
            if (m_errors.contains("apturing on")) return {};
            if (m_cli.state() == QProcess::NotRunning) break;
            m_cli.waitForReadyRead(50);
        }
        m_errors += m_cli.readAllStandardError();
        return QStringLiteral("it does not capture: ") + QString::fromUtf8(m_errors);
    }
    /// Reads rows until there are so many, or patience ends.
    void waitForRows(qsizetype count) {
        QElapsedTimer since;
        since.start();
        while (m_rows.size() < count && since.elapsed() < kPatience &&
               m_cli.state() == QProcess::Running) {
            m_cli.waitForReadyRead(100);
            takeLines();
        }
    }
    /// Ctrl-C, and what is left to read. False if it does not end by itself.
    bool interrupt() {
        ::kill(static_cast<pid_t>(m_cli.processId()), SIGINT);
        const bool ended = m_cli.waitForFinished(kPatience);
        takeLines();
        m_errors += m_cli.readAllStandardError();
        return ended;
    }

    QList<Message> rows(const QString& dir) const {
        QList<Message> found;
        for (const Message& row : m_rows) {
            if (row.dir == dir) found.append(row);
        }
        return found;
    }
    qsizetype rowCount() const { return m_rows.size(); }
    int exitCode() const { return m_cli.exitCode(); }
    QString errors() const { return QString::fromUtf8(m_errors); }

private:
    void takeLines() {
        const auto now = static_cast<double>(QDateTime::currentMSecsSinceEpoch());
        while (m_cli.canReadLine()) {
            const QStringList cells =
                QString::fromUtf8(m_cli.readLine()).trimmed().split(QLatin1Char('\t'));
            if (cells.size() != 2) continue;
            const bool toServer = cells[0].toInt() == m_serverPort;
            QString text = cells[1];
            if (m_kind == QStringLiteral("socketio")) {
                text = QJsonDocument::fromJson(text.toUtf8()).array().first().toString();
            }
            m_rows.append({toServer ? QStringLiteral("c2s") : QStringLiteral("s2c"), text, now});
        }
    }

    QProcess m_cli;
    QString m_kind;
    int m_serverPort = 0;
    QByteArray m_errors;
    QList<Message> m_rows;
};

}  // namespace

class TestLivePeers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (const QString reason = peersUnavailable(); !reason.isEmpty()) {
            QSKIP(qPrintable(reason));
        }
    }

    void everyMessageIsARowWhilePeersTalk_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("socket.io 4") << QStringLiteral("socketio");
        QTest::newRow("ws") << QStringLiteral("ws");
    }

    void everyMessageIsARowWhilePeersTalk() {
        QFETCH(const QString, kind);
        const QTemporaryDir cache;
        Peers peers(kind);
        const int port = peers.waitFor("port").value(QStringLiteral("port")).toInt();
        QVERIFY2(port != 0, qPrintable(peers.complaint()));
        Sniffer sniffer(port, kind, cache.path());
        if (const QString reason = sniffer.waitUntilCapturing(); !reason.isEmpty()) {
            if (reason.contains(QStringLiteral("does not let framescope-capture capture"))) {
                QSKIP(qPrintable(reason.simplified()));
            }
            QFAIL(qPrintable(reason));
        }
        peers.say("go");
        QVERIFY2(!peers.waitFor("connected").isEmpty(), qPrintable(peers.complaint()));

        // One after the other: the next one is said when the rows of this one were read.
        constexpr int kSteps = 25;
        for (int step = 1; step <= kSteps; ++step) {
            peers.say("next");
            sniffer.waitForRows(2 * step);
            QCOMPARE(sniffer.rowCount(), 2 * step);
        }
        constexpr int kBurst = 200;
        peers.say("burst");
        sniffer.waitForRows(2 * (kSteps + kBurst));
        peers.say("close");
        QVERIFY2(!peers.waitFor("end").isEmpty(), qPrintable(peers.complaint()));
        QVERIFY(sniffer.interrupt());
        QCOMPARE(sniffer.exitCode(), 0);

        QList<double> lateness;
        for (const char* const name : {"c2s", "s2c"}) {
            const QString dir = QLatin1String(name);
            const QList<Message> sent = peers.sent(dir);
            const QList<Message> rows = sniffer.rows(dir);
            QCOMPARE(sent.size(), kSteps + kBurst);
            QCOMPARE(listed(rows), listed(sent));
            QCOMPARE(listed(peers.heard(dir)), listed(sent));
            for (qsizetype i = 0; i < sent.size(); ++i) lateness << rows[i].time - sent[i].time;
        }
        QVERIFY2(sniffer.errors().contains(QStringLiteral("packets")),
                 qPrintable(sniffer.errors()));
        std::sort(lateness.begin(), lateness.end());
        qInfo("rows behind their messages: median %.0f ms, latest %.0f ms",
              lateness[lateness.size() / 2], lateness.last());
    }
};

QTEST_GUILESS_MAIN(TestLivePeers)
#include "test_live_peers.moc"
