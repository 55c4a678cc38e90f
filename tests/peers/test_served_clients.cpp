// Real clients work against our test server, through every feature, and report the failure that
// each of its misbehaviours should cause: ws, socket.io-client 2 and 4, the Python package
// websockets, and Chromium where it is installed.
#include <memory>

#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "capture/net/reactor.h"
#include "capture/server/test_server.h"
#include "tests/support/peer_scenario.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// Runs a Python program of tests/peers; what it complained of, or nothing.
QString runPython(const QString& program, const QString& url) {
    QProcess python;
    python.start(QStringLiteral("/usr/bin/python3"),
                 {peerPrograms() + QLatin1Char('/') + program, url});
    if (!python.waitForFinished(60'000)) {
        python.kill();
        python.waitForFinished();
        return program + QStringLiteral(" does not end");
    }
    if (python.exitStatus() == QProcess::NormalExit && python.exitCode() == 0) return {};
    return QString::fromUtf8(python.readAllStandardError());
}

}  // namespace

class TestServedClients : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void tour_data();
    void tour();
    void pythonTour();
    void pythonTourThroughTls();
    void browserTour();
    void misbehaviours();
    void misbehavioursTowardsPython();

private:
    void start(bool tls);
    QString url(const char* scheme) const;

    std::unique_ptr<net::Reactor> m_reactor;
    std::unique_ptr<server::TestServer> m_server;
};

void TestServedClients::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestServedClients::start(bool tls) {
    server::ServerOptions options;
    options.tls = tls;
    options.pingInterval = std::chrono::milliseconds(300);
    options.pingTimeout = std::chrono::milliseconds(200);
    m_reactor->call([&] {
        auto started = server::TestServer::start(*m_reactor, options, nullptr, {});
        if (!started) qFatal("%s", started.error().sentence.c_str());
        m_server = *std::move(started);
    });
}

void TestServedClients::init() {
    m_reactor = std::make_unique<net::Reactor>();
    start(false);
}

void TestServedClients::cleanup() {
    if (m_reactor) m_reactor->call([this] { m_server.reset(); });
    m_reactor.reset();
}

QString TestServedClients::url(const char* scheme) const {
    return QStringLiteral("%1://127.0.0.1:%2/").arg(QLatin1String(scheme)).arg(m_server->port());
}

void TestServedClients::tour_data() {
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"ws", "socketio2", "socketio4", "http"}) {
        QTest::newRow(kind) << QString::fromLatin1(kind);
    }
}

void TestServedClients::tour() {
    QFETCH(QString, kind);
    const QString complaint =
        runPeerProgram(QStringLiteral("client_tour.mjs"), {kind, url("http")});
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
    const server::ServerStatus status = m_server->status();
    QVERIFY(status.connections > 0);
}

void TestServedClients::pythonTour() {
    const QString complaint = runPython(QStringLiteral("client_tour.py"), url("ws"));
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
}

void TestServedClients::pythonTourThroughTls() {
    m_reactor->call([this] { m_server.reset(); });
    start(true);
    const QString complaint = runPython(QStringLiteral("client_tour.py"), url("wss"));
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
}

void TestServedClients::browserTour() {
    if (QStandardPaths::findExecutable(QStringLiteral("chromium")).isEmpty()) {
        QSKIP("chromium is not installed");
    }
    const QString complaint = runPeerProgram(QStringLiteral("browser_tour.mjs"), {url("http")});
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
}

void TestServedClients::misbehaviours() {
    const QString complaint =
        runPeerProgram(QStringLiteral("misbehaviour_tour.mjs"), {url("http")});
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
}

void TestServedClients::misbehavioursTowardsPython() {
    const QString complaint = runPython(QStringLiteral("misbehaviour_tour.py"), url("ws"));
    QVERIFY2(complaint.isEmpty(), qPrintable(complaint));
}

QTEST_GUILESS_MAIN(TestServedClients)
#include "test_served_clients.moc"
