#include "capture/ingest/whole_reading.h"

#include <optional>
#include <string>
#include <utility>

#include "capture/file/packet_picker.h"
#include "capture/file/time_sample.h"
#include "capture/ingest/intake_ahead.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

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

class WholeReading {
public:
    WholeReading(const std::shared_ptr<CaptureFile>& file, Batches& batches,
                 const IngestOptions& options, const tcp::ReadBack& readBack,
                 const std::function<bool()>& goOn)
        : m_file(file),
          m_batches(batches),
          m_always(options.order == PacketOrder::Time),
          m_watches(options.order == PacketOrder::Auto),
          m_limits(options.limits),
          m_readBack(readBack),
          m_goOn(goOn),
          m_rows(options) {}

    std::unique_ptr<ArrangedCapture> read(std::unique_ptr<ArrangedCapture> arranged) {
        if (!arranged && m_always) arranged = arrange();
        if (!arranged && !m_isStopped) {
            // Reading begins while a few packets are looked at; it is seldom in vain.
            IntakeAhead ahead(m_file, m_limits, m_readBack, m_watches);
            if (m_watches && timesSeemToRunBack(m_file)) {
                m_watches = false;
                arranged = arrange();
                ahead.goOn();
            }
            if (!arranged && !m_isStopped) return readInFileOrder(ahead);
        }
        if (m_isStopped) return {};
        m_batches.addNotice(m_always ? kAsked : kFound);
        readInTimeOrder(*arranged);
        return {};
    }

private:
    std::unique_ptr<ArrangedCapture> readInFileOrder(IntakeAhead& ahead);
    void readInTimeOrder(ArrangedCapture& arranged);
    std::unique_ptr<ArrangedCapture> arrange();

    const std::shared_ptr<CaptureFile>& m_file;
    Batches& m_batches;
    const bool m_always;
    bool m_watches;
    const DecodeLimits m_limits;
    const tcp::ReadBack& m_readBack;
    const std::function<bool()>& m_goOn;
    RowMaker m_rows;
    Statistics m_figures;      ///< of the packets so far
    bool m_isStopped = false;  ///< while the order of time was prepared
};

std::unique_ptr<ArrangedCapture> WholeReading::readInFileOrder(IntakeAhead& ahead) {
    for (;;) {
        IntakeAhead::Piece& piece = ahead.next();
        piece.tape.tell(m_rows);
        m_figures = piece.figures;
        m_batches.add(std::move(piece.findings));
        if (piece.step != ReadStep::Packet) {
            m_batches.handLast(m_rows, ahead.intake(), ahead.reader(), piece.step);
            return {};
        }
        if (piece.otherOrder) {
            if (std::exchange(m_watches, false)) {
                auto other = arrange();
                if (m_isStopped) return {};
                if (other) {
                    if (m_batches.beginAgain()) return other;
                    m_batches.addNotice(kOtherOrder);
                }
            }
            ahead.goOn();
        }
        if (m_batches.isEnough(m_rows) && !m_batches.hand(m_rows, m_figures)) return {};
    }
}

void WholeReading::readInTimeOrder(ArrangedCapture& arranged) {
    PacketIntake intake(m_rows, m_limits, m_readBack);
    FindingsOf findings(*arranged.reader);
    const auto hand = [&] {
        m_batches.add(findings.take());
        return m_batches.hand(m_rows, intake.figures());
    };
    const std::vector<std::uint64_t> offsets = arranged.index.recordOffsets();
    const std::uint64_t bytes = arranged.reader->bytesTotal();
    m_batches.setDone(kPreparing, bytes);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        m_rows.addPacketOffset(offsets[i]);
        if ((i + 1) % kOffsets == 0 && !hand()) return;
    }
    if (!hand()) return;
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
        if (++packet.number == 1 && !packet.hasTime) intake.startAt(at->timeNs);
        m_rows.addFileNumber(at->number);
        intake.packet(packet);
        if (!m_batches.isEnough(m_rows)) continue;
        m_batches.setDone(kPreparing + (1 - kPreparing) * (packet.number / all), bytes);
        if (!hand()) return;
    }
    m_batches.readerKnowsWhatIsDone();
    intake.finish();
    m_batches.add(findings.take());
    m_batches.handLast(m_rows, intake, *arranged.reader, end);
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
                m_isStopped = !m_batches.hand(m_rows, m_figures);
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
