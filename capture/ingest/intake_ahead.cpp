#include "capture/ingest/intake_ahead.h"

#include <optional>
#include <string>
#include <utility>

#include "capture/file/packet_picker.h"
#include "capture/file/time_sample.h"
#include "capture/file/time_watch.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Blocks that wait at the most; and so few that whoever makes them goes on. To wake a thread
/// takes as long as dozens of packets, so it is not done for every block.
constexpr std::size_t kAhead = 8;
constexpr std::size_t kFewAhead = 2;
/// Memory that stays for the next block.
constexpr std::size_t kKept = std::size_t{256} << 10;
/// Packets among which one with a time is sought, where the first one has none.
constexpr std::size_t kMostSoughtForTime = 4096;
/// Places of records in a block: so many that the window takes over at once.
constexpr std::size_t kOffsets = std::size_t{1} << 16;
/// Where the order of time is read, the part of the work that it takes to prepare it.
constexpr double kPreparing = 0.3;
/// How often it is told how much is done.
constexpr double kProgressStep = 0.01;

constexpr const char* kAsked =
    "The capture is read in the order of time, as was asked for. Packets keep the numbers that "
    "they "
    "have in the file.";
constexpr const char* kFound =
    "The packets of this file do not lie in the order of their times, as where the two directions "
    "of a tap were appended. It is read in the order of time; packets keep the numbers that they "
    "have in the file.";

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

IntakeAhead::IntakeAhead(std::shared_ptr<CaptureFile> file, const IngestOptions& options,
                         tcp::ReadBack readBack, std::unique_ptr<ArrangedCapture> arranged)
    : m_file(std::move(file)),
      m_order(options.order),
      m_reader(std::make_unique<CaptureReader>(m_file)),
      m_arranged(std::move(arranged)),
      m_intake(*this, options.limits, std::move(readBack)) {
    m_thread = std::thread([this] { run(); });
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

EventBlock& IntakeAhead::next() {
    std::unique_lock lock(m_mutex);
    if (m_taken.bytes.capacity() <= kKept) m_spare.push_back(std::move(m_taken));
    m_some.wait(lock, [this] { return !m_ready.empty(); });
    m_taken = std::move(m_ready.front());
    m_ready.pop_front();
    const bool few = m_ready.size() == kFewAhead;
    lock.unlock();
    if (few) m_few.notify_one();
    return m_taken;
}

void IntakeAhead::run() {
    bool watches = m_order == PacketOrder::Auto;
    const bool always = m_order == PacketOrder::Time;
    if (!m_arranged && (always || (watches && timesSeemToRunBack(m_file)))) {
        m_arranged = arrange(always);
        watches = false;
    }
    if (m_isStopped) return;
    if (m_arranged) {
        m_intake.notice(always ? kAsked : kFound);
        runInTimeOrder();
    } else {
        runInFileOrder(watches);
    }
}

void IntakeAhead::runInFileOrder(bool watches) {
    CapturedPacket packet;
    TimeWatch watch;
    ReadStep step = ReadStep::Packet;
    while ((step = m_reader->next(packet)) == ReadStep::Packet) {
        if (packet.number == 1 && !packet.hasTime) {
            if (const auto time = firstTime(m_file)) m_intake.startAt(*time);
        }
        if (watches && packet.hasTime && watch.add(packet.timeNs)) {
            watches = false;
            m_other = arrange(false);
            if (m_other) {
                block().mark = EventBlock::Mark::OtherOrder;
                handOver(ReadStep::Packet);
            }
            if (m_isStopped) return;
        }
        m_intake.packet(packet);
        if (m_isStopped) return;
    }
    finish(step);
}

void IntakeAhead::runInTimeOrder() {
    const std::vector<std::uint64_t> offsets = m_arranged->index.recordOffsets();
    m_done = kPreparing;
    for (std::size_t i = 0; i < offsets.size() && !m_isStopped; i += kOffsets) {
        const auto from = offsets.begin() + static_cast<std::ptrdiff_t>(i);
        const auto count = static_cast<std::ptrdiff_t>(std::min(kOffsets, offsets.size() - i));
        block().fileOffsets.assign(from, from + count);
        block().mark = EventBlock::Mark::HandOn;
        handOver(ReadStep::Packet);
    }
    PacketPicker picker(m_file, m_arranged->reader->layout());
    CapturedPacket packet;
    const double all = static_cast<double>(offsets.size());
    // Within the ingest they are counted as they come.
    packet.number = 0;
    while (const IndexedPacket* const at = m_arranged->index.next()) {
        if (m_isStopped) return;
        if (const auto error = picker.pick(at->recordOffset, packet)) {
            m_intake.notice(error->sentence);
            m_arranged->end = ReadStep::Damaged;
            break;
        }
        packet.dropped = at->dropped;
        if (++packet.number == 1 && !packet.hasTime) m_intake.startAt(at->timeNs);
        block().numbers.push_back(at->number);
        m_done = kPreparing + (1 - kPreparing) * (packet.number / all);
        m_intake.packet(packet);
    }
    m_done.reset();
    if (!m_isStopped) finish(m_arranged->end);
}

void IntakeAhead::finish(ReadStep step) {
    handOver(ReadStep::Packet);
    m_intake.finish();
    handOver(step);
}

/// The capture for the order of time; null where the file's stays, or nobody wants it any more.
std::unique_ptr<ArrangedCapture> IntakeAhead::arrange(bool always) {
    double told = 0;
    const auto goOn = [&](double done) {
        if (done < told + kProgressStep) return isWanted();
        told = done;
        m_done = done * kPreparing;
        block().mark = EventBlock::Mark::HandOn;
        handOver(ReadStep::Packet);
        return !m_isStopped;
    };
    auto arranged = std::make_unique<ArrangedCapture>();
    m_isPreparing = true;
    const Arranging outcome = arrangeByTime(m_file, always, goOn, *arranged);
    m_isPreparing = false;
    m_done.reset();
    if (outcome == Arranging::Chosen) return arranged;
    if (outcome == Arranging::TooMany) {
        m_intake.notice("The capture has more than " + groupedDigits(PacketIndex::kMost) +
                        " packets, too many to be read in the order of time; it is read as the "
                        "file has them.");
    }
    return nullptr;
}

bool IntakeAhead::isWanted() {
    const std::lock_guard lock(m_mutex);
    m_isStopped = m_isStopped || m_stop;
    return !m_isStopped;
}

/// Gives the block away and begins another one; waits as long as too many are ahead.
void IntakeAhead::handOver(ReadStep step) {
    EventBlock& current = block();
    current.figures = m_intake.figures();
    current.findings = {};
    CaptureReader& reader = m_arranged ? *m_arranged->reader : *m_reader;
    // While it is prepared nobody knows which reader's findings will count.
    if (m_isPreparing) {
        current.findings.bytesTotal = reader.bytesTotal();
    } else {
        current.findings.takeFrom(reader, m_noticesTaken);
    }
    if (m_done) {
        current.findings.bytesRead =
            static_cast<std::uint64_t>(static_cast<double>(reader.bytesTotal()) * *m_done);
    }
    current.step = step;
    {
        std::unique_lock lock(m_mutex);
        if (m_ready.size() >= kAhead) {
            m_few.wait(lock, [this] { return m_ready.size() <= kFewAhead || m_stop; });
        }
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
    m_some.notify_one();
    current.clear();
}

}  // namespace framescope
