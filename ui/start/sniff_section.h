// The part of the start page from which a live capture starts: the interfaces with their traffic, a
// capture filter, and below them those that cannot be opened, with what would open them.
//
// Interfaces are listed and traffic is sampled only while the section is on show.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "ui/live/capture_choices.h"
#include "ui/live/live_services.h"

class QLabel;
class QSettings;
class QVBoxLayout;

namespace framescope {

class CaptureFilterEdit;
class FlatButton;
class InterfaceList;
class InterfaceModel;
class LinkButton;

class SniffSection : public QWidget {
    Q_OBJECT

public:
    /// `settings` may be null. It must outlive this.
    SniffSection(const LiveServices& services, QSettings* settings, QWidget* parent = nullptr);

    /// Lists the interfaces again.
    void refresh();
    /// What would be captured now: the chosen interface, the filter, and the options of before.
    CaptureChoices choices() const;
    /// Takes over what was chosen elsewhere.
    void setChoices(const CaptureChoices& choices);
    /// Looks for new entries in the history of filters.
    void refreshHistory();

    InterfaceModel& model() { return *m_model; }
    InterfaceList& list() { return *m_list; }
    CaptureFilterEdit& filterEdit() { return *m_filter; }
    /// What stands in place of interfaces, empty if there are any.
    QString emptyText() const;

Q_SIGNALS:
    void startRequested();
    void optionsRequested();
    void remoteRequested();
    void pipeRequested();
    /// The interfaces were listed.
    void listed();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void layOut();
    void sample();
    void showInterfaces(const LiveServices::Interfaces& interfaces);
    void showClosed(const std::vector<live::InterfaceEntry>& interfaces);
    void showFilterState();
    void startIfPossible();

    LiveServices m_services;
    QSettings* m_settings;
    QString m_wanted;  // the interface to select once it is listed
    bool m_listing = false;
    QTimer m_samples;
    QElapsedTimer m_clock;
    InterfaceModel* m_model;
    InterfaceList* m_list;
    QLabel* m_empty;
    CaptureFilterEdit* m_filter;
    QLabel* m_filterLabel = nullptr;
    QLabel* m_message;
    FlatButton* m_start;
    LinkButton* m_unfold = nullptr;  // shows those that cannot be opened
    QWidget* m_closed = nullptr;
    QVBoxLayout* m_closedLines = nullptr;
};

}  // namespace framescope
