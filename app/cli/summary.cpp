// One figure a line, name first, aligned, so that both people and grep can read it.
#include "app/cli/summary.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <utility>

#include "app/cli/field_text.h"

namespace framescope::cli {
namespace {

constexpr int kNameWidth = 24;

std::string line(std::string_view name, std::string_view value) {
    char text[64];
    const int size = static_cast<int>(name.size());
    std::snprintf(text, sizeof text, "%-*.*s", std::max(kNameWidth, size + 2), size, name.data());
    return text + std::string(value) + '\n';
}

std::string line(std::string_view name, std::uint64_t count) {
    return line(name, std::to_string(count));
}

/// Kinds that did not occur are left out.
std::string lineIfAny(std::string_view name, std::uint64_t count) {
    return count == 0 ? std::string() : line(name, count);
}

/// "2020-01-01 00:00:00.000000000 UTC"
std::string dateText(std::int64_t nanoseconds) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    // Towards the past also before 1970, where division alone goes towards zero.
    const std::int64_t fraction = (nanoseconds % kSecond + kSecond) % kSecond;
    const auto seconds = static_cast<std::time_t>((nanoseconds - fraction) / kSecond);
    std::tm date{};
    gmtime_r(&seconds, &date);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &date);
    char digits[16];
    std::snprintf(digits, sizeof digits, ".%09d UTC", static_cast<int>(fraction));
    return std::string(text, size) + digits;
}

std::string packetLines(const Statistics& figures) {
    return line("Packets", figures.packets) + lineIfAny("  TCP", figures.tcpPackets) +
           lineIfAny("  UDP", figures.udpPackets) +
           lineIfAny("  other IP", figures.otherIpPackets) +
           lineIfAny("  IP fragments", figures.ipFragments) +
           lineIfAny("    datagrams put together", figures.ipDatagrams) +
           lineIfAny("    datagrams incomplete", figures.ipDatagramsGivenUp) +
           lineIfAny("    refused", figures.ipFragmentsRefused) +
           lineIfAny("  not IP", figures.notIpPackets) +
           lineIfAny("  unknown link type", figures.unknownLinkPackets) +
           lineIfAny("  unknown interface", figures.undescribedPackets) +
           lineIfAny("  empty", figures.emptyPackets) +
           lineIfAny("  malformed", figures.malformedPackets) +
           lineIfAny("  cut short", figures.cutShortPackets) +
           lineIfAny("Left out packets", figures.leftOutPackets) +
           lineIfAny("Dropped packets", figures.droppedPackets);
}

std::string rowLines(const Session& session) {
    std::string text = line("Rows", session.rowCount());
    for (std::size_t i = 0; i < kProtocolCount; ++i) {
        const auto protocol = static_cast<Protocol>(i);
        const std::string name = std::string("  ") + protocolName(protocol);
        // What this program is for is listed even where there is none of it.
        const bool always = protocol <= Protocol::SocketIo && protocol != Protocol::EventStream;
        const std::uint64_t rows = session.statistics().rows[i];
        text += always ? line(name, rows) : lineIfAny(name, rows);
    }
    return text;
}

std::string issueLines(const Statistics& figures) {
    const auto total =
        std::accumulate(figures.issues.begin() + 1, figures.issues.end(), std::uint64_t{0});
    std::string text = line("Issues", total);
    for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Note}) {
        text += line("  " + std::string(severityName(severity)),
                     figures.issues[static_cast<std::size_t>(severity)]);
    }
    return text;
}

std::string checksumLines(const ChecksumFigures& figures) {
    return line("Wrong checksums", figures.ipWrong + figures.tcpWrong) +
           lineIfAny("  IP", figures.ipWrong) + lineIfAny("  TCP", figures.tcpWrong) +
           lineIfAny("Unverified checksums", figures.ipUnverified + figures.tcpUnverified) +
           lineIfAny("  IP", figures.ipUnverified) + lineIfAny("  TCP", figures.tcpUnverified);
}

}  // namespace

std::string summaryText(const Session& session) {
    const Statistics& figures = session.statistics();
    std::string text = packetLines(figures);
    text += lineIfAny("Packets without a time", figures.untimedPackets);
    if (figures.hasTimes()) {
        text += line("First packet", dateText(figures.firstTimeNs));
        text += line("Last packet", dateText(figures.lastTimeNs));
        text += line("Time span", secondsText(figures.lastTimeNs - figures.firstTimeNs, 6) + " s");
    }
    text += line("Connections", figures.connections);
    text += rowLines(session) + issueLines(figures);
    if (session.checksumVerification()) text += checksumLines(session.verifyChecksums());
    for (const std::string& notice : session.notices())
        text += line("Notice", printableLine(notice));
    return text;
}

std::string reportText(const Options& options, const Session& session) {
    if (options.quiet && options.tables.empty()) return summaryText(session);
    std::string text;
    bool above = !options.quiet;
    for (const StatisticsTable* const table : options.tables) {
        // An empty line keeps a table apart from what stands above it.
        if (std::exchange(above, true)) text += '\n';
        text += table->text(session);
    }
    return text;
}

}  // namespace framescope::cli
