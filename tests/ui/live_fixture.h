// A live capture that a test drives by hand: packets are written to a spool of its own, and what
// capture/live would tell is told by the test. Nothing here needs rights.
#pragma once

#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <QFile>
#include <QTemporaryDir>

#include "tests/support/capture_builder.h"
#include "ui/live/live_services.h"

namespace framescope::test {

/// What a capture says, and who is to be woken.
struct Driver {
    std::mutex mutex;
    live::Status status;
    live::Wake wake;
    std::string name = "lo";
    std::shared_ptr<GrowingBytes> bytes;
    std::shared_ptr<live::Spool> spool;
    bool stopped = false;
    int alive = 0;

    void tell(const std::function<void(live::Status&)>& change) {
        live::Wake call;
        {
            const std::lock_guard lock(mutex);
            change(status);
            call = wake;
        }
        if (call) call();
    }
};

class DrivenCapture : public live::LiveCapture {
public:
    explicit DrivenCapture(std::shared_ptr<Driver> driver) : m_driver(std::move(driver)) {
        const std::lock_guard lock(m_driver->mutex);
        ++m_driver->alive;
    }
    ~DrivenCapture() override {
        const std::lock_guard lock(m_driver->mutex);
        --m_driver->alive;
        m_driver->wake = nullptr;
    }
    live::Status status() const override {
        const std::lock_guard lock(m_driver->mutex);
        return m_driver->status;
    }
    void stop() override {
        const std::lock_guard lock(m_driver->mutex);
        m_driver->stopped = true;
    }
    std::string sourceName() const override { return m_driver->name; }
    std::shared_ptr<GrowingBytes> bytes() const override { return m_driver->bytes; }
    std::shared_ptr<live::Spool> spool() const override { return m_driver->spool; }

private:
    std::shared_ptr<Driver> m_driver;
};

/// A WebSocket conversation that grows in a spool below a folder of its own.
class DrivenSource {
public:
    DrivenSource() : m_conversation(m_builder) {
        driver = std::make_shared<Driver>();
        m_conversation.handshake();
        m_conversation.upgrade("/chat");
    }

    std::filesystem::path base() const { return folder.path().toStdString(); }

    /// Services whose captures this drives; all else is real, below base().
    LiveServices services() {
        LiveServices made = systemLiveServices();
        made.listInterfaces = [] {
            return LiveServices::Interfaces(std::vector<live::InterfaceEntry>());
        };
        made.readTraffic = [] { return std::vector<live::Traffic>(); };
        made.findLeft = [path = base()] { return live::findLeftCaptures(path); };
        made.capture = [this](const LiveSource&, live::Wake wake) {
            {
                const std::lock_guard lock(driver->mutex);
                driver->wake = std::move(wake);
                driver->status = {};
                driver->stopped = false;
            }
            return std::make_unique<DrivenCapture>(driver);
        };
        return made;
    }

    /// The spool is there and holds what has been said so far.
    bool open() {
        auto spool = live::Spool::create({driver->name, "tcp", 1}, base());
        if (!spool) return false;
        driver->spool = *spool;
        path = (*spool)->folder() / "capture.pcap";
        driver->bytes = std::make_shared<GrowingBytes>();
        m_written = 0;
        write();
        if (driver->bytes->beginPart(path)) return false;
        driver->bytes->grewTo(m_written);
        auto file = CaptureFile::ofGrowing(driver->bytes, path);
        if (!file) return false;
        driver->tell([&](live::Status& status) {
            status.phase = live::Phase::Running;
            status.file = *file;
            count(status);
        });
        return true;
    }

    /// So many more messages, one a row.
    void say(int messages) {
        for (int i = 0; i < messages; ++i) {
            m_conversation.send(Direction::ServerToClient, asText("message " + std::to_string(i)));
        }
        grow();
    }
    /// Bytes of one side as they are.
    void send(Direction direction, ByteView bytes) {
        m_conversation.send(direction, bytes);
        grow();
    }

    /// Bytes of the file that are no packet.
    void addBytes(const std::string& bytes) {
        std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
        driver->bytes->grewTo(m_written + bytes.size());
    }

    void end(live::Ending::Cause cause = live::Ending::Cause::Asked,
             const std::string& sentence = {}, const std::string& remedy = {}) {
        if (driver->bytes) driver->bytes->end();
        driver->tell([&](live::Status& status) {
            status.phase = live::Phase::Ended;
            status.ending = live::Ending{cause, sentence, remedy};
        });
    }

    const Bytes& pcap() const { return m_builder.pcap(); }

    QTemporaryDir folder;
    std::shared_ptr<Driver> driver;
    bool countsPackets = true;
    std::filesystem::path path;  ///< of the captured file

private:
    static std::string_view view(const Bytes& bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    std::string asText(const std::string& text) const {
        return std::string(view(webSocketText(text)));
    }
    void write() {
        std::ofstream out(path, std::ios::binary | std::ios::app);
        const std::string_view all = view(m_builder.pcap());
        out << all.substr(m_written);
        m_written = all.size();
    }
    void grow() {
        write();
        driver->bytes->grewTo(m_written);
        driver->tell([this](live::Status& status) { count(status); });
    }
    void count(live::Status& status) {
        status.figures.countsPackets = countsPackets;
        status.figures.packets = countsPackets ? m_builder.packetCount() : 0;
        status.figures.bytes = m_written;
        status.figures.spoolBytes = m_written;
        status.figures.kernelDrops = 0;
        status.figures.interfaceDrops = 0;
    }

    CaptureBuilder m_builder;
    TcpConversation m_conversation;
    std::size_t m_written = 0;
};

}  // namespace framescope::test
