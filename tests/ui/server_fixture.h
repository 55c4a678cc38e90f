// A test server that a test drives by hand. Nothing here listens.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ui/server/server_services.h"

namespace framescope::test {

/// What a server says, and whom it wakes.
struct ServerDriver {
    std::mutex mutex;
    server::ServerStatus status;
    server::ServerOptions options;
    std::vector<server::Misbehaviour> misbehaviours;
    std::function<void()> changed;
    std::string startError;  ///< not empty: it cannot be started
    int alive = 0;
    int starts = 0;

    void tell(const std::function<void(ServerDriver&)>& change) {
        std::function<void()> call;
        {
            const std::lock_guard lock(mutex);
            change(*this);
            call = changed;
        }
        if (call) call();
    }
};

class DrivenServer : public server::TestServer {
public:
    explicit DrivenServer(std::shared_ptr<ServerDriver> driver) : m_driver(std::move(driver)) {
        const std::lock_guard lock(m_driver->mutex);
        ++m_driver->alive;
    }
    ~DrivenServer() override {
        const std::lock_guard lock(m_driver->mutex);
        --m_driver->alive;
    }
    std::string url() const override { return "http://127.0.0.1:3000/"; }
    std::uint16_t port() const override { return 3000; }
    server::ServerStatus status() const override {
        const std::lock_guard lock(m_driver->mutex);
        return m_driver->status;
    }
    void setMisbehaviours(std::vector<server::Misbehaviour> misbehaviours) override {
        const std::lock_guard lock(m_driver->mutex);
        m_driver->misbehaviours = std::move(misbehaviours);
    }

private:
    std::shared_ptr<ServerDriver> m_driver;
};

inline ServerServices drivenServerServices(const std::shared_ptr<ServerDriver>& driver) {
    ServerServices services;
    services.start = [driver](const server::ServerOptions& options, std::function<void()> changed,
                              const live::Wake&) -> Result<std::shared_ptr<ServerRun>> {
        {
            const std::lock_guard lock(driver->mutex);
            if (!driver->startError.empty()) return Error{driver->startError};
            driver->options = options;
            driver->misbehaviours = options.misbehaviours;
            driver->changed = std::move(changed);
            driver->status.url = "http://127.0.0.1:3000/";
            ++driver->starts;
        }
        auto run = std::make_shared<ServerRun>();
        run->server = std::make_unique<DrivenServer>(driver);
        return run;
    };
    return services;
}

inline server::ClientInfo clientOf(std::uint64_t id, const std::string& what = "WebSocket /echo") {
    server::ClientInfo info;
    info.id = id;
    info.address = "127.0.0.1:" + std::to_string(40'000 + id);
    info.what = what;
    return info;
}

}  // namespace framescope::test
