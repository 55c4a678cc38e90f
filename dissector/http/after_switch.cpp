#include "dissector/http/after_switch.h"

#include <algorithm>

#include "dissector/http/http_layer.h"

namespace framescope::http {
namespace {

constexpr std::string_view kHttp = "HTTP/1.";

}  // namespace

void AfterSwitchLayer::data(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out) {
    if (direction == Direction::ClientToServer) {
        m_switched->data(direction, offset, bytes, out);
        return;
    }
    if (m_server != nullptr) {
        m_server->data(direction, offset, bytes, out);
        return;
    }
    const std::string_view first = asText(bytes).substr(0, kHttp.size());
    if (m_held.empty() && !kHttp.starts_with(first)) {
        // As nearly always: nothing has to be held.
        settle(m_switched.get(), out);
        m_server->data(direction, offset, bytes, out);
        return;
    }
    m_held.add(direction, offset, bytes, out);
    m_beginning += asText(bytes.first(std::min(bytes.size(), kHttp.size() - m_beginning.size())));
    if (m_beginning == kHttp) {
        remarkLate(m_row, IssueCode::EngineIoHttpAfterSwitch, out);
        m_http = HttpLayer::awaiting(std::move(m_request), out);
        settle(m_http.get(), out);
    } else if (!kHttp.starts_with(m_beginning)) {
        settle(m_switched.get(), out);
    }
}

void AfterSwitchLayer::settle(Layer* server, LayerOutput& out) {
    m_server = server;
    m_held.release(*server, out);
    m_beginning = {};
}

void AfterSwitchLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                           LayerOutput& out) {
    if (direction == Direction::ClientToServer) {
        m_switched->gap(direction, offset, missing, out);
        return;
    }
    if (m_server == nullptr) settle(m_switched.get(), out);
    m_server->gap(direction, offset, missing, out);
}

void AfterSwitchLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (direction == Direction::ServerToClient) {
        if (m_server == nullptr) settle(m_switched.get(), out);
        if (m_server != m_switched.get()) m_server->end(direction, reason, out);
    }
    m_switched->end(direction, reason, out);
}

}  // namespace framescope::http
