// What the window shows when nothing is open: open a capture, sniff an interface, compose, take up
// what was left behind, one of the last captures, or a sample.
#pragma once

#include <QStringList>
#include <QWidget>

#include "ui/live/live_services.h"

class QSettings;
class QVBoxLayout;

namespace framescope {

/// A capture that ships with the program.
struct Sample {
    QString path;
    QString name;
};

/// The captures in a folder, by name; empty when there is none.
QList<Sample> findSamples(const QString& folder);

class ComposeSection;
class LeftSection;
class SniffSection;

/// What the page offers beside captures.
struct StartOffers {
    bool composer = false;
    bool server = false;  ///< only beside the composer
};

class StartPage : public QWidget {
    Q_OBJECT

public:
    /// Without services there is nothing about live captures. `settings` may be null.
    explicit StartPage(const QList<Sample>& samples, const LiveServices& services = {},
                       QSettings* settings = nullptr, const StartOffers& offers = {},
                       QWidget* parent = nullptr);

    /// Shows these as the last captures that were open, the latest first.
    void setRecentFiles(const QStringList& paths);

    /// Null without services.
    SniffSection* sniff() { return m_sniff; }
    LeftSection* left() { return m_left; }
    /// Null where no composer is offered.
    ComposeSection* compose() { return m_compose; }

Q_SIGNALS:
    void openRequested();
    void fileChosen(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* addSection(const QString& title, QVBoxLayout*& lines);
    void addLink(QVBoxLayout& lines, const QString& path, const QString& name,
                 const QString& remark);

    QVBoxLayout* m_content;
    SniffSection* m_sniff = nullptr;
    LeftSection* m_left = nullptr;
    ComposeSection* m_compose = nullptr;
    QWidget* m_recentSection;
    QVBoxLayout* m_recentLines = nullptr;
};

}  // namespace framescope
