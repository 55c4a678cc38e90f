// Event streams across connections: a client that lost its stream asks for it again and says with
// Last-Event-ID what it had last (WHATWG HTML section 9.2.4). Tells which earlier stream that was,
// and whether the server took it up where the client left it.
//
// A stream is known by the client's address, the server's end and the path. Of each the ids of the
// last events are kept, so what is kept does not grow with a capture.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/recent_map.h"
#include "dissector/layer/layer.h"

namespace framescope::sse {

class StreamTracker {
public:
    /// Paths that are remembered, streams of one path, and events of one stream.
    static constexpr std::size_t kMaxPaths = 256;
    static constexpr std::size_t kMaxStreams = 8;
    static constexpr std::size_t kMaxEvents = 64;
    /// Longer ids are not remembered.
    static constexpr std::size_t kMaxId = 256;

    /// What a stream is called here while it is read.
    struct Name {
        std::string path;
        std::uint64_t number = 0;
    };

    /// A stream begins, whose response's head is `headRow`. Links that row to the event the client
    /// names with `lastEventId`, if it was seen.
    Name begin(std::string_view target, std::string_view lastEventId, RecordId headRow,
               LayerOutput& out);
    /// The stream sent the event in `row`. `id` is the last event id now; `idSent`: the event
    /// brought it.
    void event(const Name& name, std::string_view id, bool idSent, RecordId row, LayerOutput& out);
    /// Bytes of the stream are missing: which event it was taken up with is not known any more.
    void lost(const Name& name);

private:
    struct Sent {
        std::string id;
        RecordId row = kNoRecord;  ///< of the last event under this id
    };
    /// What the earlier stream had sent behind the id the client named.
    struct Behind {
        std::vector<std::string> ids;
        RecordId headRow = kNoRecord;
    };
    struct Stream {
        std::uint64_t number = 0;
        std::deque<Sent> sent;
        std::optional<Behind> behind;  ///< until the first event with an id
    };
    /// The newest one last.
    using Streams = std::deque<Stream>;

    static void judge(const Behind& behind, std::string_view id, LayerOutput& out);

    RecentMap<Streams> m_paths{kMaxPaths};
    std::uint64_t m_next = 0;
};

}  // namespace framescope::sse
