// The third job of the start page: an address to connect to, those of before, and a test server for
// whoever has none.
#pragma once

#include <QWidget>

class QLineEdit;
class QSettings;
class QVBoxLayout;

namespace framescope {

class LinkButton;

class ComposeSection : public QWidget {
    Q_OBJECT

public:
    /// `settings` may be null. `withServer`: a test server can be started.
    ComposeSection(QSettings* settings, bool withServer, QWidget* parent = nullptr);

    QLineEdit& address() { return *m_address; }

Q_SIGNALS:
    void connectRequested(const QString& url);
    void serverRequested();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void connectIfPossible();
    void showRecent();

    QSettings* m_settings;
    QLineEdit* m_address;
    QVBoxLayout* m_recent;
};

}  // namespace framescope
