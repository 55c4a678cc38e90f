#include "capture/ingest/closing_notices.h"

#include <algorithm>

#include "capture/file/link_type_name.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

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

}  // namespace

void tellAtTheEnd(PacketIntake& intake, const RowMaker& rows, const CaptureReader& reader,
                  const Statistics& figures, std::vector<std::string>& notices) {
    tellUnread(intake, notices);
    tellCuts(figures, intake.mostOfCut(), reader.layout(), notices);
    tellFragments(figures, intake, notices);
    tellDrops(reader, notices);
    tellHeldLimits(rows, notices);
    tellUnlistedConflicts(intake, rows.options().limits, notices);
    tellUnusedRules(rows, notices);
}

}  // namespace framescope
