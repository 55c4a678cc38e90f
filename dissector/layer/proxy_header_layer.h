// In front of a layer that somebody has chosen for a connection: takes the headers of the PROXY
// protocol off its beginning (proxy_header.h), as DetectLayer does where nothing was chosen, and
// hands everything behind them to the chosen one.
#pragma once

#include <array>
#include <memory>

#include "dissector/layer/held_bytes.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/layer.h"

namespace framescope {

/// Emits a row for each header that `beginning` and `held`, which are the same bytes, begin with,
/// and takes it out of both. False while a header is not complete, or nothing else came yet.
bool takeProxyHeaders(Bytes& beginning, HeldBytes& held, LayerOutput& out);

class ProxyHeaderLayer : public Layer, public Interruptible {
public:
    /// `chosen` reads what comes behind the headers, or all if there are none.
    explicit ProxyHeaderLayer(std::unique_ptr<Layer> chosen) : m_chosen(std::move(chosen)) {}

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;
    bool isBetweenUnits() const override;

private:
    struct Half {
        Bytes beginning;
        HeldBytes held;
    };

    /// Hands over what is held; `last` spoke last.
    void handOver(Direction last, LayerOutput& out);

    std::unique_ptr<Layer> m_chosen;
    std::array<Half, 2> m_halves;
    Layer* m_successor = nullptr;  ///< owned by the connection once set
};

}  // namespace framescope
