// One connection of HTTP: requests with their bodies, and what answered them. The events of an
// event stream are steps of their own behind the response that began it.
#include "capture/replay/plan_writer.h"
#include "dissector/http/body.h"
#include "dissector/sse/event.h"

namespace framescope::replay {
namespace {

bool isEventStream(const http::Head& head) {
    const std::string_view type = head.value("Content-Type");
    return http::equalsIgnoreCase(http::splitOutsideQuotes(type, ';').front(), "text/event-stream");
}

bool endsWithConnection(const http::Head& head, std::string_view method) {
    IssueSink ignored;
    return http::bodyFraming(head, method, ignored).kind == http::BodyKind::UntilClose;
}

class HttpPlan {
public:
    explicit HttpPlan(PlanWriter& writer) : m_writer(writer), m_session(writer.session()) {}

    void row(RecordId row) {
        const Record& record = m_session.record(row);
        switch (record.kind) {
            case RowKind::HttpRequest:
                request(row);
                break;
            case RowKind::HttpResponse:
                response(row, record);
                break;
            case RowKind::EventStreamEvent:
                event(row, record);
                break;
            case RowKind::TcpGap:
                m_writer.leftOut(row, "bytes are missing from the capture here");
                break;
            case RowKind::TcpSegment:
                m_writer.leftOut(row, "its bytes are no HTTP");
                break;
            case RowKind::TcpEnd:
                end(row, record);
                break;
            default:
                break;
        }
    }

private:
    void request(RecordId row) {
        const auto head = headOf(m_session, row);
        const RowBody body = m_session.bodyBytes(row);
        if (!head || !body.sent.whole) {
            m_writer.leftOut(row, "bytes of the request are missing from the capture");
            return;
        }
        if (m_writer.plan.target.empty()) m_writer.plan.target = head->target;
        Step& step = m_writer.add(StepKind::HttpRequest, row);
        step.bytes = m_session.wireBytes(row).bytes;
        step.bytes.insert(step.bytes.end(), body.sent.bytes.begin(), body.sent.bytes.end());
    }

    void response(RecordId row, const Record& record) {
        const auto head = headOf(m_session, row);
        if (!head) {
            m_writer.leftOut(row, "bytes of the answer's head are missing from the capture");
            return;
        }
        const std::string_view asked = record.group == kNoRecord
                                           ? std::string_view()
                                           : m_session.name(m_session.record(record.group).name);
        const bool stream = isEventStream(*head);
        m_endsBodies = stream || endsWithConnection(*head, asked.substr(0, asked.find(' ')));
        Bytes bytes = m_session.wireBytes(row).bytes;
        if (!stream) {
            const RowBody body = m_session.bodyBytes(row);
            if (!body.sent.whole) {
                m_writer.leftOut(row, "bytes of the answer are missing from the capture");
                return;
            }
            bytes.insert(bytes.end(), body.sent.bytes.begin(), body.sent.bytes.end());
        }
        Step& step = m_writer.add(StepKind::HttpResponse, row);
        step.bytes = std::move(bytes);
        step.automatic = http::isInterim(*head);
        if (record.group != kNoRecord) m_writer.answers(row, record.group);
    }

    void event(RecordId row, const Record& record) {
        const auto form = static_cast<sse::Form>(record.form);
        if (form == sse::Form::EndLost || form == sse::Form::BeginningLost) {
            m_writer.leftOut(row, "bytes of the event are missing from the capture");
            return;
        }
        Step& step = m_writer.add(StepKind::Event, row);
        step.bytes = m_session.wireBytes(row).bytes;
        step.text = true;
        step.automatic = form == sse::Form::Comment;  // a keep-alive
    }

    void end(RecordId row, const Record& record) {
        const auto reason = static_cast<EndReason>(record.detail);
        if (reason != EndReason::Fin && reason != EndReason::Reset) return;
        Step& step = m_writer.add(StepKind::End, row);
        step.reset = reason == EndReason::Reset;
        // Servers close what idles after a time of their own.
        step.automatic = !step.ours() && !m_endsBodies && !step.reset;
    }

    PlanWriter& m_writer;
    const Session& m_session;
    bool m_endsBodies = false;  ///< the last answer lasts as long as the connection
};

}  // namespace

void planHttp(PlanWriter& writer, ConnectionId connection) {
    writer.plan.speaks = writer.plan.client.speaks = client::Speaks::Raw;
    HttpPlan plan(writer);
    const Session& session = writer.session();
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (session.record(row).connection == connection) plan.row(row);
    }
    if (writer.plan.target.empty()) writer.plan.target.assign(1, '/');
}

}  // namespace framescope::replay
