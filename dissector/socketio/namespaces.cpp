#include "dissector/socketio/namespaces.h"

namespace framescope::socketio {

NamespaceId Namespaces::find(std::string_view name) {
    if (m_last != kNoNamespace && name == m_lastName) return m_last;
    m_last = findOther(name);
    if (m_last != kNoNamespace) m_lastName = name.substr(0, kMaxName);
    return m_last;
}

NamespaceId Namespaces::findOther(std::string_view name) {
    const std::string key(name.substr(0, kMaxName));
    if (const auto found = m_byName.find(key); found != m_byName.end()) return found->second;
    if (m_states.size() == kMax || name.size() > kMaxName) return kNoNamespace;
    const auto id = static_cast<NamespaceId>(m_states.size());
    m_byName.emplace(key, id);
    m_states.emplace_back().isDefault = name == "/";
    return id;
}

IssueCode Namespaces::judge(NamespaceId nsp, Direction sender, std::uint8_t engineVersion) const {
    if (nsp == kNoNamespace) return IssueCode::None;
    const State& state = m_states[nsp];
    if (state.left[indexOf(sender)]) return IssueCode::SocketIoAfterDisconnect;
    if (state.connected || !m_fromStart || m_lost || engineVersion == 0) return IssueCode::None;
    if (state.recovering && sender == Direction::ServerToClient) return IssueCode::None;
    // Before revision 5 the server connects the default namespace on its own.
    if (state.isDefault && isBeforeRevision5(engineVersion)) return IssueCode::None;
    return IssueCode::SocketIoNotConnected;
}

std::optional<RecordId> Namespaces::connect(NamespaceId nsp, Direction sender, RecordId row) {
    if (nsp == kNoNamespace) return std::nullopt;
    State& state = m_states[nsp];
    state.left[indexOf(sender)] = false;
    if (sender == Direction::ClientToServer) {
        state.asked = row;
        return std::nullopt;
    }
    state.left = {};
    state.connected = true;
    return refuse(nsp);
}

void Namespaces::recover(NamespaceId nsp) {
    if (nsp != kNoNamespace) m_states[nsp].recovering = true;
}

std::optional<RecordId> Namespaces::refuse(NamespaceId nsp) {
    if (nsp == kNoNamespace || m_states[nsp].asked == kNoRecord) return std::nullopt;
    const RecordId asked = m_states[nsp].asked;
    m_states[nsp].asked = kNoRecord;
    return asked;
}

void Namespaces::disconnect(NamespaceId nsp, Direction sender) {
    if (nsp == kNoNamespace) return;
    State& state = m_states[nsp];
    state.asked = kNoRecord;
    state.left[indexOf(sender)] = true;
}

void Namespaces::lost() {
    m_lost = true;
    for (State& state : m_states) {
        state.left = {};
        state.asked = kNoRecord;
    }
}

}  // namespace framescope::socketio
