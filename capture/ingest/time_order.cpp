#include "capture/ingest/time_order.h"

#include <algorithm>
#include <optional>

#include "capture/file/packet_picker.h"
#include "capture/ingest/order_breaks.h"

namespace framescope {
namespace {

/// Packets between two questions whether to go on.
constexpr std::uint64_t kAsk = 4096;
/// How much of the work going through the file is; the rest is trying the other order.
constexpr double kFirstPart = 0.5;

}  // namespace

std::optional<std::uint64_t> breaksInTime(const std::shared_ptr<CaptureFile>& file,
                                          const CaptureLayout& layout, PacketIndex& index,
                                          std::uint64_t most,
                                          const std::function<bool(double done)>& goOn) {
    OrderBreaks breaks;
    PacketPicker picker(file, layout);
    CapturedPacket packet;
    std::uint64_t looked = 0;
    while (const IndexedPacket* const at = index.next()) {
        if (picker.pick(at->recordOffset, packet)) return most + 1;
        breaks.add(packet);
        if (breaks.count() > most) break;
        if (++looked % kAsk != 0) continue;
        if (!goOn(static_cast<double>(looked) / static_cast<double>(index.size()))) {
            return std::nullopt;
        }
    }
    return breaks.count();
}

Arranging arrangeByTime(const std::shared_ptr<CaptureFile>& file, bool always,
                        const std::function<bool(double done)>& goOn, ArrangedCapture& arranged) {
    arranged.reader = std::make_unique<CaptureReader>(file);
    CaptureReader& reader = *arranged.reader;
    OrderBreaks breaks;
    CapturedPacket packet;
    while ((arranged.end = reader.next(packet)) == ReadStep::Packet) {
        if (!arranged.index.add(packet)) return Arranging::TooMany;
        if (!always) breaks.add(packet);
        if (packet.number % kAsk != 0) continue;
        const double done = static_cast<double>(reader.bytesRead()) /
                            static_cast<double>(std::max<std::uint64_t>(reader.bytesTotal(), 1));
        if (!goOn(always ? done : kFirstPart * done)) return Arranging::Stopped;
    }
    if (!always && breaks.count() < kFewBreaks) return Arranging::NotBetter;
    if (!arranged.index.arrange([&] { return goOn(always ? 1 : kFirstPart); })) {
        return Arranging::Stopped;
    }
    if (always) return Arranging::Chosen;
    const auto rest = [&](double done) { return goOn(kFirstPart + (1 - kFirstPart) * done); };
    const auto inTime =
        breaksInTime(file, reader.layout(), arranged.index, breaks.count() / 2, rest);
    if (!inTime) return Arranging::Stopped;
    arranged.index.rewind();
    return isBetter(*inTime, breaks.count()) ? Arranging::Chosen : Arranging::NotBetter;
}

}  // namespace framescope
