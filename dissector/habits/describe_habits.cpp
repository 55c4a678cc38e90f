#include "dissector/habits/describe_habits.h"

#include <string>

#include "dissector/core/duration_text.h"
#include "dissector/payload/utf8.h"

namespace framescope::habits {
namespace {

void addTime(FieldId id, std::int64_t time, FieldTree& tree) {
    tree.addComputed(id, FieldValue(time), durationText(time));
}

void addCount(FieldId id, std::uint64_t count, FieldTree& tree) {
    tree.addComputed(id, count, groupedDigits(count));
}

void describeHeartbeat(const HeartbeatFacts& facts, Direction sender, const RowContext& row,
                       FieldTree& tree) {
    const std::string text = printable(row.name(facts.text));
    std::string line = text + "  every " + durationText(facts.intervalNs);
    if (facts.answered != 0) line += ", answered in " + durationText(facts.roundTripNs);
    tree.open(FieldId::HabitHeartbeat, Place{}, 0, std::move(line));
    tree.addComputed(FieldId::HabitHeartbeatText, std::string(row.name(facts.text)), text);
    tree.addComputed(FieldId::HabitHeartbeatSender,
                     std::string(sender == Direction::ClientToServer ? "client" : "server"));
    addCount(FieldId::HabitHeartbeatCount, facts.count, tree);
    addTime(FieldId::HabitHeartbeatInterval, facts.intervalNs, tree);
    if (facts.answered != 0) {
        addTime(FieldId::HabitHeartbeatRoundTrip, facts.roundTripNs, tree);
        addCount(FieldId::HabitHeartbeatUnanswered, facts.unanswered, tree);
    }
    addCount(FieldId::HabitHeartbeatSkipped, facts.skipped, tree);
    tree.close();
}

void describeRequests(const RequestFacts& facts, const RowContext& row, FieldTree& tree) {
    const std::string kind(row.name(facts.kind));
    tree.open(FieldId::HabitRequests, Place{}, 0,
              printable(kind) + "  " + groupedDigits(facts.responses) + " of " +
                  groupedDigits(facts.requests) + " answered");
    tree.addComputed(FieldId::HabitRequestsKind, kind, printable(kind));
    addCount(FieldId::HabitRequestsCount, facts.requests, tree);
    addCount(FieldId::HabitRequestsAnswered, facts.responses, tree);
    if (facts.responses != 0) {
        addTime(FieldId::HabitRequestsLatencyMean, facts.latencyMeanNs(), tree);
        addTime(FieldId::HabitRequestsLatencyMax, facts.latencyMaxNs, tree);
    }
    tree.close();
}

void describeReconnect(const ReconnectFacts& facts, FieldTree& tree) {
    tree.open(FieldId::HabitReconnect, Place{}, 0,
              "number " + groupedDigits(facts.count) + ", " + durationText(facts.delayNs) +
                  " after connection " + std::to_string(facts.previous) + " ended");
    addCount(FieldId::HabitReconnectCount, facts.count, tree);
    addTime(FieldId::HabitReconnectDelay, facts.delayNs, tree);
    tree.addComputed(FieldId::HabitReconnectStream, std::uint64_t{facts.previous});
    tree.close();
}

}  // namespace

void describe(const RowContext& row, FieldTree& tree) {
    const HabitFacts& facts = row.connection().facts.habits;
    if (!facts.any()) return;
    tree.open(FieldId::Habit, Place{}, 0);
    for (const Direction sender : {Direction::ClientToServer, Direction::ServerToClient}) {
        const HeartbeatFacts& heartbeat = facts.heartbeats[indexOf(sender)];
        if (heartbeat.count != 0) describeHeartbeat(heartbeat, sender, row, tree);
    }
    if (facts.requests.requests != 0) describeRequests(facts.requests, row, tree);
    if (facts.reconnect.count != 0) describeReconnect(facts.reconnect, tree);
    tree.close();
}

}  // namespace framescope::habits
