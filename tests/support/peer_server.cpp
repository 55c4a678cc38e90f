#include "tests/support/peer_server.h"

#include <algorithm>
#include <map>

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QStandardPaths>

#include "tests/support/peer_scenario.h"

namespace framescope::test {
namespace {

constexpr int kPatience = 20'000;  // milliseconds; only a failure takes so long

}  // namespace

PeerServer::PeerServer(const QString& program, const QStringList& arguments) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("FRAMESCOPE_PEERS"), peerPackages());
    m_process.setProcessEnvironment(environment);
    const QString path = peerPrograms() + QLatin1Char('/') + program;
    if (program.endsWith(QStringLiteral(".py"))) {
        m_process.start(QStringLiteral("/usr/bin/python3"), QStringList{path} + arguments);
    } else {
        m_process.start(QStringLiteral("node"),
                        QStringList{QStringLiteral("--no-deprecation"), path} + arguments);
    }
    waitUntil([this] { return !m_greeting.isEmpty(); });
}

PeerServer::~PeerServer() {
    m_process.closeWriteChannel();
    if (m_process.waitForFinished(5000)) return;
    m_process.kill();
    m_process.waitForFinished();
}

QString PeerServer::url(const QString& scheme, const QString& path) const {
    return QStringLiteral("%1://127.0.0.1:%2%3").arg(scheme).arg(port()).arg(path);
}

void PeerServer::takeLines() {
    while (m_process.canReadLine()) {
        const QJsonObject line = QJsonDocument::fromJson(m_process.readLine()).object();
        if (m_greeting.isEmpty()) {
            m_greeting = line;
        } else {
            m_heard.append(line);
        }
    }
}

bool PeerServer::waitUntil(const std::function<bool()>& reached) {
    QElapsedTimer since;
    since.start();
    for (takeLines(); !reached(); takeLines()) {
        if (since.elapsed() > kPatience || m_process.state() == QProcess::NotRunning) return false;
        m_process.waitForReadyRead(100);
    }
    return true;
}

const QList<QJsonObject>& PeerServer::heard() {
    m_process.waitForReadyRead(0);
    takeLines();
    return m_heard;
}

bool PeerServer::waitForHeard(qsizetype count) {
    return waitUntil([&] { return m_heard.size() >= count; });
}

bool PeerServer::waitForLine(const std::function<bool(const QJsonObject&)>& wanted,
                             qsizetype from) {
    return waitUntil([&] {
        return std::any_of(m_heard.begin() + std::min(from, m_heard.size()), m_heard.end(), wanted);
    });
}

QJsonObject bytesObject(const QByteArray& bytes) {
    return {{QStringLiteral("@bytes"), QString::fromLatin1(bytes.toBase64())}};
}

WireRecord::WireRecord(int port, const QString& file) : m_port(port), m_file(file) {
    // It lies in /usr/sbin on some machines.
    const QStringList places = {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/bin"),
                                QStringLiteral("/sbin")};
    const QString tcpdump = QStandardPaths::findExecutable(QStringLiteral("tcpdump"), places);
    if (tcpdump.isEmpty()) {
        m_error = QStringLiteral("tcpdump is not installed; ./dev test installs it");
        return;
    }
    m_process.start(tcpdump,
                    {QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-s"),
                     QStringLiteral("0"), QStringLiteral("-U"), QStringLiteral("--immediate-mode"),
                     QStringLiteral("-B"), QStringLiteral("16384"), QStringLiteral("-w"), file,
                     QStringLiteral("tcp port %1").arg(port)});
    QElapsedTimer since;
    since.start();
    QByteArray said;
    while (!said.contains("listening on")) {
        if (since.elapsed() > kPatience || m_process.state() == QProcess::NotRunning) {
            said += m_process.readAllStandardError();
            m_error = QStringLiteral("tcpdump does not record: ") + QString::fromUtf8(said);
            return;
        }
        m_process.waitForReadyRead(100);
        said += m_process.readAllStandardError();
    }
}

WireRecord::~WireRecord() {
    m_process.terminate();
    if (m_process.waitForFinished(5000)) return;
    m_process.kill();
    m_process.waitForFinished();
}

QByteArray WireRecord::sentToServer() const {
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"),
                 {QStringLiteral("-r"), m_file, QStringLiteral("-Y"),
                  QStringLiteral("tcp.dstport == %1 && tcp.len > 0").arg(m_port),
                  QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                  QStringLiteral("tcp.stream"), QStringLiteral("-e"), QStringLiteral("tcp.seq"),
                  QStringLiteral("-e"), QStringLiteral("tcp.payload")});
    tshark.waitForFinished(60'000);
    QByteArray sent;
    // On a busy machine a segment is sent again before its acknowledgement is read.
    std::map<QByteArray, qint64> nextSequence;
    for (const QByteArray& line : tshark.readAllStandardOutput().split('\n')) {
        const QList<QByteArray> cells = line.split('\t');
        if (cells.size() != 3) continue;
        const QByteArray payload = QByteArray::fromHex(cells[2]);
        const qint64 begin = cells[1].toLongLong();
        const auto [next, isFirst] = nextSequence.try_emplace(cells[0], begin);
        const qint64 known = std::clamp<qint64>(next->second - begin, 0, payload.size());
        sent += payload.mid(known);
        next->second = std::max(next->second, begin + payload.size());
    }
    return sent;
}

bool WireRecord::waitForEnd(const QByteArray& end) const {
    QElapsedTimer since;
    since.start();
    while (!sentToServer().endsWith(end)) {
        if (since.elapsed() > kPatience) return false;
    }
    return true;
}

}  // namespace framescope::test
