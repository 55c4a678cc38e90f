// One of the places of the window beside the open capture: the composer, a replay, the test server.
// Each has a tab; opening one never closes what another shows.
//
// An area knows nothing of the window. What it wants of it, it says with signals; what the window's
// menus act on while it is in front is its place, the capture that it shows.
#pragma once

#include <functional>
#include <optional>

#include <QWidget>

#include "dissector/engineio/session_info.h"
#include "dissector/record/record.h"

class QSettings;

namespace framescope {

class CapturePlace;
class LoadController;
class Session;

class WorkArea : public QWidget {
    Q_OBJECT

public:
    explicit WorkArea(const QString& title, QWidget* parent = nullptr);

    /// What stands on its tab.
    const QString& title() const { return m_title; }
    void setTitle(const QString& title);

    /// The capture in it that menus, status line and title speak of while it is in front; null for
    /// none.
    virtual CapturePlace* place() { return nullptr; }
    /// Puts the focus where one begins.
    virtual void takeFocus() { setFocus(); }
    /// Its own actions, for the menu that is named after it.
    virtual QList<QAction*> menuActions() const { return {}; }

    /// What the next takeRow() or takeConversation() is about lies in this capture.
    virtual void takeFrom(const LoadController& capture);
    /// Takes a row of a capture as something to work on: a message to edit and send, a conversation
    /// to replay. The session is valid during the call only.
    virtual void takeRow(const Session& session, RecordId row);
    /// Takes all of a connection, or of an Engine.IO session.
    virtual void takeConversation(std::optional<ConnectionId> connection,
                                  std::optional<engineio::SessionId> engineSession);
    /// Takes an address to connect to.
    virtual void takeAddress(const QString& url);

    /// Whether something would be lost, or cut, if the area went away now.
    virtual bool wouldLose() const { return false; }
    /// Calls `next` once that is decided; never if somebody goes back.
    virtual void whenDecided(std::function<void()> next) { next(); }
    /// Keeps the sizes of its panes.
    virtual void saveSizes(QSettings& settings) const;

Q_SIGNALS:
    void titleChanged();
    /// It wants to be in front.
    void frontRequested();
    /// Somebody wants to connect to this address in the composer.
    void composeRequested(const QString& url);
    /// A file was saved, and belongs into the list of recent captures.
    void captureSaved(const QString& path);
    /// Something cannot be done; one sentence for the strip of the window.
    void failed(const QString& sentence);

private:
    QString m_title;
};

/// What the window makes its areas with, when somebody first asks for them; empty: not offered.
struct AreaMakers {
    std::function<WorkArea*()> composer;
    std::function<WorkArea*()> replay;
    std::function<WorkArea*()> server;
};

}  // namespace framescope
