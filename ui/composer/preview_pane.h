// The preview beside a form: what is wrong, the frames of the message, and of the one that is
// chosen the tree and the bytes, exactly as they are about to be sent.
#pragma once

#include <QWidget>

#include "ui/composer/draft_preview.h"

class QLabel;
class QSplitter;
class QTabBar;

namespace framescope {

class FieldTreeView;
class FlatTabBar;
class SourceTabs;

/// Sentences with the marks of their severity; those that have no room are counted.
class IssueList : public QWidget {
    Q_OBJECT

public:
    explicit IssueList(QWidget* parent = nullptr);

    void setIssues(std::vector<PreviewIssue> issues);
    const std::vector<PreviewIssue>& issues() const { return m_issues; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    int shownLines() const;

    std::vector<PreviewIssue> m_issues;
};

class PreviewPane : public QWidget {
    Q_OBJECT

public:
    explicit PreviewPane(QWidget* parent = nullptr);

    void setView(const DraftView& view);
    IssueList& issues() { return *m_issues; }
    FieldTreeView& tree() { return *m_tree; }
    SourceTabs& sources() { return *m_sources; }
    QTabBar& frames();
    QString summary() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showRow(int row);

    DraftView m_view;
    QLabel* m_summary;
    IssueList* m_issues;
    FlatTabBar* m_frames;
    FieldTreeView* m_tree;
    SourceTabs* m_sources;
    std::shared_ptr<const Dissection> m_dissection;
};

}  // namespace framescope
