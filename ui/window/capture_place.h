// Everything that belongs to one capture in the window: who loads it, who follows it while it
// grows, who asks what becomes of it, and the page that shows it; wired to each other. The window
// has one for what is opened or sniffed, and one in every area with a transcript.
#pragma once

#include <memory>

#include <QObject>
#include <QString>

#include "capture/ingest/ingest_options.h"
#include "ui/live/live_services.h"

class QSettings;
class QWidget;

namespace framescope {

class CapturePage;
class LiveController;
class LiveFlow;
class LoadController;

class CapturePlace : public QObject {
    Q_OBJECT

public:
    /// `window` is the parent of dialogs; `settings` may be null. Both must outlive this.
    CapturePlace(const LiveServices& services, QSettings* settings, QWidget& window);
    /// The page may be gone by then, or is emptied.
    ~CapturePlace() override;

    LoadController& loader() const { return *m_loader; }
    LiveController& live() const { return *m_live; }
    LiveFlow& flow() const { return *m_flow; }
    /// To be put somewhere; it belongs to whoever does.
    CapturePage& page() const { return *m_page; }

    /// Whether a capture is shown, or one that has not begun yet.
    bool isOpen() const;
    /// Reads what is open again, its connections by these rules; the page keeps its place.
    void setReadAs(const ReadAsRules& rules);
    /// The same, its packets in this order.
    void setOrder(PacketOrder order);
    /// Reads what is open again; the page keeps its place.
    void readAgain();
    /// The same, from the file as it is now.
    void reload();
    /// What the capture is called; empty for none.
    QString name() const;

Q_SIGNALS:
    /// Another capture is shown now, or none.
    void replaced();
    /// What can be said of it has changed: rows, figures, the state, the selection.
    void changed();
    /// What stands in it is to be said in the strip.
    void remarksRequested();
    /// Something cannot be done; one sentence.
    void failed(const QString& sentence);

private:
    void showReplaced();
    void showLive();

    std::unique_ptr<LoadController> m_loader;
    std::unique_ptr<LiveController> m_live;
    std::unique_ptr<LiveFlow> m_flow;
    CapturePage* m_page;
};

}  // namespace framescope
