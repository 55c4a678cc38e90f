#include "capture/ingest/whole_reading.h"

#include <optional>
#include <string>
#include <utility>

#include "capture/file/capture_reader.h"
#include "capture/file/packet_picker.h"
#include "capture/file/time_sample.h"
#include "capture/file/time_watch.h"
#include "capture/ingest/ingestor.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Packets among which one with a time is sought, where the first one has none.
constexpr std::size_t kMostSoughtForTime = 4096;
/// Places of records that are handed on together: so many that the window takes over at once.
constexpr std::size_t kOffsets = std::size_t{1} << 16;
/// Where the order of time is read, the part of the work that it takes to prepare it.
constexpr double kPreparing = 0.3;
/// How often it is told how much is done.
constexpr double kProgressStep = 0.01;

constexpr const char* kAsked =
    "The capture is read in the order of time, as was asked for. Packets keep the numbers that "
    "they have in the file.";
constexpr const char* kFound =
    "The packets of this file do not lie in the order of their times, as where the two directions "
    "of a tap were appended. It is read in the order of time; packets keep the numbers that they "
    "have in the file.";
/// Said where rows are out already.
constexpr const char* kOtherOrder =
    "The packets do not lie in the order of their times in this file, and were read as it has "
    "them; in the order of time more can be read (--time-order time).";

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

class WholeReading {
public:
    WholeReading(const std::shared_ptr<CaptureFile>& file, Batches& batches,
                 const IngestOptions& options, const tcp::ReadBack& readBack,
                 const std::function<bool()>& goOn)
        : m_file(file),
          m_batches(batches),
          m_always(options.order == PacketOrder::Time),
          m_watches(options.order == PacketOrder::Auto),
          m_goOn(goOn),
          m_ingestor(options, readBack) {}

    std::unique_ptr<ArrangedCapture> read(std::unique_ptr<ArrangedCapture> arranged) {
        if (!arranged && (m_always || (m_watches && timesSeemToRunBack(m_file)))) {
            arranged = arrange();
            m_watches = false;
        }
        if (m_isStopped) return {};
        if (!arranged) return readInFileOrder();
        m_batches.addNotice(m_always ? kAsked : kFound);
        readInTimeOrder(*arranged);
        return {};
    }

private:
    std::unique_ptr<ArrangedCapture> readInFileOrder();
    void readInTimeOrder(ArrangedCapture& arranged);
    std::unique_ptr<ArrangedCapture> arrange();

    const std::shared_ptr<CaptureFile>& m_file;
    Batches& m_batches;
    const bool m_always;
    bool m_watches;
    const std::function<bool()>& m_goOn;
    Ingestor m_ingestor;
    bool m_isStopped = false;  ///< while the order of time was prepared
};

std::unique_ptr<ArrangedCapture> WholeReading::readInFileOrder() {
    CaptureReader reader(m_file);
    m_batches.setReader(&reader);
    CapturedPacket packet;
    TimeWatch watch;
    ReadStep step = ReadStep::Packet;
    while ((step = reader.next(packet)) == ReadStep::Packet) {
        if (packet.number == 1 && !packet.hasTime) {
            if (const auto time = firstTime(m_file)) m_ingestor.intake().startAt(*time);
        }
        if (m_watches && packet.hasTime && watch.add(packet.timeNs)) {
            m_watches = false;
            m_batches.setReader(nullptr);
            auto other = arrange();
            if (m_isStopped) return {};
            if (other) {
                if (m_batches.beginAgain()) return other;
                m_batches.addNotice(kOtherOrder);
            }
            m_batches.setReader(&reader);
        }
        m_ingestor.packet(packet);
        if (m_batches.isEnough(m_ingestor) && !m_batches.hand(m_ingestor)) return {};
    }
    m_batches.handLast(m_ingestor, step);
    return {};
}

void WholeReading::readInTimeOrder(ArrangedCapture& arranged) {
    const std::vector<std::uint64_t> offsets = arranged.index.recordOffsets();
    const std::uint64_t bytes = arranged.reader->bytesTotal();
    m_batches.setReader(arranged.reader.get());
    m_batches.setDone(kPreparing, bytes);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        m_ingestor.rows().addPacketOffset(offsets[i]);
        if ((i + 1) % kOffsets == 0 && !m_batches.hand(m_ingestor)) return;
    }
    if (!m_batches.hand(m_ingestor)) return;
    PacketPicker picker(m_file, arranged.reader->layout());
    CapturedPacket packet;
    const double all = static_cast<double>(offsets.size());
    // Within the ingest they are counted as they come.
    packet.number = 0;
    ReadStep end = arranged.end;
    while (const IndexedPacket* const at = arranged.index.next()) {
        if (const auto error = picker.pick(at->recordOffset, packet)) {
            m_batches.addNotice(error->sentence);
            end = ReadStep::Damaged;
            break;
        }
        packet.dropped = at->dropped;
        if (++packet.number == 1 && !packet.hasTime) m_ingestor.intake().startAt(at->timeNs);
        m_ingestor.rows().addFileNumber(at->number);
        m_ingestor.packet(packet);
        if (!m_batches.isEnough(m_ingestor)) continue;
        m_batches.setDone(kPreparing + (1 - kPreparing) * (packet.number / all), bytes);
        if (!m_batches.hand(m_ingestor)) return;
    }
    m_batches.readerKnowsWhatIsDone();
    m_batches.handLast(m_ingestor, end);
}

/// The capture for the order of time; null where the file's stays, or nobody wants it any more.
std::unique_ptr<ArrangedCapture> WholeReading::arrange() {
    double told = 0;
    auto arranged = std::make_unique<ArrangedCapture>();
    const auto goOn = [&](double done) {
        if (done >= told + kProgressStep) {
            told = done;
            // Whoever cannot begin again is handed nothing that may have to be taken back.
            if (m_batches.mayBeginAgain()) {
                m_batches.setDone(done * kPreparing, arranged->reader->bytesTotal());
                m_isStopped = !m_batches.hand(m_ingestor);
            }
        }
        m_isStopped = m_isStopped || !m_goOn();
        return !m_isStopped;
    };
    const Arranging outcome = arrangeByTime(m_file, m_always, goOn, *arranged);
    m_batches.readerKnowsWhatIsDone();
    if (outcome == Arranging::Chosen) return arranged;
    if (outcome == Arranging::TooMany) {
        m_batches.addNotice("The capture has more than " + groupedDigits(PacketIndex::kMost) +
                            " packets, too many to be read in the order of time; it is read as "
                            "the file has them.");
    }
    return nullptr;
}

}  // namespace

std::unique_ptr<ArrangedCapture> readWhole(const std::shared_ptr<CaptureFile>& file,
                                           Batches& batches, const IngestOptions& options,
                                           const tcp::ReadBack& readBack,
                                           std::unique_ptr<ArrangedCapture> arranged,
                                           const std::function<bool()>& goOn) {
    return WholeReading(file, batches, options, readBack, goOn).read(std::move(arranged));
}

}  // namespace framescope
