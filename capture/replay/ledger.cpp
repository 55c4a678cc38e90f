#include "capture/replay/ledger.h"

#include <algorithm>

#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/connect_data.h"

namespace framescope::replay {
namespace {

/// What a difference is called where something came that broke the protocol.
constexpr std::string_view kProtocolPath = "protocol";

std::string_view methodOf(const Step& request) {
    const std::string_view text = asText(request.bytes);
    return text.substr(0, std::min(text.find(' '), text.size()));
}

std::string counted(std::size_t number, const char* one, const char* several) {
    return groupedDigits(number) + " " + (number == 1 ? one : several);
}

std::string sidIn(const SocketPacket& packet) {
    const auto data = socketio::readConnectData(asBytes(packet.data), socketio::Encoding::Json);
    return data.sid ? data.sid->value : std::string();
}

}  // namespace

Ledger::Ledger(const Plan& plan, Comparison comparison,
               std::optional<std::chrono::milliseconds> laterThan, std::size_t maxMore)
    : m_plan(plan),
      m_comparison(std::move(comparison)),
      m_laterThan(laterThan),
      m_recorded(plan.steps.size()),
      m_places(plan.steps.size()),
      m_own(plan.steps.size()),
      m_asked(plan.steps.size()),
      m_memoryLeft(maxMore) {
    std::map<std::size_t, std::uint64_t> exchanges;  // by the step of the request
    std::optional<std::size_t> asked;
    for (const Step& step : plan.steps) {
        if (step.ours()) {
            if (step.kind == StepKind::HttpRequest)
                exchanges.emplace(step.number, exchanges.size());
            if (!step.automatic) asked = step.number;
            continue;
        }
        m_asked[step.number] = asked;
        if (step.automatic) continue;
        const bool answers = step.answers && exchanges.contains(*step.answers);
        const std::string_view method =
            answers ? methodOf(plan.steps[*step.answers]) : std::string_view();
        Answer answer = answerOf(step, answers ? exchanges[*step.answers] : 0, method);
        Channel& channel = this->channel(channelOf(answer));
        m_places[step.number] = {&channel, channel.recorded.size()};
        channel.recorded.push_back(step.number);
        channel.recordedSignatures.push_back(m_comparison.signatureOf(answer));
        m_memoryLeft += memoryOf(answer);
        m_recorded[step.number] = std::move(answer);
    }
    for (auto& [name, channel] : m_channels) {
        channel.alignment = std::make_unique<Alignment>(
            channel.recorded.size(), [&each = channel](std::size_t i, std::size_t j) {
                return likeness(each.recordedSignatures[i], each.receivedSignatures[j]);
            });
    }
    while (m_nextOwn < plan.steps.size() &&
           (!plan.steps[m_nextOwn].ours() || plan.steps[m_nextOwn].automatic)) {
        ++m_nextOwn;
    }
}

Ledger::Channel& Ledger::channel(const std::string& name) {
    return m_channels[name];
}

/// Whatever changes an alignment goes through here, so that its pairs stay counted.
template <typename Change>
void Ledger::realign(Channel& channel, const Change& change) {
    m_answered -= channel.alignment->pairs();
    change(*channel.alignment);
    m_answered += channel.alignment->pairs();
}

/// Recorded answers in front of our first step that has not gone out.
std::size_t Ledger::dueIn(const Channel& channel) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(channel.recorded, m_nextOwn) -
                                    channel.recorded.begin());
}

void Ledger::sent(std::size_t step, std::int64_t timeNs, std::string line) {
    m_own[step] = {OwnState::Sent, timeNs, std::move(line)};
    m_last = std::max(m_last, step);
    const auto done = [this](std::size_t number) {
        const Step& each = m_plan.steps[number];
        return !each.ours() || each.automatic || m_own[number].state != OwnState::Waiting;
    };
    while (m_nextOwn < m_plan.steps.size() && done(m_nextOwn)) ++m_nextOwn;
    for (auto& [name, channel] : m_channels) {
        const std::size_t due = dueIn(channel);
        realign(channel, [due](Alignment& alignment) { alignment.update(due); });
    }
}

void Ledger::notSent(std::size_t step, const std::string& why) {
    m_own[step] = {OwnState::NotSent, 0, why};
}

bool Ledger::received(Answer answer) {
    const std::size_t memory = memoryOf(answer);
    if (memory > m_memoryLeft) {
        m_memoryLeft = 0;  // a small one behind it would hide what is missing
        return false;
    }
    m_memoryLeft -= memory;
    if (answer.socket) equateSids(answer);
    const std::string name = channelOf(answer);
    Channel& channel = this->channel(name);
    if (!channel.alignment) {
        channel.alignment =
            std::make_unique<Alignment>(0, [](std::size_t, std::size_t) { return 0.0; });
    }
    channel.receivedSignatures.push_back(m_comparison.signatureOf(answer));
    const std::size_t place = channel.received.size();
    channel.received.push_back(m_received.size());
    m_received.push_back({std::move(answer), &channel, place, m_last});
    const std::size_t due = dueIn(channel);
    realign(channel, [due](Alignment& alignment) { alignment.received(due); });
    if (const auto recorded = channel.alignment->recordedFor(place)) {
        m_last = std::max(m_last, channel.recorded[*recorded]);
    }
    return true;
}

/// The server names a socket of each namespace; wherever the recorded name stands, the new one is
/// expected.
void Ledger::equateSids(const Answer& answer) {
    if (answer.socket->type != socketio::PacketType::Connect) return;
    const std::size_t wanted = m_connects[answer.socket->nsp]++;
    std::size_t seen = 0;
    for (const std::optional<Answer>& recorded : m_recorded) {
        if (!recorded || !recorded->socket || recorded->socket->nsp != answer.socket->nsp ||
            recorded->socket->type != socketio::PacketType::Connect) {
            continue;
        }
        if (seen++ != wanted) continue;
        m_comparison.equate(sidIn(*recorded->socket), sidIn(*answer.socket));
        return;
    }
}

void Ledger::broken(std::string sentence, std::int64_t timeNs) {
    if (!m_violation) m_violation = Violation{std::move(sentence), timeNs};
}

void Ledger::finish() {
    m_finished = true;
    for (auto& [name, channel] : m_channels) {
        realign(channel, [](Alignment& alignment) { alignment.finish(); });
    }
}

std::optional<std::size_t> Ledger::receivedFor(std::size_t step) const {
    const auto& [channel, place] = m_places[step];
    if (channel == nullptr) return std::nullopt;
    const auto found = channel->alignment->receivedFor(place);
    if (!found) return std::nullopt;
    return channel->received[*found];
}

bool Ledger::isAnswered(std::size_t step) const {
    const auto& [channel, place] = m_places[step];
    if (channel == nullptr) return true;
    const auto found = channel->alignment->receivedFor(place);
    return found && likeness(channel->recordedSignatures[place],
                             channel->receivedSignatures[*found]) >= kLikely;
}

const Answer* Ledger::answerTo(std::size_t step) const {
    const auto found = receivedFor(step);
    return found ? &m_received[*found].answer : nullptr;
}

std::size_t Ledger::extras() const {
    return m_received.size() - answered();
}

const std::vector<Difference>& Ledger::differences(std::size_t step, std::size_t received) const {
    const auto known = m_compared.find(step);
    if (known != m_compared.end() && known->second.received == received) {
        return known->second.differences;
    }
    Compared& compared = m_compared[step];
    compared = {received, m_comparison.compare(*m_recorded[step], m_received[received].answer)};
    return compared.differences;
}

/// Counted from what was said last before it, so that one late answer does not make all behind it
/// late.
bool Ledger::isLate(std::size_t step, const Answer& answer) const {
    if (!m_laterThan) return false;
    std::int64_t recorded = m_plan.steps[step].timeNs;
    std::int64_t replayed = answer.timeNs;
    if (const auto asked = m_asked[step]; asked && m_own[*asked].state == OwnState::Sent) {
        recorded -= m_plan.steps[*asked].timeNs;
        replayed -= m_own[*asked].timeNs;
    }
    return replayed - recorded > std::chrono::nanoseconds(*m_laterThan).count();
}

Line Ledger::lineOfStep(std::size_t number, bool final) const {
    const Step& step = m_plan.steps[number];
    Line line;
    line.step = number;
    line.direction = step.direction;
    line.recordedNs = step.timeNs;
    line.recorded = step.label;
    if (step.automatic) {
        line.outcome = Outcome::Ignored;
        return line;
    }
    if (step.ours()) {
        const Own& own = m_own[number];
        line.outcome = own.state == OwnState::Sent ? Outcome::Sent : Outcome::NotSent;
        line.replayedNs = own.timeNs;
        line.replayed = own.line;
        return line;
    }
    const auto found = receivedFor(number);
    if (!found) {
        line.outcome = Outcome::Missing;
        if (!final) line.replayed = "not yet";
        return line;
    }
    const Answer& answer = m_received[*found].answer;
    line.replayedNs = answer.timeNs;
    line.replayed = answer.label;
    line.differences = differences(number, *found);
    line.late = isLate(number, answer);
    line.outcome = line.differences.empty() && !line.late ? Outcome::Same : Outcome::Different;
    return line;
}

Line Ledger::lineOfExtra(std::size_t received) const {
    const Answer& answer = m_received[received].answer;
    Line line;
    line.outcome = Outcome::Extra;
    line.direction = Direction::ServerToClient;
    line.replayedNs = answer.timeNs;
    line.replayed = answer.label;
    return line;
}

/// A line of what broke the protocol, in place of the answer that is missing.
void Ledger::breakLine(Line& line) const {
    line.replayedNs = m_violation->timeNs;
    line.replayed = m_violation->sentence;
    if (!line.step) {
        line.outcome = Outcome::Extra;
        line.direction = Direction::ServerToClient;
        return;
    }
    line.outcome = Outcome::Different;
    line.differences.push_back({std::string(kProtocolPath), line.recorded, m_violation->sentence});
}

Report Ledger::report(const std::string& failure) const {
    const bool final = m_finished || !failure.empty();
    std::map<std::size_t, std::vector<std::size_t>> extras;  // by the step they stand behind
    for (std::size_t i = 0; i < m_received.size(); ++i) {
        const Received& each = m_received[i];
        const bool paired = each.channel->alignment->recordedFor(each.place).has_value();
        if (!paired) extras[each.behind].push_back(i);
    }
    Report report;
    bool allSent = true;
    bool breaks = m_violation.has_value();
    for (std::size_t number = 0; number < m_plan.steps.size(); ++number) {
        Line line = lineOfStep(number, final);
        if (breaks && line.outcome == Outcome::Missing) {
            breakLine(line);
            breaks = false;
        }
        report.same += line.outcome == Outcome::Same ? 1 : 0;
        report.different += line.outcome == Outcome::Different ? 1 : 0;
        report.missing += line.outcome == Outcome::Missing ? 1 : 0;
        allSent = allSent && line.outcome != Outcome::NotSent;
        report.lines.push_back(std::move(line));
        for (const std::size_t extra : extras[number]) {
            report.lines.push_back(lineOfExtra(extra));
            ++report.extra;
        }
    }
    if (breaks) {
        breakLine(report.lines.emplace_back());
        ++report.extra;
    }
    const bool differs = report.different + report.missing + report.extra > 0 || !allSent;
    report.verdict = !failure.empty() ? Verdict::Failed
                     : differs        ? Verdict::Different
                                      : Verdict::Same;
    report.sentence = failure.empty() ? sentenceOf(report, final) : failure;
    return report;
}

std::string Ledger::sentenceOf(const Report& report, bool final) const {
    const std::size_t answers = report.same + report.different + report.missing;
    if (!final) {
        return counted(report.same + report.different, "answer", "answers") + " of " +
               groupedDigits(answers) + " so far.";
    }
    std::string sentence = counted(answers, "answer", "answers");
    std::size_t unsent = 0;
    const Line* first = nullptr;
    for (const Line& line : report.lines) {
        unsent += line.outcome == Outcome::NotSent ? 1 : 0;
        const bool differs = line.outcome == Outcome::Different ||
                             line.outcome == Outcome::Missing || line.outcome == Outcome::Extra;
        if (differs && first == nullptr) first = &line;
    }
    if (first == nullptr && unsent == 0) {
        if (answers == 0) return "Nothing was recorded that would have to be answered.";
        return sentence + (answers == 1 ? ", the same." : ", all the same.");
    }
    const char* separator = ": ";
    const auto add = [&](std::size_t number, const char* what) {
        if (number == 0) return;
        sentence += separator + groupedDigits(number) + " " + what;
        separator = ", ";
    };
    add(report.same, "the same");
    add(report.different, "different");
    add(report.missing, "missing");
    add(report.extra, "extra");
    if (unsent > 0) add(unsent, unsent == 1 ? "step of ours not sent" : "steps of ours not sent");
    sentence += ".";
    if (first == nullptr) return sentence;
    const std::string what =
        printable(first->recorded.empty() ? first->replayed : first->recorded, 80);
    if (first->outcome == Outcome::Different && !first->differences.empty()) {
        const Difference& difference = first->differences.front();
        if (difference.path == kProtocolPath) {
            return sentence + " Where \"" + what +
                   "\" was recorded, the protocol was broken: " + difference.received;
        }
        std::string received = difference.received;
        if (received.ends_with('.')) received.pop_back();
        sentence += " The first difference is at " + difference.path + " of \"" + what +
                    "\": recorded " + difference.recorded + ", received " + received + ".";
    } else if (first->outcome == Outcome::Different) {
        sentence += " The first that came late is \"" + what + "\".";
    } else {
        sentence += std::string(" The first that is ") +
                    (first->outcome == Outcome::Missing ? "missing" : "extra") + " is \"" + what +
                    "\".";
    }
    return sentence;
}

std::string_view outcomeName(Outcome outcome) {
    switch (outcome) {
        case Outcome::Sent:
            return "sent";
        case Outcome::NotSent:
            return "not sent";
        case Outcome::Same:
            return "same";
        case Outcome::Different:
            return "different";
        case Outcome::Missing:
            return "missing";
        case Outcome::Extra:
            return "extra";
        case Outcome::Ignored:
            return "ignored";
    }
    return "";
}

}  // namespace framescope::replay
