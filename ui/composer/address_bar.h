// Where a connection goes and how it is: the address, what is spoken there, the state in words with
// a mark, and the buttons that change it.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "capture/client/client.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace framescope {

class FlatButton;

class AddressBar : public QWidget {
    Q_OBJECT

public:
    explicit AddressBar(QWidget* parent = nullptr);

    QString url() const;
    void setUrl(const QString& url);
    client::Speaks speaks() const;
    void setSpeaks(client::Speaks speaks);
    void setRecent(const QStringList& urls);
    /// Shows the state of a connection; `verified` false: its certificate is not checked.
    void showStatus(const client::Status& status, bool verifies);
    /// What stands below the address: why it is not open, or what else is to be known.
    void setSentence(Severity severity, const QString& sentence);
    QString sentence() const;
    QString stateText() const { return m_stateText; }

    /// Puts the focus into the address, all of it selected.
    void takeFocus();
    QComboBox& addressBox() { return *m_address; }
    FlatButton& connectButton() { return *m_connect; }
    FlatButton& cutButton() { return *m_cut; }
    FlatButton& settingsButton() { return *m_settings; }

Q_SIGNALS:
    /// Connect, or Disconnect where something is open or under way.
    void connectToggled();
    void cutRequested();
    void settingsRequested();
    /// Address or protocol are others.
    void changed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void updateState();
    void elide();

    client::Status m_status;
    bool m_verifies = true;
    QString m_stateText;
    QString m_detail;
    Severity m_severity = Severity::None;
    QElapsedTimer m_sinceStatus;
    QTimer m_countdown;
    QComboBox* m_address;
    QComboBox* m_speaks;
    FlatButton* m_connect;
    FlatButton* m_cut;
    FlatButton* m_settings;
    QLabel* m_state;
    QLabel* m_about;
    QLabel* m_unchecked;
    QWidget* m_sentenceLine;
    QLabel* m_sentence;
};

/// "Open", "Closed with 1000 (normal closure): bye", "Waiting for attempt 3 in 4 s", ...
QString stateWords(const client::Status& status, qint64 elapsedMs);
/// What is known of an open connection: the peer, TLS, compression, subprotocol, session.
QString peerWords(const client::Status& status);

}  // namespace framescope
