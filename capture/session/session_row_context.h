// The session's tables as the functions see them that take a row apart.
#pragma once

#include "capture/session/session_state.h"
#include "dissector/layer/row_context.h"

namespace framescope {

class SessionRowContext final : public RowContext {
public:
    /// `state` must outlive the context.
    SessionRowContext(const Session::State& state, RecordId row) : m_state(state), m_row(row) {}

    RecordId row() const override { return m_row; }
    Record record(RecordId row) const override { return m_state.records[row]; }
    using RowContext::record;
    std::string_view name(NameId name) const override { return m_state.names[name]; }
    ConnectionView connection() const override;
    std::vector<RowLink> linksFrom(RecordId row) const override;
    std::vector<RowLink> linksTo(RecordId row) const override;
    Bytes payload(RecordId row, std::uint64_t limit) const override;
    std::string_view requestTarget() const override;
    const engineio::SessionInfo* engineSession() const override;
    PayloadChoice payloadChoice(std::string_view event) const override;

private:
    const Session::State& m_state;
    RecordId m_row;
};

}  // namespace framescope
