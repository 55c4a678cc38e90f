#include "dissector/sse/stream_tracker.h"

#include <algorithm>

namespace framescope::sse {
namespace {

/// A client comes back from another port.
std::string pathName(std::string_view target, const LayerOutput& out) {
    std::string name = out.client().address.text() + ' ' + out.server().text() + ' ';
    name += target.substr(0, target.find('?'));
    return name;
}

}  // namespace

StreamTracker::Name StreamTracker::begin(std::string_view target, std::string_view lastEventId,
                                         RecordId headRow, LayerOutput& out) {
    Name name{pathName(target, out), m_next++};
    Streams& streams = m_paths.use(name.path);
    Stream stream;
    stream.number = name.number;
    if (!lastEventId.empty()) {
        for (auto earlier = streams.rbegin(); earlier != streams.rend(); ++earlier) {
            const auto found =
                std::find_if(earlier->sent.rbegin(), earlier->sent.rend(),
                             [&](const Sent& sent) { return sent.id == lastEventId; });
            if (found == earlier->sent.rend()) continue;
            out.link({headRow, found->row, 0, LinkKind::ContinuationOf});
            if (found == earlier->sent.rbegin()) break;
            stream.behind = Behind{{}, headRow};
            for (auto sent = found.base(); sent != earlier->sent.end(); ++sent) {
                stream.behind->ids.push_back(sent->id);
            }
            break;
        }
    }
    if (streams.size() == kMaxStreams) streams.pop_front();
    streams.push_back(std::move(stream));
    return name;
}

void StreamTracker::event(const Name& name, std::string_view id, bool idSent, RecordId row,
                          LayerOutput& out) {
    if (id.empty() || id.size() > kMaxId) return;
    Streams* const streams = m_paths.find(name.path);
    if (streams == nullptr) return;
    const auto stream = std::ranges::find(*streams, name.number, &Stream::number);
    if (stream == streams->end()) return;
    if (idSent && stream->behind) {
        judge(*stream->behind, id, out);
        stream->behind.reset();
    }
    if (!stream->sent.empty() && stream->sent.back().id == id) {
        stream->sent.back().row = row;
        return;
    }
    if (stream->sent.size() == kMaxEvents) stream->sent.pop_front();
    stream->sent.push_back({std::string(id), row});
}

void StreamTracker::lost(const Name& name) {
    Streams* const streams = m_paths.find(name.path);
    if (streams == nullptr) return;
    const auto stream = std::ranges::find(*streams, name.number, &Stream::number);
    if (stream != streams->end()) stream->behind.reset();
}

/// Whether the server sends again what came behind the id, by the first id of the new stream.
void StreamTracker::judge(const Behind& behind, std::string_view id, LayerOutput& out) {
    const auto place = std::ranges::find(behind.ids, id);
    const auto skipped = place - behind.ids.begin();
    const auto repeated = behind.ids.end() - place;
    const auto count = [](std::ptrdiff_t n) {
        return std::to_string(n) + (n == 1 ? " event" : " events");
    };
    if (skipped != 0) {
        remarkLate(behind.headRow, IssueCode::EventStreamEventsLost, out, 0, count(skipped));
    }
    if (repeated != 0) {
        remarkLate(behind.headRow, IssueCode::EventStreamEventsRepeated, out, 0, count(repeated));
    }
}

}  // namespace framescope::sse
