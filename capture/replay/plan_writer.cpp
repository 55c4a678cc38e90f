#include "capture/replay/plan_writer.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "dissector/http/whole_head.h"
#include "dissector/payload/utf8.h"

namespace framescope::replay {
namespace {

/// Headers that belong to a connection, or that the client writes by itself.
constexpr std::array<std::string_view, 12> kOwnHeaders = {
    "Host",
    "Connection",
    "Upgrade",
    "Keep-Alive",
    "Content-Length",
    "Content-Type",
    "Transfer-Encoding",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
    "Expect",
};
/// Headers that a client of ours may send although the recorded one did not.
constexpr std::array<std::string_view, 2> kOfItself = {"User-Agent", "Origin"};

bool isOwn(std::string_view name) {
    return std::ranges::any_of(
        kOwnHeaders, [name](std::string_view own) { return http::equalsIgnoreCase(own, name); });
}

}  // namespace

Step& PlanWriter::add(StepKind kind, RecordId row) {
    const Record& record = m_session.record(row);
    Step step;
    step.kind = kind;
    step.direction = record.direction;
    step.timeNs = record.timeNs;
    step.row = step.firstRow = row;
    step.label = m_session.text(row).info;
    plan.steps.push_back(std::move(step));
    return plan.steps.back();
}

void PlanWriter::remark(std::string sentence) {
    if (plan.remarks.size() < kMaxRemarks) {
        plan.remarks.push_back(std::move(sentence));
    } else {
        ++m_moreRemarks;
    }
}

void PlanWriter::leftOut(RecordId row, std::string_view why) {
    std::string sentence = "Row " + groupedDigits(std::uint64_t{row} + 1) + " is left out: ";
    sentence += why;
    sentence += '.';
    remark(std::move(sentence));
}

Plan PlanWriter::finish() {
    if (m_moreRemarks > 0) {
        plan.remarks.push_back("There are " + groupedDigits(m_moreRemarks) +
                               " more remarks of this kind.");
    }
    std::ranges::stable_sort(plan.steps, {}, &Step::order);
    const std::int64_t first = plan.steps.empty() ? 0 : plan.steps.front().timeNs;
    std::unordered_map<RecordId, std::size_t> numbers;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        Step& step = plan.steps[i];
        step.number = i;
        step.timeNs -= first;
        for (StepFrame& frame : step.frames) frame.timeNs -= first;
        numbers.emplace(step.firstRow, i);
    }
    for (const auto& [answer, asked] : m_answers) {
        const auto from = numbers.find(answer);
        const auto to = numbers.find(asked);
        if (from != numbers.end() && to != numbers.end()) {
            plan.steps[from->second].answers = to->second;
        }
    }
    return std::move(plan);
}

std::vector<client::HandshakeDraft::Edit> headerEdits(const http::Head& request) {
    using Edit = client::HandshakeDraft::Edit;
    std::vector<Edit> edits;
    for (const std::string_view name : kOfItself) {
        if (request.find(name) == nullptr)
            edits.push_back({Edit::Kind::Remove, std::string(name), {}});
    }
    for (const http::Header& header : request.headers) {
        if (header.malformed || isOwn(header.name)) continue;
        const bool again = std::ranges::any_of(edits, [&](const Edit& edit) {
            return edit.kind != Edit::Kind::Remove &&
                   http::equalsIgnoreCase(edit.name, header.name);
        });
        edits.push_back({again ? Edit::Kind::Add : Edit::Kind::Set, header.name, header.value});
    }
    return edits;
}

std::optional<http::Head> headOf(const Session& session, RecordId row) {
    const RowBytes bytes = session.wireBytes(row);
    auto head = http::parseWholeHead(bytes.bytes);
    if (!head || !bytes.whole) return std::nullopt;
    return std::move(*head);
}

}  // namespace framescope::replay
