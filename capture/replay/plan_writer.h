// What the readers of a plan share: steps in the order of the recording, numbered and counted from
// the first one's time once all are there, and remarks, of which a damaged capture must not make
// thousands.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/replay/replay_plan.h"
#include "dissector/http/head.h"

namespace framescope::replay {

class PlanWriter {
public:
    explicit PlanWriter(const Session& session) : m_session(session) {}

    /// The target is that of the rows' requests, the rest is for the caller to fill in.
    Plan plan;

    /// A step that ends with `row`; valid until the next one is added.
    Step& add(StepKind kind, RecordId row);
    /// The step that was made of rows beginning with `firstRow` is answered by the one whose first
    /// row is `answer`.
    void answers(RecordId answer, RecordId firstRow) { m_answers.emplace_back(answer, firstRow); }
    /// A sentence about what cannot be replayed.
    void remark(std::string sentence);
    /// "Row 12 is left out: ..."
    void leftOut(RecordId row, std::string_view why);

    const Session& session() const { return m_session; }
    /// Orders, numbers and links the steps.
    Plan finish();

private:
    static constexpr std::size_t kMaxRemarks = 20;

    const Session& m_session;
    std::vector<std::pair<RecordId, RecordId>> m_answers;
    std::size_t m_moreRemarks = 0;
};

/// Changes to the headers of a client of ours that make them those of a recorded request: what a
/// connection has of its own (Host, keys, lengths) is left to the client.
std::vector<client::HandshakeDraft::Edit> headerEdits(const http::Head& request);
/// The head of a row; nothing where it cannot be read.
std::optional<http::Head> headOf(const Session& session, RecordId row);

// One function for each kind of conversation.
void planHttp(PlanWriter& writer, ConnectionId connection);
void planWebSocket(PlanWriter& writer, ConnectionId connection);
void planEngineIo(PlanWriter& writer, engineio::SessionId id);

/// The frames of a WebSocket as steps; what their rows are is up to the caller.
class FrameSteps {
public:
    explicit FrameSteps(PlanWriter& writer) : m_writer(writer) {}
    /// The next row of a frame.
    void frame(RecordId row);
    /// No more frames come.
    void end();

private:
    void control(RecordId row, const Record& record);
    void message(std::vector<RecordId> rows);
    bool asRecorded(const std::vector<RecordId>& rows);
    bool isBroken(RecordId row) const;
    bool isAllThere(RecordId row) const;

    PlanWriter& m_writer;
    std::array<std::vector<RecordId>, 2> m_open;  ///< frames of the unfinished message
};

/// The frames of a message of ours, as they were sent.
std::vector<StepFrame> framesOf(const Session& session, const std::vector<RecordId>& rows);

}  // namespace framescope::replay
