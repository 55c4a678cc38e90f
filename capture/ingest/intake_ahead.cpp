#include "capture/ingest/intake_ahead.h"

#include <optional>
#include <utility>

namespace framescope {
namespace {

/// Blocks that wait at the most.
constexpr std::size_t kAhead = 4;
/// Memory that stays for the next block.
constexpr std::size_t kKept = std::size_t{256} << 10;
/// Packets among which one with a time is sought, where the first one has none.
constexpr std::size_t kMostSoughtForTime = 4096;

/// The time of the first packet that has one, as far as it is sought; nothing where none has.
std::optional<std::int64_t> firstTime(const std::shared_ptr<CaptureFile>& file) {
    CaptureReader reader(file);
    CapturedPacket packet;
    for (std::size_t i = 0; i < kMostSoughtForTime; ++i) {
        if (reader.next(packet) != ReadStep::Packet) break;
        if (packet.hasTime) return packet.timeNs;
    }
    return std::nullopt;
}

}  // namespace

IntakeAhead::IntakeAhead(std::shared_ptr<CaptureFile> file, CaptureReader& reader,
                         const DecodeLimits& limits, tcp::ReadBack readBack)
    : m_file(std::move(file)), m_reader(reader), m_intake(*this, limits, std::move(readBack)) {
    m_thread = std::thread([this] { run(); });
}

IntakeAhead::~IntakeAhead() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    join();
}

void IntakeAhead::join() {
    if (m_thread.joinable()) m_thread.join();
}

EventBlock& IntakeAhead::next() {
    std::unique_lock lock(m_mutex);
    if (m_taken.bytes.capacity() <= kKept) m_spare.push_back(std::move(m_taken));
    m_changed.wait(lock, [this] { return !m_ready.empty(); });
    m_taken = std::move(m_ready.front());
    m_ready.pop_front();
    lock.unlock();
    m_changed.notify_all();
    return m_taken;
}

void IntakeAhead::run() {
    CapturedPacket packet;
    ReadStep step = ReadStep::Packet;
    while ((step = m_reader.next(packet)) == ReadStep::Packet) {
        if (packet.number == 1 && !packet.hasTime) {
            if (const auto time = firstTime(m_file)) m_intake.startAt(*time);
        }
        m_intake.packet(packet);
        if (m_isStopped) return;
    }
    handOver(ReadStep::Packet);
    m_intake.finish();
    handOver(step);
}

/// Gives the block away and begins another one; waits as long as too many are ahead.
void IntakeAhead::handOver(ReadStep step) {
    EventBlock& current = block();
    current.figures = m_intake.figures();
    current.findings = {};
    current.findings.takeFrom(m_reader, m_noticesTaken);
    current.step = step;
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_ready.size() < kAhead || m_stop; });
        if (m_stop) {
            // What still comes is nobody's.
            m_isStopped = true;
        } else {
            m_ready.push_back(std::exchange(current, {}));
        }
        if (!m_spare.empty()) {
            current = std::move(m_spare.back());
            m_spare.pop_back();
        }
    }
    current.clear();
    m_changed.notify_all();
}

}  // namespace framescope
