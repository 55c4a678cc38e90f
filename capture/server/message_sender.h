// Writes WebSocket messages as a server does, compressed where that was agreed, or as the
// misbehaviours say.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/server/fault_list.h"
#include "capture/server/outlet.h"
#include "dissector/layer/layer.h"
#include "dissector/websocket/deflater.h"
#include "dissector/websocket/frame.h"

namespace framescope::server {

class MessageSender {
public:
    /// Shorter messages are not worth compressing.
    static constexpr std::size_t kLeastCompressed = 32;

    MessageSender(Outlet& outlet, FaultList faults, const Compression& compression);
    MessageSender(const MessageSender&) = delete;
    MessageSender& operator=(const MessageSender&) = delete;

    void message(bool binary, ByteView payload);
    void control(websocket::Opcode opcode, ByteView payload);
    /// The beginning of a frame, and no more of it.
    void halfFrame();
    /// Messages sent so far.
    std::uint64_t sent() const { return m_sent; }

private:
    void frame(websocket::FrameHeader header, ByteView payload);
    void bomb(std::uint64_t mebibytes, websocket::FrameHeader header);

    Outlet& m_outlet;
    FaultList m_faults;
    std::optional<websocket::Deflater> m_deflater;  ///< where compression was agreed
    bool m_keepsContext = true;
    std::uint64_t m_sent = 0;
};

}  // namespace framescope::server
