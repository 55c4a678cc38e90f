// The test server's place in the window: the panel, and on one of its tabs what passes, as a
// capture like any other.
#pragma once

#include <memory>

#include "ui/server/server_controller.h"
#include "ui/window/transcript_area.h"

namespace framescope {

class ServerAddress;
class ServerPanel;

class ServerArea : public WorkArea {
    Q_OBJECT

public:
    /// `address` is told where the server is; it may be null.
    ServerArea(const ServerServices& services, const AreaContext& context,
               std::shared_ptr<ServerAddress> address = nullptr, QWidget* parent = nullptr);
    ~ServerArea() override;

    CapturePlace* place() override { return m_place.get(); }
    void takeFocus() override;
    QList<QAction*> menuActions() const override;
    bool wouldLose() const override;
    void whenDecided(std::function<void()> next) override;
    void saveSizes(QSettings& settings) const override;

    ServerController& controller() { return *m_controller; }
    ServerPanel& panel() { return *m_panel; }

private:
    void showState();

    std::shared_ptr<ServerAddress> m_address;
    std::unique_ptr<CapturePlace> m_place;
    std::unique_ptr<ServerController> m_controller;
    ServerPanel* m_panel;
    bool m_watching = false;
};

}  // namespace framescope
