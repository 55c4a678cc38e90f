// Everything that can be chosen for a connection beside its address: the handshake, TLS, the way
// there, Socket.IO, and what happens by itself.
#pragma once

#include <QDialog>

#include "capture/client/client_options.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QStackedWidget;
class QTableView;

namespace framescope {

class FlatTabBar;
class PairTableModel;

class SettingsDialog : public QDialog {
    Q_OBJECT

public:
    SettingsDialog(const client::ClientOptions& options, QWidget* parent);

    /// What is chosen; address and protocol are those it was given.
    client::ClientOptions options() const;
    /// What keeps it from being taken, a sentence; empty for nothing.
    QString obstacle() const;
    FlatTabBar& pages() { return *m_tabs; }

private:
    QWidget* handshakePage();
    QWidget* tlsPage();
    QWidget* wayPage();
    QWidget* socketPage();
    QWidget* automaticPage();
    void fill();
    void acceptIfPossible();

    client::ClientOptions m_given;
    FlatTabBar* m_tabs;
    QStackedWidget* m_stack;
    QLabel* m_sentence;
    // Handshake
    QLineEdit* m_subprotocols = nullptr;
    QCheckBox* m_deflate = nullptr;
    QLineEdit* m_extensions = nullptr;
    PairTableModel* m_headers = nullptr;
    QCheckBox* m_typed = nullptr;
    QPlainTextEdit* m_request = nullptr;
    // TLS
    QCheckBox* m_verify = nullptr;
    QLineEdit* m_ca = nullptr;
    QLineEdit* m_certificate = nullptr;
    QLineEdit* m_key = nullptr;
    QLineEdit* m_serverName = nullptr;
    QLineEdit* m_keyLog = nullptr;
    // Way
    QLineEdit* m_proxyHost = nullptr;
    QSpinBox* m_proxyPort = nullptr;
    QLineEdit* m_proxyUser = nullptr;
    QSpinBox* m_connectTime = nullptr;
    QSpinBox* m_tlsTime = nullptr;
    QSpinBox* m_handshakeTime = nullptr;
    QSpinBox* m_closeTime = nullptr;
    QSpinBox* m_idleTime = nullptr;
    // Socket.IO
    QComboBox* m_revision = nullptr;
    QComboBox* m_way = nullptr;
    QLineEdit* m_path = nullptr;
    PairTableModel* m_namespaces = nullptr;
    QCheckBox* m_heartbeats = nullptr;
    QCheckBox* m_base64 = nullptr;
    QCheckBox* m_msgpack = nullptr;
    // Automatic
    QCheckBox* m_pongs = nullptr;
    QCheckBox* m_closes = nullptr;
    QCheckBox* m_periodic = nullptr;
    QSpinBox* m_interval = nullptr;
    QLineEdit* m_periodicDraft = nullptr;
    QCheckBox* m_reconnect = nullptr;
    QSpinBox* m_firstDelay = nullptr;
    QSpinBox* m_longestDelay = nullptr;
    QSpinBox* m_attempts = nullptr;
    QPlainTextEdit* m_urls = nullptr;
};

}  // namespace framescope
