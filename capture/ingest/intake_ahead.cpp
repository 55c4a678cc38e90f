#include "capture/ingest/intake_ahead.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "capture/ingest/order_watch.h"

namespace framescope {
namespace {

/// Pieces that wait at the most; and so few that whoever makes them goes on, but not yet whoever
/// had to wait for them. To wake a thread takes as long as dozens of packets, so neither is woken
/// for every piece.
constexpr std::size_t kAhead = 16;
constexpr std::size_t kFew = 2;
/// What a slow file brings is waited for no longer.
constexpr std::chrono::milliseconds kPatience{20};
/// Bytes of pieces that may wait: a single packet may bring a piece of any size.
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
/// Pieces in a row for which there was room at once: whoever takes them waits for this thread, and
/// another one should read the file. Where it is the other way round it would only be in the way.
constexpr std::uint32_t kManyUnhindered = 64;
/// Bytes for which another thread and its memory pay.
constexpr std::uint64_t kManyBytes = std::uint64_t{16} << 20;
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

IntakeAhead::IntakeAhead(const std::shared_ptr<CaptureFile>& file, const DecodeLimits& limits,
                         tcp::ReadBack readBack, bool watchTimes)
    : m_file(file),
      m_reader(file),
      m_findings(m_reader),
      m_writer([this] { handOn(ReadStep::Packet); }),
      m_intake(m_writer, limits, std::move(readBack)),
      m_current(std::make_unique<Piece>()) {
    m_writer.writeOn(m_current->tape);
    m_thread = std::thread([this, watchTimes] { run(watchTimes); });
}

IntakeAhead::~IntakeAhead() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_few.notify_one();
    join();
}

void IntakeAhead::join() {
    if (m_thread.joinable()) m_thread.join();
}

bool IntakeAhead::isFarAhead() const {
    return m_ready.size() >= kAhead || m_readyBytes >= kMostBytes;
}

bool IntakeAhead::isNearlyTaken() const {
    return m_ready.size() <= kFew && m_readyBytes < kMostBytes;
}

bool IntakeAhead::isWorthWaking() const {
    return m_isUrgent || m_ready.size() > kFew || m_readyBytes >= kMostBytes;
}

IntakeAhead::Piece& IntakeAhead::next() {
    if (m_taken) m_taken->tape.clear();
    std::unique_lock lock(m_mutex);
    if (m_taken) m_spare.push_back(std::move(m_taken));
    while (m_ready.empty()) m_some.wait_for(lock, kPatience, [this] { return isWorthWaking(); });
    m_taken = std::move(m_ready.front());
    m_ready.pop_front();
    m_readyBytes -= m_taken->tape.size();
    if (m_ready.empty()) m_isUrgent = false;
    const bool few = isNearlyTaken();
    lock.unlock();
    if (few) m_few.notify_one();
    return *m_taken;
}

void IntakeAhead::goOn() {
    {
        const std::lock_guard lock(m_mutex);
        m_goesOn = true;
    }
    m_few.notify_one();
}

void IntakeAhead::run(bool watchTimes) {
    CapturedPacket packet;
    std::optional<OrderWatch> watch;
    if (watchTimes) watch.emplace(m_file, m_reader.layout());
    ReadStep step = ReadStep::Packet;
    while ((step = m_reader.next(packet)) == ReadStep::Packet) {
        if (packet.number == 1 && !packet.hasTime) {
            if (const auto time = firstTime(m_file)) m_intake.startAt(*time);
        }
        if (m_isSettled) watch.reset();
        if (watch && watch->add(packet)) askForOtherOrder();
        if (m_isStopped) return;
        m_intake.packet(packet);
        if (m_current->tape.isFull() || ++m_packets >= m_enough) handOn(ReadStep::Packet);
    }
    if (watch && !m_isSettled && watch->finish()) askForOtherOrder();
    if (m_isStopped) return;
    m_intake.finish();
    handOn(step);
}

void IntakeAhead::askForOtherOrder() {
    m_current->otherOrder = true;
    handOn(ReadStep::Packet);
    awaitGoOn();
}

/// Hands on the current piece and begins another one, once few enough are ahead.
void IntakeAhead::handOn(ReadStep step) {
    m_writer.finishTape();
    m_current->figures = m_intake.figures();
    m_current->findings = m_findings.take();
    m_current->step = step;
    const bool isEarly = m_enough < kMostPackets;
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        // What still comes when no more is wanted is nobody's.
        if (!m_stop) {
            m_isUrgent = m_isUrgent || isEarly || step != ReadStep::Packet || m_current->otherOrder;
            m_readyBytes += m_current->tape.size();
            m_ready.push_back(std::move(m_current));
            wake = isWorthWaking();
        }
    }
    if (wake) m_some.notify_one();
    {
        std::unique_lock lock(m_mutex);
        ++m_unhindered;
        if (isFarAhead() && step == ReadStep::Packet) {
            m_unhindered = 0;
            m_few.wait(lock, [this] { return isNearlyTaken() || m_stop; });
        }
        m_isStopped = m_stop;
        m_isSettled = m_goesOn;
        if (!m_current && !m_spare.empty()) {
            m_current = std::move(m_spare.back());
            m_spare.pop_back();
        }
    }
    if (m_unhindered != 0 && m_unhindered % kManyUnhindered == 0 &&
        m_reader.bytesRead() + kManyBytes < m_reader.bytesTotal()) {
        m_reader.readAhead();
    }
    if (!m_current) m_current = std::make_unique<Piece>();
    m_current->tape.clear();
    m_current->otherOrder = false;
    m_packets = 0;
    m_enough = std::min(2 * m_enough, kMostPackets);
    m_writer.writeOn(m_current->tape);
}

void IntakeAhead::awaitGoOn() {
    std::unique_lock lock(m_mutex);
    m_few.wait(lock, [this] { return m_goesOn || m_stop; });
    m_isStopped = m_stop;
}

}  // namespace framescope
