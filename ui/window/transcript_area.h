// An area whose connections write a transcript: a panel on top, below it the transcript in the
// common page of a capture, so that list, tree, bytes, filters and saving are those of any capture.
//
// The transcript begins with the first connection that wants one. Beginning may wait for a disk, so
// that happens on another thread, and whoever wants it is called back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/transcript/transcript.h"
#include "ui/live/live_services.h"
#include "ui/window/work_area.h"

class QSettings;
class QSplitter;

namespace framescope {

/// What an area is given from outside.
struct AreaContext {
    /// Begins a transcript of this name; called on another thread. See transcript::begin().
    std::function<std::shared_ptr<transcript::Transcript>(const std::string&, live::Wake)> begin;
    LiveServices live = {};         ///< of these, saving
    QSettings* settings = nullptr;  ///< may be null; must outlive the area
    QWidget* window = nullptr;      ///< parent of dialogs; must outlive the area
};

class TranscriptArea : public WorkArea {
    Q_OBJECT

public:
    using Ready = std::function<void(std::shared_ptr<transcript::Transcript>)>;

    /// `key` names its pane sizes in the settings; `emptyText` is what stands in the list as long
    /// as there is nothing in the transcript.
    TranscriptArea(const QString& title, const QString& key, const QString& emptyText,
                   const AreaContext& context, QWidget* parent = nullptr);
    ~TranscriptArea() override;

    CapturePlace* place() override { return m_place.get(); }
    bool wouldLose() const override;
    void whenDecided(std::function<void()> next) override;
    void saveSizes(QSettings& settings) const override;

    /// Calls `ready` with the transcript that is shown: at once if it runs, else when it has begun
    /// under this name. Never if this is gone by then.
    void withTranscript(const QString& name, Ready ready);
    /// Null as long as none has begun.
    const std::shared_ptr<transcript::Transcript>& transcript() const { return m_transcript; }

protected:
    /// To be called once, in the constructor; takes over the panel.
    void setPanel(QWidget* panel);
    const AreaContext& context() const { return m_context; }
    void resizeEvent(QResizeEvent* event) override;

private:
    bool isRunning() const;

    AreaContext m_context;
    QString m_key;
    std::unique_ptr<CapturePlace> m_place;
    std::shared_ptr<transcript::Transcript> m_transcript;
    std::vector<Ready> m_waiting;  // for the transcript that begins
    QSplitter* m_splitter;
    bool m_sized = false;
};

}  // namespace framescope
