// The replay's place in the window: the panel, and on one of its tabs what was sent and received,
// as a capture like any other.
//
// A transcript lives until the next replay, unless it was saved: what can be had again at any time
// is no loss.
#pragma once

#include <memory>
#include <optional>

#include <QPointer>

#include "ui/replay/replay_controller.h"
#include "ui/window/transcript_area.h"

namespace framescope {

class QuestionDialog;
class ReplayPanel;
class ServerAddress;

class ReplayArea : public WorkArea {
    Q_OBJECT

public:
    /// `server` tells of a test server that may be replayed to; null for none.
    ReplayArea(const ReplayServices& services, const AreaContext& context,
               std::shared_ptr<ServerAddress> server = nullptr, QWidget* parent = nullptr);
    ~ReplayArea() override;

    CapturePlace* place() override { return m_place.get(); }
    void takeFocus() override;
    QList<QAction*> menuActions() const override;
    void takeFrom(const LoadController& capture) override;
    void takeRow(const Session& session, RecordId row) override;
    void takeConversation(std::optional<ConnectionId> connection,
                          std::optional<engineio::SessionId> engineSession) override;
    void takeAddress(const QString& url) override;
    bool wouldLose() const override;
    void whenDecided(std::function<void()> next) override;
    void saveSizes(QSettings& settings) const override;

    ReplayController& controller() { return *m_controller; }
    ReplayPanel& panel() { return *m_panel; }
    /// The question that is open, null for none.
    QuestionDialog* question() const;

private:
    void watchTranscript();

    QWidget& m_window;  // parent of dialogs
    std::shared_ptr<ServerAddress> m_server;
    std::unique_ptr<CapturePlace> m_place;
    std::unique_ptr<ReplayController> m_controller;
    ReplayPanel* m_panel;
    ReplaySource m_source;  // of the row that comes next
    QPointer<QuestionDialog> m_question;
};

}  // namespace framescope
