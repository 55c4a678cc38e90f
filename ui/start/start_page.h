// What the window shows when nothing is open: open a capture, one of the last ones, or a sample.
#pragma once

#include <QStringList>
#include <QWidget>

class QVBoxLayout;

namespace framescope {

/// A capture that ships with the program.
struct Sample {
    QString path;
    QString name;
};

/// The captures in a folder, by name; empty when there is none.
QList<Sample> findSamples(const QString& folder);

class StartPage : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(const QList<Sample>& samples, QWidget* parent = nullptr);

    /// Shows these as the last captures that were open, the latest first.
    void setRecentFiles(const QStringList& paths);

Q_SIGNALS:
    void openRequested();
    void fileChosen(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* addSection(const QString& title, QVBoxLayout*& lines);
    void addLink(QVBoxLayout& lines, const QString& path, const QString& name,
                 const QString& remark);

    QVBoxLayout* m_content;
    QWidget* m_recentSection;
    QVBoxLayout* m_recentLines = nullptr;
};

}  // namespace framescope
