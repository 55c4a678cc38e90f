#include "app/cli/statistics_tables.h"

#include <algorithm>
#include <array>

#include "app/cli/connections_table.h"
#include "app/cli/field_text.h"
#include "app/cli/file_table.h"
#include "app/cli/session_table.h"
#include "app/cli/text_table.h"
#include "dissector/core/duration_text.h"

namespace framescope::cli {
namespace {

/// Paths that clients ask again and again, and what that costs.
std::string pollingText(const Session& session) {
    if (session.polls().empty()) {
        return "Nobody polls: no path was asked for again and again as polling, long polling or a "
               "forever frame would.\n";
    }
    using enum TextTable::Align;
    TextTable table;
    table.addColumn("Kind", Left);
    table.addColumn("Path", Left);
    table.addColumn("Client", Left);
    table.addColumn("Server", Left);
    for (const char* const figure : {"Connections", "Requests", "Request heads", "Response heads",
                                     "Payload", "Mean wait", "Longest wait", "Begins", "Lasts"}) {
        table.addColumn(figure, Right);
    }
    const auto timed = [&session](std::string text) {
        return session.statistics().hasTimes() ? std::move(text) : std::string();
    };
    for (const http::PollSummary& poll : session.polls()) {
        table.addRow({std::string(http::pollKindName(poll.kind)),
                      poll.method + ' ' + printableLine(poll.path), poll.client.text(),
                      poll.server.text(), std::to_string(poll.connections),
                      std::to_string(poll.requests), std::to_string(poll.requestHeaderBytes),
                      std::to_string(poll.responseHeaderBytes), std::to_string(poll.payloadBytes),
                      timed(durationText(poll.meanWaitNs)), timed(durationText(poll.maxWaitNs)),
                      timed(secondsText(poll.firstTimeNs - session.statistics().firstTimeNs, 6)),
                      timed(durationText(poll.lastTimeNs - poll.firstTimeNs))});
    }
    return table.text();
}

constexpr std::array kTables = {
    StatisticsTable{"connections", connectionsText},
    StatisticsTable{"file", fileText},
    StatisticsTable{"polling", pollingText},
    StatisticsTable{"sessions", engineSessionText},
};

}  // namespace

std::span<const StatisticsTable> statisticsTables() {
    return kTables;
}

const StatisticsTable* findStatisticsTable(std::string_view name) {
    const auto* const found = std::ranges::find(kTables, name, &StatisticsTable::name);
    return found == kTables.end() ? nullptr : found;
}

std::string statisticsTableNames() {
    std::string names;
    for (std::size_t i = 0; i < kTables.size(); ++i) {
        if (i != 0) names += i + 1 == kTables.size() ? " and " : ", ";
        names += kTables[i].name;
    }
    return names;
}

}  // namespace framescope::cli
