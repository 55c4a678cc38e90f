#include "dissector/http/poll_tracker.h"

#include <algorithm>

#include "dissector/engineio/target.h"

namespace framescope::http {
namespace {

constexpr std::size_t kMinExchanges = 3;
constexpr std::int64_t kMillisecond = 1'000'000;
/// Requests that follow each other faster are a loop and no poll.
constexpr std::int64_t kMinIntervalNs = 50 * kMillisecond;
/// By how much an interval, and the time to the next request, may be off in any case.
constexpr std::int64_t kJitterNs = 50 * kMillisecond;
constexpr std::int64_t kSoonNs = 100 * kMillisecond;
constexpr std::int64_t kMinFrameNs = 1000 * kMillisecond;
constexpr std::uint32_t kMinFramePieces = 3;
/// Connections of one poll that are remembered, so that those in use at once count once.
constexpr std::size_t kMaxConnections = 16;

std::int64_t median(std::vector<std::int64_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

std::string_view pathOf(std::string_view target) {
    return target.substr(0, target.find('?'));
}

bool isEngineIoPolling(std::string_view target) {
    if (engineio::revisionFromTarget(target) == 0) return false;
    std::string_view query = target.substr(target.find('?') + 1);
    while (!query.empty()) {
        const std::size_t ampersand = query.find('&');
        if (query.substr(0, ampersand) == "transport=polling") return true;
        if (ampersand == std::string_view::npos) break;
        query.remove_prefix(ampersand + 1);
    }
    return false;
}

bool isForeverFrame(const MeasuredExchange& exchange) {
    const std::int64_t took = exchange.endTimeNs - exchange.headTimeNs;
    return exchange.growingPage && exchange.pieces >= kMinFramePieces && took >= kMinFrameNs &&
           exchange.quietNs >= took / 2;
}

}  // namespace

std::string_view pollKindName(PollKind kind) {
    switch (kind) {
        case PollKind::Polling:
            return "polling";
        case PollKind::LongPolling:
            return "long polling";
        case PollKind::EngineIoPolling:
            return "Engine.IO polling";
        case PollKind::ForeverFrame:
            return "forever frame";
    }
    return "";
}

void PollTracker::add(const MeasuredExchange& exchange, const LayerOutput& out) {
    const bool engineIo = isEngineIoPolling(exchange.target);
    const bool frame = !engineIo && isForeverFrame(exchange);
    // Engine.IO sends by POST and hears by GET: one transport, one sum.
    const std::string method = engineIo ? "GET" : exchange.method;
    const std::string path(pathOf(exchange.target).substr(0, kMaxPath));
    const std::string_view way = engineIo ? " engine.io " : frame ? " frame " : " plain ";
    Watched& watched = m_paths.use(out.client().address.text() + ' ' + out.server().text() +
                                   std::string(way) + method + ' ' + path);
    PollSummary& summary = watched.summary;
    if (summary.requests == 0) {
        summary.method = method;
        summary.path = path;
        summary.client = out.client().address;
        summary.server = out.server();
        summary.firstTimeNs = exchange.requestTimeNs;
    }
    const bool waits = exchange.method == method;
    count(watched, exchange, waits, out);
    if (waits) {
        if (watched.evidence.size() == kMaxEvidence) watched.evidence.pop_front();
        watched.evidence.push_back(
            {exchange.requestTimeNs, exchange.endTimeNs,
             exchange.headTimeNs - exchange.requestTimeNs + exchange.quietNs});
    }

    std::optional<PollKind> kind;
    if (frame) {
        kind = PollKind::ForeverFrame;
    } else if (engineIo) {
        if (summary.requests >= kMinExchanges) kind = PollKind::EngineIoPolling;
    } else {
        kind = judge(watched.evidence);
    }
    // What was told once stays told, if it no longer goes on as it did.
    if (kind) summary.kind = *kind;
    if (kind && !watched.number && m_next < kMaxPolls) watched.number = m_next++;
    if (watched.number) m_changed.insert_or_assign(*watched.number, summary);
}

void PollTracker::count(Watched& watched, const MeasuredExchange& exchange, bool waits,
                        const LayerOutput& out) {
    PollSummary& summary = watched.summary;
    ++summary.requests;
    summary.requestHeaderBytes += exchange.requestHeaderBytes;
    summary.responseHeaderBytes += exchange.responseHeaderBytes;
    summary.payloadBytes += exchange.payloadBytes;
    summary.lastTimeNs = std::max(summary.lastTimeNs, exchange.endTimeNs);
    summary.firstTimeNs = std::min(summary.firstTimeNs, exchange.requestTimeNs);
    if (waits) {
        const std::int64_t wait = exchange.headTimeNs - exchange.requestTimeNs;
        ++watched.waits;
        watched.waitSumNs += wait;
        summary.maxWaitNs = std::max(summary.maxWaitNs, wait);
        summary.meanWaitNs = watched.waitSumNs / static_cast<std::int64_t>(watched.waits);
    }
    std::deque<ConnectionId>& recent = watched.recentConnections;
    if (std::ranges::find(recent, out.connection()) == recent.end()) {
        ++summary.connections;
        if (recent.size() == kMaxConnections) recent.pop_front();
        recent.push_back(out.connection());
    }
}

std::optional<PollKind> PollTracker::judge(const std::deque<Times>& evidence) {
    if (evidence.size() < kMinExchanges) return std::nullopt;
    std::vector<std::int64_t> intervals;
    std::vector<std::int64_t> answers;
    std::size_t together = 0;  // requests that did not wait for the answer before
    std::size_t soon = 0;
    std::size_t held = 0;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        const Times& one = evidence[i];
        answers.push_back(one.end - one.request);
        if (one.held >= kPauseNs) ++held;
        if (i == 0) continue;
        const Times& before = evidence[i - 1];
        intervals.push_back(one.request - before.request);
        const std::int64_t pause = one.request - before.end;
        if (pause < 0) ++together;
        if (pause <= std::max(kSoonNs, (before.end - before.request) / 4)) ++soon;
    }
    if (together * 4 > intervals.size()) return std::nullopt;
    if (held * 2 >= evidence.size() && soon * 4 >= intervals.size() * 3) {
        return PollKind::LongPolling;
    }
    const std::int64_t interval = median(intervals);
    const auto regular = std::ranges::count_if(intervals, [interval](std::int64_t other) {
        return std::abs(other - interval) <= std::max(interval / 4, kJitterNs);
    });
    if (interval >= kMinIntervalNs && median(answers) <= interval / 4 &&
        static_cast<std::size_t>(regular) * 4 >= intervals.size() * 3) {
        return PollKind::Polling;
    }
    return std::nullopt;
}

std::vector<std::pair<std::uint32_t, PollSummary>> PollTracker::takeChanged() {
    std::vector<std::pair<std::uint32_t, PollSummary>> changed(m_changed.begin(), m_changed.end());
    m_changed.clear();
    return changed;
}

}  // namespace framescope::http
