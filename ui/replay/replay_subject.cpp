// Connections of an Engine.IO session are listed all the same: one may want the WebSocket alone.
#include "ui/replay/replay_subject.h"

#include "capture/session/session.h"
#include "ui/connections/engine_session_model.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr qsizetype kLongestName = 60;

QString urlOf(const Endpoint& server) {
    return QStringLiteral("ws://%1/").arg(QString::fromStdString(server.text()));
}

bool canBeSpoken(const ConnectionInfo& info) {
    switch (info.facts.protocol) {
        case Protocol::Tcp:
            return false;  // nothing was understood of it
        default:
            return info.rows != 0;
    }
}

}  // namespace

std::vector<ReplaySubject> replaySubjects(const Session& session) {
    std::vector<ReplaySubject> subjects;
    const auto& engineSessions = session.engineSessions();
    for (std::size_t i = 0; i < engineSessions.size(); ++i) {
        if (subjects.size() == kMaxReplaySubjects) return subjects;
        const engineio::SessionInfo& info = engineSessions[i];
        ReplaySubject subject;
        subject.engineSession = static_cast<engineio::SessionId>(i);
        const QString sid = info.sid.empty() ? QStringLiteral("without a sid")
                                             : displayText(info.sid, kLongestName);
        subject.title = QStringLiteral("Session %1  %2").arg(i + 1).arg(sid);
        subject.detail = QStringLiteral("%1, %2").arg(
            transportWords(info), counted(info.packets[0] + info.packets[1], "packet", "packets"));
        subject.url = urlOf(info.server);
        subjects.push_back(std::move(subject));
    }
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        if (subjects.size() == kMaxReplaySubjects) return subjects;
        const ConnectionInfo& info = session.connection(id);
        if (!canBeSpoken(info)) continue;
        ReplaySubject subject;
        subject.connection = id;
        subject.title = QStringLiteral("Connection %1  %2")
                            .arg(id)
                            .arg(QString::fromLatin1(protocolName(info.facts.protocol)));
        const QString path = displayText(session.name(info.facts.path), kLongestName);
        if (!path.isEmpty()) subject.title += QLatin1Char(' ') + path;
        subject.detail =
            QStringLiteral("%1 → %2, %3")
                .arg(QString::fromStdString(info.client.text()),
                     QString::fromStdString(info.server.text()), counted(info.rows, "row", "rows"));
        subject.url = urlOf(info.server);
        subjects.push_back(std::move(subject));
    }
    return subjects;
}

}  // namespace framescope
