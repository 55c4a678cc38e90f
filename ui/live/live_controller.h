// The live capture of the window, from its start until its bytes are saved or discarded: turns what
// capture/live tells from its thread into signals, lets the load controller follow what is written,
// and saves.
//
// Nothing here asks anybody. A capture that is replaced before somebody decided about it stays in
// its spool, and is offered again by the start page.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/live/live_services.h"
#include "ui/load/background.h"

namespace framescope {

class LoadController;

/// Where the capture stands. `Ended`: nothing comes any more, but it is still what is shown.
enum class LiveState { None, Starting, Running, Stopping, Ended };

class LiveController : public QObject {
    Q_OBJECT

public:
    /// `loader` shows what is captured, and must outlive this.
    LiveController(LoadController& loader, LiveServices services, QObject* parent = nullptr);
    ~LiveController() override;

    const LiveServices& services() const { return m_services; }

    /// Starts a capture in place of what is open.
    void start(const LiveSource& source);
    /// Asks for the end of the capture.
    void stop();
    /// Starts what was started last once more.
    void restart();
    bool canRestart() const;
    /// Shows a capture that runs already, in place of what is open: one of what our own connections
    /// say. Others may hold it too; it is asked to stop when it is let go of.
    void watch(std::shared_ptr<live::LiveCapture> capture);
    /// What the capture that watch() is given has to call. Thread-safe, also when this is gone.
    live::Wake bell() const;
    /// What is shown was given to watch().
    bool isOfOurs() const { return m_isOfOurs; }
    /// Opens a capture that was left behind in place of what is open; failed() if that cannot be.
    void openLeft(const std::filesystem::path& folder);
    /// Deletes a capture that was left behind, then emits leftChanged().
    void discardLeft(const std::filesystem::path& folder);

    /// Brings what was captured to a file of the user's; saved(), copied() or saveFailed() follow.
    /// A capture that is running is copied up to here and goes on, unless `andStop`: it is stopped
    /// first then.
    void save(const QString& target, bool andStop);
    /// Copies what is open and saved already, as it lies on the disk, to another file; what is
    /// shown stays what it was, and the copying goes on when it is replaced. duplicated() or
    /// saveFailed() follow.
    void duplicate(const QString& target);
    bool canDuplicate() const;
    void cancelSave();
    /// What is captured is deleted as soon as something else takes its place or the window ends. It
    /// stays if what should take its place cannot be opened.
    void discardWhenReplaced() { m_discard = true; }
    /// Shows nothing any more.
    void close();

    LiveState state() const { return m_state; }
    bool isRunning() const { return m_state != LiveState::None && m_state != LiveState::Ended; }
    /// What is shown is a live capture, or one that was left behind.
    bool isShown() const { return m_state != LiveState::None; }
    /// Where a copy lies that was made while the capture ran, and to which nothing was added since;
    /// known at its end, empty for none.
    QString wholeCopy() const { return m_wholeCopy; }
    /// There are packets that no file of the user's holds.
    bool hasUnsaved() const;
    /// What is captured goes to a spool, and not to a file that the person named.
    bool hasSpool() const { return m_spool != nullptr; }
    bool wasLeftBehind() const { return m_wasLeft; }
    bool isSaving() const { return m_saving != nullptr; }
    /// Of the saving that goes on, 0 to 1.
    double saveProgress() const;

    const live::Status& status() const { return m_status; }
    QString sourceName() const { return m_sourceName; }
    QString filter() const { return m_filter; }
    qint64 elapsedMs() const;
    /// "pcapng" or "pcap": what a file to save to should be called.
    QString fileSuffix() const;

Q_SIGNALS:
    /// The state is another one, or it is time to look at the figures again.
    void changed();
    /// The capture has come to its end; nothing was opened if state() is None now.
    void ended(const framescope::live::Ending& ending);
    /// Everything that was captured lies in this file now.
    void saved(const QString& path);
    /// What had been captured when save() was called lies in this file too. The capture goes on, or
    /// has ended meanwhile.
    void copied(const QString& path);
    void duplicated(const QString& path);
    /// Empty when it was cancelled.
    void saveFailed(const QString& sentence);
    /// A capture that was left behind cannot be opened.
    void failed(const QString& sentence);
    /// Captures that were left behind are others now.
    void leftChanged();

private:
    enum class SaveKind { Moving, Snapshot, Duplicate };
    struct SaveProgress {
        SaveKind kind = SaveKind::Moving;
        QString target;
        std::atomic<bool> cancelled = false;
        std::atomic<std::uint64_t> done = 0;
        std::uint64_t all = 0;
    };
    /// How much of a capture a copy holds that was made while it ran.
    struct Snapshot {
        QString target;
        std::uint64_t packets = 0;
        std::uint64_t end = 0;   // position in the captured bytes
        std::uint64_t size = 0;  // of the file
    };

    /// Through which other threads reach this, as long as it is there.
    struct Bell {
        std::mutex mutex;
        LiveController* owner = nullptr;
    };

    void poll();
    void begin(const QString& name, const QString& filter);
    void follow(std::shared_ptr<CaptureFile> file, std::shared_ptr<GrowingBytes> bytes,
                std::shared_ptr<live::Spool> spool);
    void letGo();
    void noteEnd(const live::Ending& ending);
    void saveIfWanted();
    void startSaving(const QString& target);
    void runSaving(const std::shared_ptr<SaveProgress>& progress,
                   const std::vector<std::filesystem::path>& files);
    void finishSaving(const Result<bool>& moved);
    void noteWholeCopy();
    bool lastCopyHoldsAll() const;
    bool holdsPackets() const { return m_anyPacket || m_status.figures.packets != 0; }

    LoadController& m_loader;
    LiveServices m_services;
    LiveState m_state = LiveState::None;
    std::optional<LiveSource> m_source;
    std::shared_ptr<live::LiveCapture> m_capture;
    live::Status m_status;
    std::shared_ptr<CaptureFile> m_file;
    std::shared_ptr<GrowingBytes> m_bytes;
    std::shared_ptr<live::Spool> m_spool;  // null where the person named a file
    QString m_sourceName;
    QString m_filter;
    QString m_wantedTarget;  // to be saved to once the end has come
    QElapsedTimer m_sinceStart;
    qint64 m_elapsedMs = 0;
    QTimer m_tick;
    quint64 m_generation = 0;
    bool m_wasLeft = false;
    bool m_isOfOurs = false;
    bool m_following = false;
    bool m_replacing = false;  // the loader is given something else by this
    bool m_discard = false;
    bool m_anyPacket = false;
    std::optional<Snapshot> m_begunSnapshot;  // is being written
    std::optional<Snapshot> m_snapshot;       // the last that was written
    QString m_wholeCopy;
    std::shared_ptr<SaveProgress> m_saving;
    std::shared_ptr<Bell> m_bell = std::make_shared<Bell>();
    SerialWorker m_worker;  // the last: its tasks may post to this
};

}  // namespace framescope
