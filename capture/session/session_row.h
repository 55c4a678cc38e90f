// A row of a session as filters and printers want it: dissected at most once, and only when
// somebody asks.
#pragma once

#include <optional>

#include "capture/session/plain_values.h"
#include "capture/session/session.h"
#include "dissector/filter/filter.h"

namespace framescope {

class SessionRow final : public FilterRow {
public:
    /// `session` must outlive the row; the row is of the moment, not to be kept.
    /// With `values` some fields are known without taking the row apart. `texts`: whether anybody
    /// will look at lines of the tree.
    SessionRow(const Session& session, RecordId row, PlainValues* values = nullptr,
               TreeTexts texts = TreeTexts::With)
        : m_session(session),
          m_row(row),
          m_record(session.record(row)),
          m_values(values),
          m_texts(texts) {}

    const Session& session() const { return m_session; }
    RecordId id() const { return m_row; }
    const Record& record() const override { return m_record; }
    const ConnectionInfo& connection() const { return m_session.connection(record().connection); }
    const Endpoint& client() const override { return connection().client; }
    const Endpoint& server() const override { return connection().server; }
    bool mayBeTunnelled() const override { return m_session.statistics().tunnelledPackets != 0; }
    bool mayHaveFurtherIssues() const override { return m_session.checksumVerification(); }
    std::string_view name() const override { return m_session.name(record().name); }
    const FieldTree& tree() override { return dissection().fields; }
    Known known(FieldId field, FieldValue& value) override {
        return m_values == nullptr ? Known::No : m_values->value(m_row, field, value);
    }

    const Dissection& dissection() {
        if (!m_dissection) {
            m_dissection.emplace(m_session.dissect(m_row, StreamContext::Without, m_texts));
        }
        return *m_dissection;
    }

private:
    const Session& m_session;
    RecordId m_row;
    Record m_record;
    PlainValues* m_values;
    TreeTexts m_texts;
    std::optional<Dissection> m_dissection;
};

}  // namespace framescope
