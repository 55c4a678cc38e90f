// A detached thread reaches its receiver through a letter box that both hold: posting is safe as
// long as the box is locked, and a receiver that goes away empties it first.
#include "ui/load/background.h"

namespace framescope {

namespace {

struct LetterBox {
    std::mutex mutex;
    QObject* receiver = nullptr;
};

}  // namespace

void runDetached(QObject& context, std::function<std::function<void()>()> work) {
    const auto box = std::make_shared<LetterBox>();
    box->receiver = &context;
    const auto connection = QObject::connect(&context, &QObject::destroyed, [box] {
        const std::lock_guard lock(box->mutex);
        box->receiver = nullptr;
    });
    std::thread([box, connection, work = std::move(work)] {
        std::function<void()> done = work();
        const std::lock_guard lock(box->mutex);
        if (box->receiver == nullptr) return;
        QMetaObject::invokeMethod(
            box->receiver,
            [connection, done = std::move(done)] {
                QObject::disconnect(connection);
                done();
            },
            Qt::QueuedConnection);
    }).detach();
}

SerialWorker::~SerialWorker() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_one();
    if (m_thread.joinable()) m_thread.join();
}

void SerialWorker::add(std::function<void()> task) {
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    if (!m_thread.joinable()) m_thread = std::thread([this] { run(); });
    m_changed.notify_one();
}

void SerialWorker::run() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ending || !m_tasks.empty(); });
        if (m_tasks.empty()) return;
        {
            const std::function<void()> task = std::move(m_tasks.front());
            m_tasks.pop_front();
            lock.unlock();
            task();
        }
        lock.lock();
    }
}

}  // namespace framescope
