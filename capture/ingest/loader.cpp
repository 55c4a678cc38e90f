#include "capture/ingest/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "capture/file/capture_reader.h"
#include "capture/file/link_type_name.h"
#include "capture/file/time_watch.h"
#include "capture/ingest/ingestor.h"
#include "capture/ingest/intake_ahead.h"
#include "capture/ingest/reader_findings.h"
#include "capture/ingest/time_order.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Rows and packets in a batch: small enough that taking one over is a matter of a millisecond.
constexpr std::size_t kBatchSize = 8192;
/// The first batch is small, so that the first rows show at once.
constexpr std::size_t kFirstBatchSize = 256;
/// Batches that may wait; the worker pauses beyond them.
constexpr std::size_t kQueueLimit = 64;
/// How long the worker waits for a capture that is still being written before it asks whether it is
/// still wanted.
constexpr std::chrono::milliseconds kWait{50};

/// What the capturing system says it lost in all, behind the last packet as well. A ring of many
/// files says it for each of them; the first will do.
void tellDrops(const CaptureReader& reader, std::vector<std::string>& notices) {
    constexpr std::size_t kMaxNotices = 8;
    const CaptureLayout& layout = reader.layout();
    std::size_t told = 0;
    for (const auto& [index, drops] : reader.drops()) {
        if (told++ == kMaxNotices) {
            notices.push_back("Packets were also dropped on interfaces of " +
                              groupedDigits(reader.drops().size() - kMaxNotices) +
                              " more descriptions.");
            return;
        }
        const std::string& name = layout.interfaces[index].name;
        const std::string where =
            name.empty() ? "interface " + std::to_string(index) : printable(name, 40);
        const auto packets = [](std::uint64_t count) {
            return groupedDigits(count) + (count == 1 ? " packet" : " packets");
        };
        if (drops.kernel != 0) {
            notices.push_back("The capturing system dropped " + packets(drops.kernel) + " on " +
                              where + ".");
        }
        if (drops.interface != 0) {
            notices.push_back("The interface " + where + " itself dropped " +
                              packets(drops.interface) + ".");
        }
    }
}

/// Packets that are listed, and nothing more.
void tellUnread(PacketIntake& intake, std::vector<std::string>& notices) {
    // Real captures have one or two; one that is damaged may have many.
    constexpr std::size_t kMaxTypes = 8;
    std::uint64_t others = 0;
    std::size_t told = 0;
    for (const auto& [linkType, packets] : intake.unreadLinkTypes()) {
        if (told++ >= kMaxTypes) {
            others += packets;
            continue;
        }
        notices.push_back("Packets of " + linkTypeText(linkType) +
                          ", a link type that is not read, are listed only: " +
                          groupedDigits(packets) + " in all.");
    }
    if (others != 0) {
        notices.push_back("Packets of " + groupedDigits(told - kMaxTypes) +
                          " more link types that are not read are listed only: " +
                          groupedDigits(others) + " in all.");
    }
    if (const std::uint64_t count = intake.figures().malformedPackets; count != 0) {
        notices.push_back(groupedDigits(count) +
                          (count == 1 ? " packet has a header that does not fit it; its row says "
                                        "which and why."
                                      : " packets have a header that does not fit them; their rows "
                                        "say which and why."));
    }
}

/// What a snap length took away, with the snap length where the capture declares it.
void tellCuts(const Statistics& figures, std::size_t mostOfCut, const CaptureLayout& layout,
              std::vector<std::string>& notices) {
    const auto begin = [](std::uint64_t count) {
        return groupedDigits(count) + (count == 1 ? " packet was" : " packets were") +
               " captured only in part";
    };
    const bool declared =
        std::any_of(layout.interfaces.begin(), layout.interfaces.end(),
                    [&](const CaptureInterface& at) { return at.snapLength == mostOfCut; });
    const std::string snapLength =
        declared ? " (the snap length was " + groupedDigits(mostOfCut) + ")" : std::string();
    if (const std::uint64_t count = figures.cutShortPackets; count != 0) {
        const std::string listed = count == 1 ? "; it is listed only."
                                   : count <= PacketIntake::kMaxCutRows
                                       ? "; they are listed only."
                                       : "; the first " + groupedDigits(PacketIntake::kMaxCutRows) +
                                             " of them are listed.";
        notices.push_back(begin(count) + ", too short for the headers down to TCP" + snapLength +
                          listed);
    }
    if (const std::uint64_t count = figures.cutPayloadPackets; count != 0) {
        notices.push_back(begin(count) + snapLength + "; what is missing of " +
                          (count == 1 ? "its" : "their") + " data is shown as missing.");
    }
}

/// "16 MiB", as limits are set; one that is no whole number of them in bytes.
std::string limitText(std::uint64_t bytes) {
    constexpr std::uint64_t kMiB = 1U << 20;
    if (bytes == 0 || bytes % kMiB != 0) return byteCountText(bytes);
    return groupedDigits(bytes / kMiB) + "\u202fMiB";
}

/// What came in fragments and was not whole.
void tellFragments(const Statistics& figures, const PacketIntake& intake,
                   std::vector<std::string>& notices) {
    using ip::FragmentTracker;
    if (const std::uint64_t count = figures.ipDatagramsGivenUp; count != 0) {
        notices.push_back(
            "Fragments are missing of " + groupedDigits(count) +
            (count == 1 ? " IP datagram" : " IP datagrams") +
            "; what is there of TCP is shown of those whose first fragment was captured, and "
            "others have a row that says what is missing.");
    }
    if (const std::uint64_t count = intake.datagramsTooMany(); count != 0) {
        notices.push_back(groupedDigits(count) + (count == 1 ? " of them was" : " of them were") +
                          " given up before their time, since more than " +
                          groupedDigits(FragmentTracker::kMaxDatagrams) + " datagrams or " +
                          limitText(FragmentTracker::kMaxHeldBytes) + " waited for fragments.");
    }
    if (const std::uint64_t count = figures.ipFragmentsRefused; count != 0) {
        notices.push_back(groupedDigits(count) +
                          (count == 1 ? " IP fragment was" : " IP fragments were") +
                          " left out, since no datagram can have such a part.");
    }
}

/// Holes that were given up before their time, since too much was held behind them.
void tellHeldLimits(const RowMaker& rows, std::vector<std::string>& notices) {
    const DecodeLimits& limits = rows.options().limits;
    const auto connections = [](std::uint64_t count) {
        return groupedDigits(count) + (count == 1 ? " connection" : " connections");
    };
    if (const std::uint64_t count = rows.heldLimitMet(); count != 0) {
        notices.push_back("Missing bytes of " + connections(count) +
                          " were given up because too much was held behind them (the limits are " +
                          limitText(limits.heldBytes) + " and " +
                          groupedDigits(limits.heldSegments) +
                          (limits.heldSegments == 1 ? " segment)." : " segments)."));
    }
    if (const std::uint64_t count = rows.totalLimitMet(); count != 0) {
        notices.push_back("All connections together held more than " +
                          limitText(limits.heldInTotal) + ", so " + connections(count) +
                          " had to give missing bytes up.");
    }
}

/// What of bytes that came again the rows do not show.
void tellUnlistedConflicts(const PacketIntake& intake, const DecodeLimits& limits,
                           std::vector<std::string>& notices) {
    if (const std::uint64_t bytes = intake.bytesNotCompared(); bytes != 0) {
        notices.push_back(
            groupedDigits(bytes) +
            (bytes == 1 ? " byte that came again was" : " bytes that came again were") +
            " not compared with what came first: it lies too far back.");
    }
    if (const std::uint64_t bytes = intake.bytesPastMemory(); bytes != 0) {
        notices.push_back("Up to " + groupedDigits(bytes) +
                          (bytes == 1 ? " byte is" : " bytes are") +
                          " in no row: captured after so many holes of the same stream, or after " +
                          "the end of the connection, that theirs was no longer remembered.");
    }
    const std::uint64_t count = intake.conflictsNotListed();
    if (count == 0) return;
    notices.push_back(groupedDigits(count) + " more times bytes came again with other contents " +
                      "and are not listed: of each connection " + groupedDigits(limits.conflicts) +
                      " are.");
}

/// Rules that the user has set and that came to nothing: mostly a slip of the pen.
void tellUnusedRules(const RowMaker& rows, std::vector<std::string>& notices) {
    for (const ReadAsRule& rule : rows.options().readAs.rules()) {
        if (rows.isUsed(rule)) continue;
        notices.push_back("No connection is read as \"" +
                          printable(rule.selector + ',' + textOf(rule.readAs), 200) +
                          "\" asks for: none matches, or an earlier rule does.");
    }
}

/// Said where rows are out already.
constexpr const char* kOtherOrder =
    "The packets do not lie in the order of their times in this file, and were read as it has "
    "them; in the order of time more can be read (--time-order time).";
/// Said at the end of a pipe, which cannot be asked a second time.
constexpr const char* kOtherOrderOfPipe =
    "The packets did not come in the order of their times, and were read as they came; written to "
    "a file first, more of them can be read.";

/// Puts together what the rows' maker and the reader have found.
class Batches {
public:
    /// `soon`: somebody waits for the first rows.
    Batches(const std::function<bool(Batch&&)>& sink, bool mayBeginAgain, bool soon)
        : m_sink(sink),
          m_mayBeginAgain(mayBeginAgain),
          m_limit(soon ? kFirstBatchSize : kBatchSize) {}

    /// What the reader has found since it was asked last; of one that reads on another thread.
    void add(const ReaderFindings& found) { m_findings.append(found); }
    void addNotice(std::string sentence) { m_findings.notices.push_back(std::move(sentence)); }
    /// So many rows and packets make a batch.
    bool isEnough(std::size_t pending) const { return pending >= m_limit; }
    bool mayBeginAgain() const { return m_mayBeginAgain; }
    /// Forgets what was found, and has the others do so; false where what was handed on stays.
    bool beginAgain() {
        if (m_hasHanded && !m_mayBeginAgain) return false;
        m_beginsAgain = std::exchange(m_hasHanded, false);
        m_limit = kFirstBatchSize;
        m_findings = {};
        return true;
    }
    /// False when no more is wanted.
    bool hand(RowMaker& rows, const Statistics& figures) {
        m_limit = kBatchSize;
        return put(take(rows, figures));
    }
    /// The same with places of records, of which the rows' maker knows nothing.
    bool hand(RowMaker& rows, const Statistics& figures, std::vector<std::uint64_t>&& offsets) {
        Batch batch = take(rows, figures);
        if (!offsets.empty()) batch.packetOffsets = std::move(offsets);
        return put(std::move(batch));
    }
    void handLast(RowMaker& rows, PacketIntake& intake, const CaptureReader& reader,
                  ReadStep step) {
        rows.finish();
        Batch last = take(rows, intake.figures());
        tellUnread(intake, last.notices);
        tellCuts(last.statistics, intake.mostOfCut(), reader.layout(), last.notices);
        tellFragments(last.statistics, intake, last.notices);
        tellDrops(reader, last.notices);
        tellHeldLimits(rows, last.notices);
        tellUnlistedConflicts(intake, rows.options().limits, last.notices);
        tellUnusedRules(rows, last.notices);
        last.last = true;
        last.damaged = step == ReadStep::Damaged;
        put(std::move(last));
    }

private:
    Batch take(RowMaker& rows, const Statistics& figures) {
        Batch batch = rows.takeBatch(figures);
        batch.layout = std::exchange(m_findings.layout, {});
        for (std::string& notice : m_findings.notices) batch.notices.push_back(std::move(notice));
        m_findings.notices.clear();
        batch.statistics.leftOutPackets = m_findings.leftOutPackets;
        batch.statistics.bytesRead = m_findings.bytesRead;
        batch.statistics.bytesTotal = m_findings.bytesTotal;
        batch.beginsAgain = std::exchange(m_beginsAgain, false);
        return batch;
    }
    bool put(Batch&& batch) {
        m_hasHanded = true;
        return m_sink(std::move(batch));
    }

    const std::function<bool(Batch&&)>& m_sink;
    const bool m_mayBeginAgain;
    std::size_t m_limit;
    bool m_hasHanded = false;
    bool m_beginsAgain = false;
    ReaderFindings m_findings;
};

/// A capture that is still being written, on this thread alone. What comes back is to be read
/// instead, now that all of it is there, in the order of time; mostly nothing.
std::unique_ptr<ArrangedCapture> follow(const std::shared_ptr<CaptureFile>& file, Batches& batches,
                                        const IngestOptions& options, const tcp::ReadBack& readBack,
                                        const std::function<bool()>& goOn) {
    if (options.order == PacketOrder::Time) {
        batches.addNotice(
            "What is still being written is read in the order in which it comes, not in that of "
            "time.");
    }
    Ingestor ingestor(options, readBack);
    CaptureReader reader(file);
    TimeWatch watch;
    bool runsBack = false;
    std::size_t noticesTaken = 0;
    const auto askReader = [&] {
        ReaderFindings found;
        found.takeFrom(reader, noticesTaken);
        batches.add(found);
    };
    const auto hand = [&] {
        askReader();
        return batches.hand(ingestor.rows(), ingestor.intake().figures());
    };
    ReadStep step = ReadStep::Packet;
    CapturedPacket packet;
    while (step == ReadStep::Packet) {
        while ((step = reader.next(packet)) == ReadStep::Packet) {
            runsBack = (packet.hasTime && watch.add(packet.timeNs)) || runsBack;
            ingestor.packet(packet);
            if (batches.isEnough(ingestor.pending()) && !hand()) return {};
        }
        if (step != ReadStep::End || !reader.mayGrow()) break;
        // All there is at the moment. What was found shows at once, then comes the waiting.
        if (ingestor.pending() > 0 && !hand()) return {};
        while (!reader.waitForMore(kWait)) {
            if (!goOn()) return {};
            // Whoever waits for packets that overtook each other has waited long enough.
            ingestor.idle();
            if (ingestor.pending() > 0 && !hand()) return {};
        }
        step = ReadStep::Packet;
    }
    if (runsBack && options.order == PacketOrder::Auto) {
        auto arranged = std::make_unique<ArrangedCapture>();
        const auto wanted = [&goOn](double) { return goOn(); };
        if (arrangeByTime(file, false, wanted, *arranged) == Arranging::Chosen) {
            if (batches.beginAgain()) return arranged;
            batches.addNotice(kOtherOrderOfPipe);
        }
    }
    askReader();
    ingestor.intake().finish();
    batches.handLast(ingestor.rows(), ingestor.intake(), reader, step);
    return {};
}

/// A capture that is complete: another thread is ahead with its packets. What comes back is to be
/// read instead, from the beginning, in the order of time; mostly nothing.
std::unique_ptr<ArrangedCapture> readWhole(const std::shared_ptr<CaptureFile>& file,
                                           Batches& batches, const IngestOptions& options,
                                           const tcp::ReadBack& readBack,
                                           std::unique_ptr<ArrangedCapture> arranged) {
    RowMaker rows(options);
    IntakeAhead ahead(file, options, readBack, std::move(arranged));
    ReadStep step = ReadStep::Packet;
    while (step == ReadStep::Packet) {
        EventBlock& block = ahead.next();
        batches.add(block.findings);
        if (block.mark == EventBlock::Mark::OtherOrder) {
            if (batches.beginAgain()) return ahead.takeArranged();
            batches.addNotice(kOtherOrder);
        }
        rows.addFileNumbers(block.numbers);
        std::size_t told = 0;
        const auto tellUntil = [&](std::size_t end) {
            for (; told < end; ++told) {
                const IntakeEvent& event = block.events[told];
                if (event.kind == IntakeEvent::Kind::PacketWithData) {
                    rows.packetWithData(event.id, event.origin, event.direction, event.offset,
                                        block.bytesOf(event), event.origin);
                } else {
                    block.tell(event, rows);
                }
            }
        };
        for (const EventBlock::Packet& packet : block.packets) {
            // Of the packet before.
            tellUntil(packet.firstEvent);
            if (batches.isEnough(rows.pending()) && !batches.hand(rows, block.figures)) return {};
            rows.nextPacket(packet.recordOffset);
        }
        tellUntil(block.events.size());
        if (batches.isEnough(rows.pending()) && !batches.hand(rows, block.figures)) return {};
        // Whoever cannot begin again is handed nothing that may have to be taken back.
        const bool mustHand = block.mark == EventBlock::Mark::HandOn &&
                              (batches.mayBeginAgain() || !block.fileOffsets.empty());
        if (mustHand && !batches.hand(rows, block.figures, std::move(block.fileOffsets))) {
            return {};
        }
        step = block.step;
    }
    batches.handLast(rows, ahead.intake(), ahead.reader(), step);
    return {};
}

}  // namespace

void readAll(const std::shared_ptr<CaptureFile>& file, const std::function<bool(Batch&&)>& sink,
             const IngestOptions& options, const std::function<bool()>& goOn) {
    const auto readBack = [file](std::uint64_t offset, std::span<std::uint8_t> into) {
        const auto bytes = file->readBytes(offset, static_cast<std::uint32_t>(into.size()));
        if (!bytes) return false;
        std::ranges::copy(*bytes, into.begin());
        return true;
    };
    const bool grows = file->source().mayGrow();
    Batches batches(sink, options.mayBeginAgain, grows || options.mayBeginAgain);
    std::unique_ptr<ArrangedCapture> arranged;
    if (grows) {
        arranged = follow(file, batches, options, readBack, goOn);
        if (!arranged) return;
    }
    do {
        arranged = readWhole(file, batches, options, readBack, std::move(arranged));
    } while (arranged);
}

struct Loader::State {
    std::mutex mutex;
    std::condition_variable room;
    std::deque<Batch> queue;
    bool woken = false;
    std::atomic<bool> cancelled = false;
    std::function<void()> wake;
    std::thread worker;

    /// Waits for room; false when the loading was cancelled meanwhile.
    bool push(Batch&& batch) {
        bool mustWake = false;
        {
            std::unique_lock lock(mutex);
            room.wait(lock, [this] { return queue.size() < kQueueLimit || cancelled; });
            if (cancelled) return false;
            queue.push_back(std::move(batch));
            mustWake = !std::exchange(woken, true);
        }
        if (mustWake) wake();
        return true;
    }

    /// The one batch that is sent although there may be no room: it ends the loading.
    void pushCancelled() {
        Batch batch;
        batch.last = true;
        batch.cancelled = true;
        bool mustWake = false;
        {
            const std::lock_guard lock(mutex);
            if (!queue.empty()) batch.statistics = queue.back().statistics;
            queue.push_back(std::move(batch));
            mustWake = !std::exchange(woken, true);
        }
        if (mustWake) wake();
    }
};

Loader::Loader(std::shared_ptr<CaptureFile> file, std::function<void()> wake,
               const IngestOptions& options)
    : m_state(std::make_unique<State>()) {
    m_state->wake = std::move(wake);
    m_state->worker =
        std::thread([state = m_state.get(), file = std::move(file), options]() mutable {
            bool ended = false;
            const auto send = [&](Batch&& batch) {
                const bool last = batch.last;
                const bool pushed = state->push(std::move(batch));
                ended = last && pushed;
                return pushed;
            };
            readAll(file, send, options, [state] { return !state->cancelled; });
            if (!ended) state->pushCancelled();
        });
}

Loader::~Loader() {
    cancel();
    m_state->worker.join();
}

std::optional<Batch> Loader::take() {
    std::optional<Batch> batch;
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->queue.empty()) {
            m_state->woken = false;
            return std::nullopt;
        }
        batch = std::move(m_state->queue.front());
        m_state->queue.pop_front();
    }
    m_state->room.notify_one();
    return batch;
}

void Loader::cancel() {
    m_state->cancelled = true;
    // Under the lock, so that the worker is either before its check or already waiting.
    { const std::lock_guard lock(m_state->mutex); }
    m_state->room.notify_one();
}

}  // namespace framescope
