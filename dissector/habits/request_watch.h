// Finds requests and responses among the messages of an application: JSON-RPC 2.0 by its rules, and
// otherwise by the evidence. The evidence: a member at the top of a JSON object that is called like
// an id, whose value returns in a message of the other side under the same name or one like
// reply_to. It counts from the third time on, and only while values are not used again, at least
// half of them were answered, and most messages of the other side that bear such a member do answer
// something: a feed with sequence numbers of its own is neither request nor answer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/habits/asked_values.h"
#include "dissector/habits/feed_watch.h"
#include "dissector/habits/habit_facts.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/layer/pending_rows.h"
#include "dissector/payload/json_members.h"

namespace framescope::habits {

class RequestWatch {
public:
    static constexpr std::uint32_t kMinPairs = 3;
    static constexpr std::size_t kMaxEarly = 32;
    static constexpr std::size_t kMaxSources = 8;
    static constexpr std::size_t kMaxReplies = 4;
    /// Longer messages are not looked at.
    static constexpr std::size_t kMaxBytes = 256U << 10;
    /// Bytes that are looked at in vain before the search is given up.
    static constexpr std::size_t kMaxInVain = 4U << 20;

    /// The next message, which is about to become the row out.nextRow(). Names the row by the
    /// method, where there is one, and changes the facts.
    void message(const MessageView& message, Record& record, LayerOutput& out);
    /// Whether further messages are looked at: not any more if too many were in vain.
    bool looksOn() const { return m_inVain <= kMaxInVain; }
    /// Messages are missing: what waits may have been answered.
    void lost();
    /// The connection ended: says which requests of JSON-RPC got no response.
    void end(LayerOutput& out);

private:
    /// A member of the answering side that pairs with a source's.
    struct Reply {
        std::uint64_t name = 0;
        std::string shownName;
        std::uint32_t matched = 0;
        std::uint32_t unmatched = 0;
        std::int64_t sumNs = 0;
        std::int64_t maxNs = 0;
        std::vector<RowLink> early;  ///< found before it counted, at most kMaxEarly
    };
    /// A member of one side whose values may return.
    struct Source {
        Direction direction = Direction::ClientToServer;
        std::uint64_t name = 0;
        std::string shownName;
        std::uint32_t fresh = 0;
        std::uint32_t repeated = 0;
        AskedValues asked;
        std::vector<Reply> replies;
    };
    struct Id {
        std::string_view shownName;
        std::uint64_t name = 0;
        std::uint64_t value = 0;
    };

    bool readRpc(const JsonMembers& members, Direction direction, Record& record, LayerOutput& out);
    void readObject(const MessageView& message, Record& record, LayerOutput& out);
    void readBatch(const MessageView& message, Record& record, LayerOutput& out);
    void readByEvidence(std::string_view text, std::span<const JsonNode> members,
                        Direction direction, LayerOutput& out);
    bool answer(Source& source, const Id& id, LayerOutput& out);
    void ask(const Id& id, Direction direction, LayerOutput& out);
    static bool counts(const Source& source, const Reply& reply);
    static void countRpc(bool request, std::int64_t latencyNs, LayerOutput& out);

    PendingRows m_rpc;
    bool m_isRpc = false;
    bool m_hasReturned = false;  ///< a value of one side in a message of the other
    std::vector<Source> m_sources;
    std::size_t m_shown = kMaxSources;  ///< the source whose figures are the facts
    std::size_t m_inVain = 0;
    std::array<bool, 2> m_hasAsked{};  ///< by direction: a member of a message may be an id
    FeedWatch m_feed;                  ///< which is not looked at while no value has returned
    std::vector<JsonNode> m_telling;   ///< of the message being read; keeps its memory
};

}  // namespace framescope::habits
