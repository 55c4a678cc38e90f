// Follows section 5.4; a frame that breaks the order is reported and then taken for what it most
// likely is, so that one fault yields one issue.
#include "dissector/websocket/message_state.h"

#include "dissector/field/field_id.h"

namespace framescope::websocket {

FrameRole MessageState::accept(const FrameHeader& header, IssueSink& issues) {
    constexpr auto kOpcodePart = static_cast<std::uint16_t>(FieldId::WebSocketOpcode);
    if (header.is(Opcode::Close)) m_closeSeen = true;
    if (isControl(header.opcode)) return FrameRole::Control;
    // Section 5.5.1 forbids data frames only; a pong may still cross the close.
    if (m_closeSeen) issues.add(IssueCode::WebSocketDataAfterClose, kOpcodePart);

    if (header.is(Opcode::Continuation)) {
        if (!m_open && m_known) {
            issues.add(IssueCode::WebSocketContinuationWithoutStart, kOpcodePart);
            m_opcode = 0;
            m_rsv1 = false;
            return FrameRole::OrphanContinuation;
        }
        m_open = !header.fin;
        m_known = true;
        return header.fin ? FrameRole::EndsMessage : FrameRole::ContinuesMessage;
    }
    if (m_open && m_known) {
        issues.add(IssueCode::WebSocketMessageInsideMessage, kOpcodePart);
    }
    m_known = true;
    m_opcode = header.opcode;
    m_rsv1 = header.rsv1;
    m_open = !header.fin;
    return header.fin ? FrameRole::WholeMessage : FrameRole::StartsMessage;
}

void MessageState::forget() {
    m_known = false;
    m_open = false;
    m_opcode = 0;
    m_rsv1 = false;
}

}  // namespace framescope::websocket
