#include "dissector/habits/request_watch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <optional>
#include <span>

#include "dissector/payload/json_marks.h"
#include "dissector/payload/json_skim.h"

namespace framescope::habits {
namespace {

constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxBatch = 1000;
constexpr std::size_t kMaxValueChars = 64;
constexpr std::size_t kUsualSources = 2;
constexpr std::string_view kRpcKey = "\"jsonrpc\"";

/// What stands for each character of a name: lower case, and 0 for what people put between words.
constexpr std::array<char, 256> kPlain = [] {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char>(i);
    for (char c = 'A'; c <= 'Z'; ++c) {
        table[static_cast<std::uint8_t>(c)] = static_cast<char>(c | 0x20);
    }
    for (const char c : {'_', '-', '"', '$'}) table[static_cast<std::uint8_t>(c)] = 0;
    return table;
}();

/// The plain characters of a name in two words, for a comparison without a loop: none on the lists
/// is longer.
struct PlainName {
    static constexpr std::size_t kMaxChars = 16;

    constexpr PlainName() = default;
    constexpr explicit PlainName(std::string_view name) {
        for (const char c : name.substr(0, kMaxValueChars)) {
            const char plain = kPlain[static_cast<std::uint8_t>(c)];
            // A byte of 0 in a key is escaped, so that no name on the lists is met by chance.
            if (plain == 0) continue;
            if (size == kMaxChars) {
                size = 0;
                return;
            }
            if (size == 0) first = plain;
            const std::uint64_t byte = static_cast<std::uint8_t>(plain);
            (size < 8 ? front : back) |= byte << (size % 8 * 8);
            ++size;
        }
    }

    std::uint64_t front = 0;
    std::uint64_t back = 0;
    std::size_t size = 0;  ///< 0 also if there are more than kMaxChars
    char first = 0;
};

/// A list of names that tells most others by their first letter and length.
template <std::size_t kCount>
class NameList {
public:
    consteval explicit NameList(const std::array<std::string_view, kCount>& names) {
        for (std::size_t i = 0; i < kCount; ++i) {
            const PlainName plain(names[i]);
            m_names[i] = plain;
            m_lengths[static_cast<std::size_t>(plain.first - 'a')] |= 1U << plain.size;
            m_seconds[static_cast<std::size_t>(plain.first - 'a')] |= 1U << (names[i][1] - 'a');
        }
    }
    bool contains(const PlainName& plain) const {
        if (plain.size == 0 || plain.first < 'a' || plain.first > 'z') return false;
        if ((m_lengths[static_cast<std::size_t>(plain.first - 'a')] >> plain.size & 1U) == 0) {
            return false;
        }
        return std::ranges::any_of(m_names, [&plain](const PlainName& name) {
            return name.front == plain.front && name.back == plain.back;
        });
    }

    /// Of the second letters of the names that begin with a letter, a bit each.
    constexpr std::uint32_t secondLetters(std::size_t first) const { return m_seconds[first]; }

private:
    std::array<PlainName, kCount> m_names{};
    std::array<std::uint32_t, 26> m_lengths{};  ///< by first letter, a bit for each length
    std::array<std::uint32_t, 26> m_seconds{};
};

constexpr NameList kIdNames(std::to_array<std::string_view>({
    "id",    "seq",       "sequence",  "seqno", "seqid",       "nonce",         "ref",
    "rid",   "cid",       "mid",       "tid",   "qid",         "reqid",         "requestid",
    "msgid", "callid",    "messageid", "txid",  "corrid",      "queryid",       "cmdid",
    "tag",   "commandid", "opid",      "echo",  "transaction", "transactionid", "correlationid",
}));

/// Names that say of themselves that they point at a request, whatever that calls its own.
constexpr NameList kReplyNames(std::to_array<std::string_view>({
    "replyto",
    "inreplyto",
    "responseto",
    "answerto",
    "re",
    "ack",
    "ackid",
    "reqid",
    "requestid",
    "requestseq",
    "ref",
    "correlationid",
    "parentid",
}));

/// The second letters of both lists by the first one, a bit each.
constexpr std::array<std::uint32_t, 26> kBeginnings = [] {
    std::array<std::uint32_t, 26> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = kIdNames.secondLetters(i) | kReplyNames.secondLetters(i);
    }
    return table;
}();

/// False for a key that is on no list by its first two characters, as most are.
[[gnu::always_inline]] constexpr bool mayBeName(std::string_view quoted) {
    constexpr auto kLetter = [](char c) {
        return static_cast<std::size_t>(kPlain[static_cast<std::uint8_t>(c)] - 'a');
    };
    if (quoted.size() < 3) return false;
    // What is left out of names says nothing of them.
    if (kPlain[static_cast<std::uint8_t>(quoted[1])] == 0) return true;
    if (kPlain[static_cast<std::uint8_t>(quoted[2])] == 0) return true;
    const std::size_t first = kLetter(quoted[1]);
    const std::size_t second = kLetter(quoted[2]);
    return first < kBeginnings.size() && second < 26 && (kBeginnings[first] >> second & 1U) != 0;
}

/// By the first two characters of a key: whether it may be one of the names, or that of JSON-RPC. A
/// bit each, so that all of it stays in the processor's nearest cache.
constexpr std::array<std::uint64_t, 1024> kTellingBeginnings = [] {
    std::array<std::uint64_t, 1024> bits{};
    for (std::size_t second = 0; second < 256; ++second) {
        for (std::size_t first = 0; first < 256; ++first) {
            const char quoted[] = {'"', static_cast<char>(first), static_cast<char>(second)};
            // A key of no or one character; no name is so short.
            if (first == '"' || second == '"') continue;
            const bool isRpc = quoted[1] == kRpcKey[1] && quoted[2] == kRpcKey[2];
            if (!isRpc && !mayBeName({quoted, sizeof quoted})) continue;
            const std::size_t at = second << 8 | first;
            bits[at / 64] |= std::uint64_t{1} << at % 64;
        }
    }
    return bits;
}();

/// `quoted` is a key with what stands behind it; two characters at least follow its first quote.
bool begins(const char* quoted) {
    const std::size_t at = std::size_t{static_cast<std::uint8_t>(quoted[2])} << 8 |
                           static_cast<std::uint8_t>(quoted[1]);
    return (kTellingBeginnings[at / 64] >> at % 64 & 1U) != 0;
}

/// Whether a key, quotes included, is one of the names, or that of JSON-RPC.
[[gnu::noinline]] bool tells(std::string_view quoted) {
    const PlainName plain(quoted);
    return kIdNames.contains(plain) || kReplyNames.contains(plain) || quoted == kRpcKey;
}

/// False for a text that is no object or has no member at its top which tells anything, as most
/// have none; told without reading it. What is escaped has to be read.
bool mayTell(std::string_view text) {
    const char* const end = text.data() + text.size();
    std::size_t depth = 0;
    std::uint64_t colonBefore = 0;
    std::uint64_t stringGoesOn = 0;  // all bits, or none
    for (const char* at = text.data(); at < end; at += json_marks::kBlock) {
        const json_marks::Marks marks = json_marks::marksAt(text.data(), at, end);
        if (marks.escapes != 0) return true;
        const std::uint64_t inString = json_marks::insideOf(marks.quotes) ^ stringGoesOn;
        // Behind a colon stands no key.
        std::uint64_t keys = marks.quotes & inString & ~(marks.colons << 1 | colonBefore);
        std::uint64_t braces = (marks.opens | marks.closes) & ~inString;
        for (;;) {
            const std::uint64_t brace = braces & (~braces + 1);
            // Those in front of the next brace; all where there is none.
            std::uint64_t here = keys & (brace - 1);
            keys ^= here;
            if (depth != 1) here = 0;
            for (; here != 0; here &= here - 1) {
                const char* const quoted = at + std::countr_zero(here);
                if (end - quoted <= 2 || !begins(quoted)) continue;
                const std::uint64_t behind = marks.quotes & ~(here ^ (here - 1));
                // Of one that goes on in the next block no more is known.
                if (behind == 0) return true;
                const auto size =
                    static_cast<std::size_t>(std::countr_zero(behind) - std::countr_zero(here) + 1);
                if (tells({quoted, size})) return true;
            }
            if (brace == 0) break;
            braces ^= brace;
            depth += (marks.opens & brace) != 0 ? 1 : std::size_t(-1);
        }
        colonBefore = marks.colons >> (json_marks::kBlock - 1);
        stringGoesOn = std::uint64_t{0} - (inString >> (json_marks::kBlock - 1));
    }
    return false;
}

std::string_view keyOf(std::string_view text, const JsonNode& node) {
    return text.substr(node.keyRange.begin, node.keyRange.size());
}

bool isScalarId(const JsonNode& node) {
    const bool kind = node.kind == JsonKind::Number || node.kind == JsonKind::String;
    return kind && node.range.size() <= kMaxValueChars;
}

}  // namespace

bool RequestWatch::counts(const Source& source, const Reply& reply) {
    return reply.matched >= kMinPairs && source.repeated * 4 <= source.fresh &&
           reply.unmatched <= reply.matched && reply.matched * 2 >= source.fresh;
}

void RequestWatch::message(const MessageView& message, Record& record, LayerOutput& out) {
    const std::string_view text = message.asText();
    const bool isFeed =
        m_feed.isFeed(message.direction, text, m_hasAsked[indexOf(opposite(message.direction))]);
    if (isFeed && !m_isRpc && !m_hasReturned) return;
    if (!message.whole || message.bytes.size() > kMaxBytes || !looksOn()) return;
    const auto kind = jsonKind(text);
    if (kind != JsonKind::Object && kind != JsonKind::Array) return;
    m_inVain += message.bytes.size();
    if (kind == JsonKind::Object) {
        readObject(message, record, out);
    } else {
        readBatch(message, record, out);
    }
}

/// Most messages have no member that says anything, so one run looks for those that may, and no
/// list is made of the others.
void RequestWatch::readObject(const MessageView& message, Record& record, LayerOutput& out) {
    const std::string_view text = message.asText();
    if (!mayTell(text)) return;
    m_telling.clear();
    std::size_t members = 0;
    bool mayBeRpc = false;
    const bool valid = skimJson(text, [&](const JsonNode& node) {
        if (members++ >= kMaxMembers) return;
        if (node.keyEscaped) mayBeRpc = true;
        // Behind a key stands its colon at least.
        if (!begins(text.data() + node.keyRange.begin)) return;
        const std::string_view key = keyOf(text, node);
        if (key == kRpcKey) mayBeRpc = true;
        if (isScalarId(node) && mayBeName(key)) m_telling.push_back(node);
    });
    if (!valid) return;
    if (mayBeRpc) {
        const auto all = readJsonMembers(text, kMaxMembers);
        if (all && readRpc(*all, message.direction, record, out)) return;
    }
    if (m_telling.empty() || m_isRpc) return;
    readByEvidence(text, m_telling, message.direction, out);
}

void RequestWatch::readBatch(const MessageView& message, Record& record, LayerOutput& out) {
    const auto members = readJsonMembers(message.asText(), kMaxBatch);
    if (!members || !members->valid) return;
    for (const JsonNode& node : members->nodes) {
        if (node.kind != JsonKind::Object) break;
        const auto inner = readJsonMembers(members->raw(node), kMaxMembers);
        if (!inner || !readRpc(*inner, message.direction, record, out)) break;
    }
}

/// JSON-RPC 2.0 sections 4 and 5. A request without an id is a notification and awaits nothing.
bool RequestWatch::readRpc(const JsonMembers& members, Direction direction, Record& record,
                           LayerOutput& out) {
    if (members.string("jsonrpc") != "2.0") return false;
    m_inVain = 0;
    m_isRpc = true;
    const JsonNode* const id = members.find("id");
    const auto key = [&](Direction asker) {
        return KeyHash().add(asker).add(id == nullptr ? std::string_view() : members.raw(*id));
    };
    const std::int64_t now = out.arrival().timeNs;
    if (const auto method = members.string("method")) {
        const NameId name = out.intern(*method);
        if (record.name == 0) record.name = name;
        if (id == nullptr || id->kind == JsonKind::Null) return true;
        m_rpc.add(key(direction), {out.nextRow(), name, now});
        countRpc(true, 0, out);
        return true;
    }
    const bool response = members.find("result") != nullptr || members.find("error") != nullptr;
    if (!response || id == nullptr) return true;
    if (const auto asked = m_rpc.take(key(opposite(direction)))) {
        out.link({out.nextRow(), asked->row, 0, LinkKind::ResponseTo});
        if (record.name == 0) record.name = asked->name;
        countRpc(false, now - asked->timeNs, out);
    }
    return true;
}

void RequestWatch::countRpc(bool request, std::int64_t latencyNs, LayerOutput& out) {
    RequestFacts& facts = out.facts().habits.requests;
    if (facts.kind == 0) facts.kind = out.intern("JSON-RPC 2.0");
    if (request) {
        ++facts.requests;
        return;
    }
    ++facts.responses;
    facts.latencySumNs += latencyNs;
    facts.latencyMaxNs = std::max(facts.latencyMaxNs, latencyNs);
}

/// `members`: those of them that are scalars and may be called like an id.
void RequestWatch::readByEvidence(std::string_view text, std::span<const JsonNode> members,
                                  Direction direction, LayerOutput& out) {
    std::array<const JsonNode*, kMaxMembers> asks;
    std::size_t count = 0;
    const auto idOf = [text](const JsonNode& node) {
        const std::string_view key = keyOf(text, node);
        const std::string_view value = text.substr(node.range.begin, node.range.size());
        const std::string_view name = key.substr(1, key.size() - 2);
        return Id{name, KeyHash().add(name), KeyHash().add(value)};
    };
    for (const JsonNode& node : members) {
        const PlainName plain(keyOf(text, node));
        const bool isId = kIdNames.contains(plain);
        const bool isReply = kReplyNames.contains(plain);
        if (!isId && !isReply) continue;
        const Id id = idOf(node);
        bool answered = false;
        for (Source& source : m_sources) {
            if (source.direction == direction) continue;
            if (source.name == id.name || isReply) answered = answer(source, id, out) || answered;
        }
        if (isId && !answered) asks[count++] = &node;
    }
    for (const JsonNode* const node : std::span(asks).first(count)) {
        ask(idOf(*node), direction, out);
    }
}

/// True if the value is one that the source sent, answered now or before.
bool RequestWatch::answer(Source& source, const Id& id, LayerOutput& out) {
    auto reply = std::ranges::find(source.replies, id.name, &Reply::name);
    const auto asked = source.asked.take(id.value);
    // Further answers to one request, as a subscription gets, say nothing for or against it.
    if (!asked && source.asked.contains(id.value)) return true;
    if (reply == source.replies.end()) {
        if (source.replies.size() == kMaxReplies) return asked.has_value();
        source.replies.emplace_back();
        reply = std::prev(source.replies.end());
        reply->name = id.name;
        reply->shownName = id.shownName;
    }
    if (!asked) {
        // Only a member of the same name is expected to answer always.
        if (id.name == source.name) ++reply->unmatched;
        return false;
    }
    m_inVain = 0;
    m_hasReturned = true;
    const std::int64_t took = out.arrival().timeNs - asked->timeNs;
    const RowLink link{out.nextRow(), asked->row, 0, LinkKind::ResponseTo};
    ++reply->matched;
    reply->sumNs += took;
    reply->maxNs = std::max(reply->maxNs, took);
    if (!counts(source, *reply)) {
        if (reply->early.size() < kMaxEarly) reply->early.push_back(link);
        return true;
    }
    for (const RowLink& early : reply->early) out.link(early);
    reply->early.clear();
    out.link(link);
    RequestFacts& facts = out.facts().habits.requests;
    if (reply->matched < facts.responses) return true;
    const std::string kind = source.shownName == reply->shownName
                                 ? source.shownName
                                 : source.shownName + " / " + reply->shownName;
    m_shown = static_cast<std::size_t>(&source - m_sources.data());
    facts = {out.intern(kind), source.fresh, reply->matched, reply->sumNs, reply->maxNs};
    return true;
}

void RequestWatch::ask(const Id& id, Direction direction, LayerOutput& out) {
    m_hasAsked[indexOf(direction)] = true;
    auto source = std::ranges::find_if(m_sources, [&](const Source& known) {
        return known.name == id.name && known.direction == direction;
    });
    if (source == m_sources.end()) {
        if (m_sources.size() == kMaxSources) return;
        if (m_sources.empty()) m_sources.reserve(kUsualSources);
        m_sources.emplace_back();
        source = std::prev(m_sources.end());
        source->direction = direction;
        source->name = id.name;
        source->shownName = id.shownName;
    }
    if (source->asked.contains(id.value)) {
        ++source->repeated;
        return;
    }
    source->asked.add(id.value, {out.nextRow(), 0, out.arrival().timeNs});
    ++source->fresh;
    const auto number = static_cast<std::size_t>(source - m_sources.begin());
    if (number == m_shown) out.facts().habits.requests.requests = source->fresh;
}

void RequestWatch::lost() {
    m_rpc.clear();
    for (Source& source : m_sources) source.asked.stopWaiting();
}

void RequestWatch::end(LayerOutput& out) {
    m_rpc.forEach([&out](const PendingRow& asked) {
        remarkLate(asked.row, IssueCode::JsonRpcUnanswered, out);
    });
    m_rpc.clear();
}

}  // namespace framescope::habits
