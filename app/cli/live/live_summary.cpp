// Losses of which nobody knows are left out: a 0 would say that there were none.
#include "app/cli/live/live_summary.h"

#include "app/cli/field_text.h"
#include "dissector/packet/frame.h"

namespace framescope::cli {
namespace {

std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

std::uint64_t packetsOf(const LiveFigures& figures) {
    if (figures.status.figures.countsPackets) return figures.status.figures.packets;
    return figures.session == nullptr ? 0 : figures.session->statistics().packets;
}

/// Bytes of packets where they are counted, else of the capture that was read.
std::uint64_t bytesOf(const LiveFigures& figures) {
    const live::Figures& known = figures.status.figures;
    return known.countsPackets ? known.bytes : known.spoolBytes;
}

std::uint64_t rowsOf(const LiveFigures& figures) {
    return figures.session == nullptr ? 0 : figures.session->rowCount();
}

std::string durationOf(const LiveFigures& figures) {
    return secondsText(std::chrono::nanoseconds(figures.duration).count(), 1) + " s";
}

/// "0 by the kernel, 0 by the interface, 0 by framescope", as far as it is known.
std::string dropText(const live::Figures& figures) {
    std::string text;
    const auto add = [&text](std::uint64_t count, const char* by) {
        if (!text.empty()) text += ", ";
        text += std::to_string(count) + " by " + by;
    };
    if (figures.kernelDrops) add(*figures.kernelDrops, "the kernel");
    if (figures.interfaceDrops) add(*figures.interfaceDrops, "the interface");
    if (figures.countsPackets) add(figures.ourDrops, "framescope");
    return text;
}

}  // namespace

std::vector<std::string> endSentences(const LiveFigures& figures) {
    std::vector<std::string> sentences;
    sentences.push_back("Captured from " + printableLine(figures.source) + " in " +
                        durationOf(figures) + ": " +
                        counted(packetsOf(figures), "packet", "packets") + ", " +
                        counted(bytesOf(figures), "byte", "bytes") + ", " +
                        counted(rowsOf(figures), "row", "rows") + ".");
    const std::string drops = dropText(figures.status.figures);
    if (!drops.empty()) sentences.push_back("Dropped packets: " + drops + ".");
    return sentences;
}

std::string counterLine(const LiveFigures& figures) {
    std::string line = printableLine(figures.source) + "  " + durationOf(figures) + "  " +
                       counted(packetsOf(figures), "packet", "packets") + "  " +
                       counted(rowsOf(figures), "row", "rows");
    const std::string drops = dropText(figures.status.figures);
    return drops.empty() ? line : line + "  dropped: " + drops;
}

std::vector<std::string> leftCaptureSentences(const std::vector<live::LeftCapture>& left) {
    if (left.size() > 1) {
        return {std::to_string(left.size()) + " captures were left behind in " +
                printableLine(left.front().folder.parent_path().string()) + ", the last one in " +
                printableLine(left.front().folder.filename().string()) +
                ". Read their files with -r; deleting the folders forgets them."};
    }
    if (left.empty()) return {};
    const live::LeftCapture& one = left.front();
    return {"A capture from " + printableLine(one.description.source) + ", begun " +
            utcText(one.description.startedNs) + ", was left behind: " +
            counted(one.bytes, "byte", "bytes") + " in " + printableLine(one.folder.string()) +
            ". Read its files with -r; deleting the folder forgets it."};
}

}  // namespace framescope::cli
