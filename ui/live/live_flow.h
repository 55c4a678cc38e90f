// What is asked of a person around live captures: which one to start, where to save it, and what
// becomes of one that is not saved before something else takes its place. Every dialog is open
// beside the window; nothing waits inside a call.
#pragma once

#include <functional>

#include <QObject>
#include <QPointer>

#include "ui/live/capture_choices.h"
#include "ui/live/live_controller.h"

class QSettings;
class QWidget;

namespace framescope {

class InterfaceModel;
class QuestionDialog;

class LiveFlow : public QObject {
    Q_OBJECT

public:
    /// `window` is the parent of dialogs; `settings` may be null. All must outlive this.
    LiveFlow(LiveController& live, QSettings* settings, QWidget& window);

    /// Calls `next` once nothing unsaved is lost by it: at once, or when somebody has saved or
    /// discarded what there is; never if they go back.
    void whenDecided(std::function<void()> next);

    void start(const CaptureChoices& choices);
    void start(const RemoteChoices& choices);
    /// "-" or a FIFO.
    void startStream(const QString& path);
    void restart();
    void openLeft(const std::filesystem::path& folder);

    void askOptions(const InterfaceModel& interfaces, const CaptureChoices& choices);
    /// With the choices of before, or with these.
    void askRemote();
    void askRemote(const RemoteChoices& choices);
    void askPipe();
    /// Asks for a file and saves what is captured there.
    void save();
    /// The same, also for what is saved already: it is copied then. `path` is the file that is
    /// open, empty for none.
    void saveAs(const QString& path);

    /// The question that is open, null for none.
    QuestionDialog* question() const;

Q_SIGNALS:
    /// The choices of before are others now.
    void choicesStored(const framescope::CaptureChoices& choices);

private:
    void askWhatBecomes();
    void askWhereTo(bool andStop);
    void askWhereToCopy(const QString& path);
    void openSaveDialog(const QString& title, const QString& suggested, const QString& suffix,
                        std::function<void(const QString&)> save);
    void goOn();
    void startNow(const LiveSource& source);
    QString saveFolder() const;
    QString suggestedFile() const;

    LiveController& m_live;
    QSettings* m_settings;
    QWidget& m_window;
    QPointer<QuestionDialog> m_question;
    std::function<void()> m_next;  // what is done once it is saved
};

}  // namespace framescope
