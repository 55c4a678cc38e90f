#include "capture/session/session_row_context.h"

#include <algorithm>

#include "capture/session/http_body.h"
#include "capture/session/message_reader.h"

namespace framescope {

ConnectionView SessionRowContext::connection() const {
    const ConnectionFacts& facts = m_state.connection(record().connection).facts;
    return {facts, m_state.names[facts.path], m_state.names[facts.subprotocol]};
}

std::vector<RowLink> SessionRowContext::linksFrom(RecordId row) const {
    return m_state.linksFrom.find(row);
}

std::vector<RowLink> SessionRowContext::linksTo(RecordId row) const {
    return m_state.linksTo.find(row);
}

Bytes SessionRowContext::payload(RecordId row, std::uint64_t limit) const {
    const Record unit = record(row);
    if (isInBody(unit.kind)) {
        const std::uint64_t length = std::min(unit.length, limit);
        BodyWindow body =
            readBodyWindow(m_state, unit, {unit.streamOffset, unit.streamOffset + length});
        if (!body.holes.empty()) body.bytes.resize(body.holes.front().begin);
        return std::move(body.bytes);
    }
    if (unit.kind != RowKind::WebSocketFrame) return {};
    const DecodedMessage message = decodeMessage(m_state, row, {limit, false, {}});
    const ByteView all = message.bytes();
    const ByteView bytes = all.first(std::min<std::uint64_t>(all.size(), limit));
    return {bytes.begin(), bytes.end()};
}

/// A row of a body names its head; a response names its request, whose row has the target behind
/// its method.
std::string_view SessionRowContext::requestTarget() const {
    Record row = record();
    if (isInBody(row.kind) && row.group != kNoRecord) row = record(row.group);
    if (row.kind == RowKind::HttpResponse && row.group != kNoRecord) row = record(row.group);
    if (row.kind != RowKind::HttpRequest) return connection().path;
    const std::string_view name = m_state.names[row.name];
    return name.substr(std::min(name.size(), name.find(' ') + 1));
}

const engineio::SessionInfo* SessionRowContext::engineSession() const {
    const std::uint32_t id = connection().facts.engineSession;
    return id < m_state.engineSessions.size() ? &m_state.engineSessions[id] : nullptr;
}

PayloadChoice SessionRowContext::payloadChoice(std::string_view event) const {
    return m_state.payloadRules.choose(requestTarget(), event);
}

}  // namespace framescope
