// Behind a 101: WebSocket in both directions, unless the server says something else. Some servers
// (Engine.IO's of version 4 among them) agree to the switch first, find fault with the request
// then, and write an HTTP response into the switched stream.
//
// The server's first bytes are looked at before they are handed on. No frame begins so: `HT` would
// be a fragmented control frame, compressed, masked by a server.
#pragma once

#include <memory>
#include <string>

#include "dissector/http/pairing.h"
#include "dissector/layer/held_bytes.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/layer.h"

namespace framescope::http {

class AfterSwitchLayer : public Layer, public Interruptible {
public:
    /// `switched` reads what was agreed on. Where the server goes on in HTTP, it answers `request`
    /// once more. `row` is that of the 101.
    AfterSwitchLayer(std::unique_ptr<Layer> switched, PendingRequest request, RecordId row)
        : m_switched(std::move(switched)), m_request(std::move(request)), m_row(row) {}

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;
    bool isBetweenUnits() const override {
        return m_held.empty() && (m_server == nullptr || framescope::isBetweenUnits(*m_server)) &&
               framescope::isBetweenUnits(*m_switched);
    }

private:
    /// Who reads the server's direction; null until its first bytes tell.
    void settle(Layer* server, LayerOutput& out);

    std::unique_ptr<Layer> m_switched;
    PendingRequest m_request;
    std::unique_ptr<Layer> m_http;  ///< made where it is needed
    RecordId m_row;
    Layer* m_server = nullptr;
    std::string m_beginning;
    HeldBytes m_held;
};

}  // namespace framescope::http
