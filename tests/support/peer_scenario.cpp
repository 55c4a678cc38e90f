// The files of a scenario stay in the build folder, beside the test programs, so that a difference
// can be looked at.
#include "tests/support/peer_scenario.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>

namespace framescope::test {
namespace {

QString shown(const QJsonObject& object) {
    const QString text = QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
    constexpr qsizetype kMost = 600;
    return text.size() > kMost ? text.left(kMost) + QStringLiteral("…") : text;
}

bool same(const QJsonObject& expected, const QJsonObject& got, const QStringList& optional) {
    for (auto member = expected.begin(); member != expected.end(); ++member) {
        if (got.value(member.key()) != member.value()) return false;
    }
    for (const QString& name : optional) {
        if (got.contains(name) != expected.contains(name)) return false;
    }
    return true;
}

}  // namespace

QString peerPrograms() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/tests/peers");
}

QString peerPackages() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/build/peers");
}

QString peersUnavailable() {
    if (QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty()) {
        return QStringLiteral("node is not installed; ./dev test installs it");
    }
    if (QFile::exists(peerPackages() + QStringLiteral("/node_modules/.installed"))) return {};
    QFile reason(peerPackages() + QStringLiteral("/unreachable"));
    if (reason.open(QIODevice::ReadOnly)) {
        return QStringLiteral("the peers could not be fetched: ") +
               QString::fromUtf8(reason.readAll()).simplified();
    }
    return QStringLiteral("the peers are not installed; ./dev test does it");
}

QString PeerScenario::capture() const {
    return folder + QStringLiteral("/conversation.pcap");
}

QList<QJsonObject> PeerScenario::lines(const QJsonObject& wanted) const {
    QList<QJsonObject> found;
    for (const QJsonObject& line : log) {
        if (same(wanted, line, {})) found.append(line);
    }
    return found;
}

QString runPeerProgram(const QString& program, const QStringList& arguments) {
    QProcess node;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("FRAMESCOPE_PEERS"), peerPackages());
    node.setProcessEnvironment(environment);
    // The older packages use what Node warns about.
    node.start(QStringLiteral("node"),
               QStringList{QStringLiteral("--no-deprecation"),
                           peerPrograms() + QStringLiteral("/") + program} +
                   arguments,
               QIODevice::ReadOnly);
    if (!node.waitForFinished(60'000)) {
        node.kill();
        node.waitForFinished();
        return program + QStringLiteral(" does not end");
    }
    if (node.exitStatus() == QProcess::NormalExit && node.exitCode() == 0) return {};
    return program + QStringLiteral(" failed: ") + QString::fromUtf8(node.readAllStandardError());
}

PeerScenario playScenario(const QString& program, const QString& name, QStringList arguments) {
    PeerScenario scenario;
    scenario.folder = QCoreApplication::applicationDirPath() + QStringLiteral("/peers/") + name;
    QDir().mkpath(scenario.folder);
    arguments.replaceInStrings(QStringLiteral("FOLDER"), scenario.folder);
    scenario.error = runPeerProgram(program, arguments);
    if (!scenario.error.isEmpty()) return scenario;
    QFile log(scenario.folder + QStringLiteral("/log.jsonl"));
    if (!log.open(QIODevice::ReadOnly)) {
        scenario.error = QStringLiteral("there is no log");
        return scenario;
    }
    while (!log.atEnd()) {
        const QJsonDocument line = QJsonDocument::fromJson(log.readLine());
        if (!line.isObject()) {
            scenario.error = QStringLiteral("the log is malformed");
            return scenario;
        }
        scenario.log.append(line.object());
    }
    return scenario;
}

QString firstDifference(const QList<QJsonObject>& expected, const QList<QJsonObject>& got,
                        const QStringList& optional) {
    const qsizetype both = std::min(expected.size(), got.size());
    for (qsizetype i = 0; i < both; ++i) {
        if (same(expected[i], got[i], optional)) continue;
        return QStringLiteral("packet %1 of %2\n  expected: %3\n  got:      %4")
            .arg(i + 1)
            .arg(expected.size())
            .arg(shown(expected[i]), shown(got[i]));
    }
    if (expected.size() == got.size()) return {};
    const bool missing = expected.size() > got.size();
    return QStringLiteral("%1 packets expected, %2 got; the first %3 is: %4")
        .arg(expected.size())
        .arg(got.size())
        .arg(missing ? QStringLiteral("missing") : QStringLiteral("extra"),
             shown(missing ? expected[both] : got[both]));
}

}  // namespace framescope::test
