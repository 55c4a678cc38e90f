// A replay in the window: what is replayed and to where, how, the plan, and when it was played the
// two conversations with what is different about them.
//
// Wide, the settings stand beside the tables; narrow, they are a tab of their own.
#pragma once

#include <functional>

#include <QPointer>
#include <QWidget>

#include "ui/replay/replay_choices.h"
#include "ui/replay/replay_controller.h"

class QComboBox;
class QLineEdit;
class QScrollArea;
class QSettings;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace framescope {

class ComparisonView;
class ErrorLabel;
class FlatButton;
class FlatTable;
class LinkButton;
class PlanModel;
class ReplayForm;
class VerdictBar;

class ReplayPanel : public QWidget {
    Q_OBJECT

public:
    enum Tab { Settings, Plan, Comparison, Transcript };

    /// `settings` may be null; both must outlive this. `transcript` is shown on a tab, and belongs
    /// to this then; null for none. `wake` is what the transcript of the next replay calls.
    ReplayPanel(ReplayController& controller, QSettings* settings, QWidget* transcript = nullptr,
                std::function<live::Wake()> wake = {}, QWidget* parent = nullptr);

    /// The address of a test server that runs; empty for none. It is offered as the target.
    void setTestServer(const QString& url);
    void setUrl(const QString& url);
    ReplayChoices choices() const;
    void setChoices(const ReplayChoices& choices);
    /// Starts, or goes to what is in the way of it.
    void start();
    void startOrStop();
    /// Puts the focus where one begins.
    void takeFocus();

    ReplayForm& form() { return *m_form; }
    QComboBox& subjectBox() { return *m_subject; }
    QLineEdit& urlEdit() { return *m_url; }
    QString urlError() const;
    FlatButton& startButton() { return *m_start; }
    VerdictBar& verdictBar() { return *m_verdict; }
    FlatTable& planTable() { return *m_planTable; }
    PlanModel& planModel() { return *m_planModel; }
    ComparisonView& comparison() { return *m_comparison; }
    QTabBar& tabs() { return *m_tabs; }
    /// What stands above the plan: what of it cannot be replayed.
    QString remarks() const;
    Tab currentTab() const;
    void showTab(Tab tab);

    void saveSizes(QSettings& settings) const;

Q_SIGNALS:
    /// Something cannot be done; one sentence for a person.
    void failed(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut(QWidget* transcript);
    QWidget* makeTop();
    void wire();
    void showState();
    void showSubjects();
    void showReport();
    void showVerdict();
    void check();
    void setNarrow(bool narrow);
    void ignore(const QString& path);
    void askWhereToSave();

    ReplayController& m_controller;
    QSettings* m_settings;
    std::function<live::Wake()> m_wake;
    QComboBox* m_subject;
    QLineEdit* m_url;
    ErrorLabel* m_urlError;
    ErrorLabel* m_unverified;
    LinkButton* m_useServer = nullptr;
    QWidget* m_serverPlace;
    FlatButton* m_start;
    VerdictBar* m_verdict;
    ReplayForm* m_form;
    QScrollArea* m_formScroll;
    QWidget* m_formPage;  // the tab's place for it
    PlanModel* m_planModel;
    FlatTable* m_planTable;
    ErrorLabel* m_remarks;
    ComparisonView* m_comparison;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;
    QSplitter* m_splitter = nullptr;
    QString m_suggestedUrl;  // what was put into the address line by us
    QString m_error;         // of the last start
    QString m_ignoredSince;  // a path that the report does not know to be ignored
    bool m_narrow = false;
    bool m_sized = false;
    bool m_filling = false;
};

}  // namespace framescope
