// Choices are words of parseReadAs(), so that window and terminal cannot differ.
#include "ui/reading/read_connection_menu.h"

#include <QActionGroup>

#include "capture/session/session.h"
#include "dissector/layer/message_protocol.h"
#include "ui/reading/reading_rules.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

ReadAs fromWords(const char* words) {
    auto parsed = parseReadAs(words);
    const ReadAs* const readAs = std::get_if<ReadAs>(&parsed);
    return readAs != nullptr ? *readAs : ReadAs();
}

/// Whether two say the same, but for compression and revision.
bool sameReading(const ReadAs& one, const ReadAs& other) {
    return one.kind == other.kind && one.messages == other.messages &&
           one.socketIo == other.socketIo;
}

bool sameCompression(const ReadAs& one, const ReadAs& other) {
    return one.compressionSaid == other.compressionSaid && one.compression == other.compression;
}

/// In a menu an ampersand stands for a mnemonic.
QString withoutMnemonic(QString text) {
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

ReadConnectionMenu::ReadConnectionMenu(QWidget* parent)
    : QMenu(QStringLiteral("Rea&d Connection as\tCtrl+Shift+U"), parent) {
    m_scope = addAction(QString());
    m_scope->setEnabled(false);
    for (QActionGroup** group : {&m_readingGroup, &m_compressionGroup, &m_revisionGroup}) {
        *group = new QActionGroup(this);
    }
    setToolTipsVisible(true);
    addSeparator();
    addReading(*this, QStringLiteral("&Automatic"), "auto");
    addSeparator();
    addReading(*this, QStringLiteral("&HTTP"), "http");
    addReading(*this, QStringLiteral("&WebSocket"), "websocket");
    addReading(*this, QStringLiteral("&Socket.IO on WebSocket"), "socketio");
    addReading(*this, QStringLiteral("&Engine.IO on WebSocket"), "engineio");
    QMenu& others = *addMenu(QStringLiteral("&Other on WebSocket"));
    addReading(others, QStringLiteral("&STOMP"), "stomp");
    addReading(others, QStringLiteral("&MQTT"), "mqtt");
    addReading(others, QStringLiteral("&WAMP"), "wamp");
    addReading(others, QStringLiteral("&GraphQL"), "graphql");
    addReading(others, QStringLiteral("Signal&R"), "signalr");
    addReading(others, QStringLiteral("Sock&JS"), "sockjs");
    addReading(others, QStringLiteral("&Action Cable"), "actioncable");
    addReading(*this, QStringLiteral("E&vent Stream Joined in Its Midst"), "sse");
    addReading(*this, QStringLiteral("&Plain TCP"), "tcp");
    addSeparator();
    m_compressionMenu = addMenu(QStringLiteral("&Compression"));
    addCompression(QStringLiteral("As the &Frames Show It"), "websocket");
    addCompression(QStringLiteral("&None"), "websocket,no-deflate");
    addCompression(QStringLiteral("permessage-&deflate, Context Taken Over"), "websocket,deflate");
    addCompression(QStringLiteral("permessage-deflate, Each Message by &Itself"),
                   "websocket,no-takeover");
    addCompression(QStringLiteral("&x-webkit-deflate-frame"), "websocket,deflate-frame");
    m_revisionMenu = addMenu(QStringLiteral("&Revision of Engine.IO"));
    addRevision(QStringLiteral("As the &Packets Show It"), 0);
    addRevision(QStringLiteral("EIO=&4"), 4);
    addRevision(QStringLiteral("EIO=&3"), 3);
    addRevision(QStringLiteral("EIO=&2"), 2);
    menuAction()->setToolTip(plainToolTip(
        QStringLiteral("Says what the connection is, whatever it would be taken for; the capture "
                       "is read again (Ctrl+Shift+U)")));
    setTarget(nullptr, std::nullopt, {});
}

void ReadConnectionMenu::addReading(QMenu& menu, const QString& text, const char* words) {
    const ReadAs readAs = fromWords(words);
    QAction* const action = menu.addAction(text, this, [this, readAs] {
        ReadAs wanted = readAs;
        if (wanted.kind == ReadAs::Kind::WebSocket) {
            // What was said of the compression holds for whatever the messages carry.
            wanted.compressionSaid = m_now.compressionSaid;
            wanted.compression = m_now.compression;
            if (wanted.messages != nullptr && wanted.messages == m_now.messages) {
                wanted.engineVersion = m_now.engineVersion;
            }
        }
        choose(wanted);
    });
    action->setCheckable(true);
    m_readingGroup->addAction(action);
    m_readings.emplace_back(action, readAs);
}

void ReadConnectionMenu::addCompression(const QString& text, const char* parameter) {
    const ReadAs readAs = fromWords(parameter);
    QAction* const action = m_compressionMenu->addAction(text, this, [this, readAs] {
        ReadAs wanted = m_now;
        wanted.compressionSaid = readAs.compressionSaid;
        wanted.compression = readAs.compression;
        choose(wanted);
    });
    action->setCheckable(true);
    m_compressionGroup->addAction(action);
    m_compressions.emplace_back(action, readAs);
}

void ReadConnectionMenu::addRevision(const QString& text, std::uint8_t revision) {
    QAction* const action = m_revisionMenu->addAction(text, this, [this, revision] {
        ReadAs wanted = m_now;
        wanted.engineVersion = revision;
        choose(wanted);
    });
    action->setCheckable(true);
    m_revisionGroup->addAction(action);
    m_revisions.emplace_back(action, revision);
}

void ReadConnectionMenu::choose(const ReadAs& readAs) {
    // The mark of a click is not the truth yet.
    showMarks();
    if (m_connection && readAs != m_now) Q_EMIT chosen(*m_connection, readAs);
}

void ReadConnectionMenu::setTarget(const Session* session, std::optional<ConnectionId> connection,
                                   const ReadAsRules& rules) {
    if (session == nullptr || (connection && *connection >= session->connectionCount())) {
        connection.reset();
    }
    m_connection = connection;
    m_now = connection ? readAsOf(rules, *session, *connection) : ReadAs();
    menuAction()->setEnabled(connection.has_value());
    if (connection) {
        const ConnectionInfo& info = session->connection(*connection);
        m_scope->setText(withoutMnemonic(QStringLiteral("Connection %1, %2 → %3")
                                             .arg(QString::number(*connection),
                                                  QString::fromStdString(info.client.text()),
                                                  QString::fromStdString(info.server.text()))));
    }
    showMarks();
}

void ReadConnectionMenu::showMarks() {
    // Of a group one is always marked; the others follow.
    for (const auto& [action, readAs] : m_readings) {
        if (sameReading(readAs, m_now)) action->setChecked(true);
    }
    for (const auto& [action, readAs] : m_compressions) {
        if (sameCompression(readAs, m_now)) action->setChecked(true);
    }
    for (const auto& [action, revision] : m_revisions) {
        if (revision == m_now.engineVersion) action->setChecked(true);
    }
    const bool isWebSocket = m_now.kind == ReadAs::Kind::WebSocket;
    const bool isEngineIo =
        m_now.messages != nullptr && m_now.messages->protocol == Protocol::EngineIo;
    const auto enable = [](const QMenu& menu, bool enabled, const char* otherwise) {
        menu.menuAction()->setEnabled(enabled);
        menu.menuAction()->setToolTip(enabled ? QString()
                                              : plainToolTip(QString::fromUtf8(otherwise)));
    };
    enable(*m_compressionMenu, isWebSocket,
           "Choose WebSocket, or something on it, first: its compression is part of that choice");
    enable(*m_revisionMenu, isWebSocket && isEngineIo,
           "Choose Socket.IO or Engine.IO on WebSocket first: its revision is part of that choice");
}

}  // namespace framescope
