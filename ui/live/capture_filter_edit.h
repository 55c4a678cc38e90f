// A line for a capture filter in libpcap's language. What is typed is checked on another thread (a
// name of a host may have to be looked up), and a message tells what libpcap says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <QLineEdit>
#include <QTimer>

class QStringListModel;

namespace framescope {

class CaptureFilterEdit : public QLineEdit {
    Q_OBJECT

public:
    enum class State { Empty, Checking, Good, Bad };
    using Check = std::function<std::optional<std::string>(const std::string&, std::uint32_t)>;

    /// Without `check` everything counts as good.
    explicit CaptureFilterEdit(Check check, QWidget* parent = nullptr);

    /// The link type the filter is for; asks again if it is another one.
    void setLinkType(std::uint32_t linkType);
    /// Filters of before, offered while typing and with the Down key.
    void setHistory(const QStringList& filters);

    State state() const { return m_state; }
    /// What is wrong with it; empty unless Bad.
    QString message() const { return m_message; }
    /// The filter without blanks around it.
    QString filter() const { return text().trimmed(); }

Q_SIGNALS:
    void stateChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void note(State state, const QString& message = {});
    void askSoon();
    void ask();

    Check m_check;
    std::uint32_t m_linkType = 1;
    State m_state = State::Empty;
    QString m_message;
    quint64 m_generation = 0;  // of the question; answers to earlier ones are dropped
    int m_asking = 0;
    QTimer m_soon;
    QStringListModel* m_history;
};

}  // namespace framescope
