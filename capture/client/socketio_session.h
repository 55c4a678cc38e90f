// Socket.IO on top of an Engine.IO session: namespaces, packets with their attachments, latencies
// of acknowledgements. No I/O: messages in, what an application sees out; what is to be sent comes
// as drafts.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/client/client.h"
#include "dissector/socketio/object_packet.h"
#include "dissector/socketio/packet.h"

namespace framescope::client {

class SocketIoSession {
public:
    using Clock = std::chrono::steady_clock;

    /// Bytes of attachments that one packet may have, and their number.
    static constexpr std::size_t kMaxAttachmentBytes = 256U << 20;
    static constexpr std::size_t kMaxAttachments = 10'000;
    /// Acknowledgements that are awaited; of more, the oldest are forgotten.
    static constexpr std::size_t kMaxAwaited = 16'384;
    /// Characters of JSON that a MessagePack packet becomes.
    static constexpr std::size_t kMaxJson = 64U << 20;

    /// Namespaces that are remembered as connected.
    static constexpr std::size_t kMaxNamespaces = 1024;
    /// Characters of the name of one that we did not ask for; of a longer one nothing is kept.
    static constexpr std::size_t kMaxNamespaceName = 4096;

    /// What came of a message.
    struct Outcome {
        std::optional<Incoming> packet;  ///< complete
        std::string remark;              ///< a sentence; empty if all is well
        bool connected = false;          ///< a namespace was connected, the first one or another
        bool namespacesChanged = false;
        std::string failure;  ///< no namespace that was asked for can be connected: why
    };

    SocketIoSession(std::uint8_t revision, SocketIoOptions options);

    /// The CONNECT packets to send when the Engine.IO session is open.
    std::vector<compose::SocketIoDraft> connects() const;
    /// The DISCONNECT packets to send before it is closed.
    std::vector<compose::SocketIoDraft> disconnects() const;
    /// True where nothing has to be connected for the session to be open.
    bool isOpenAtOnce() const { return m_options.namespaces.empty(); }

    Outcome text(Bytes bytes);
    Outcome binary(Bytes bytes);
    /// A draft of ours went out.
    void sent(const compose::SocketIoDraft& draft, std::optional<std::uint64_t> ackId);

    const std::vector<std::string>& namespaces() const { return m_connected; }

private:
    Outcome object(Bytes bytes, socketio::Encoding encoding);
    Outcome take(Incoming packet);
    void connected(const std::string& nsp, Outcome& outcome);
    void refused(const Incoming& packet, Outcome& outcome);

    std::uint8_t m_revision;
    SocketIoOptions m_options;
    std::vector<std::string> m_connected;
    std::size_t m_refused = 0;          ///< of the namespaces asked for at the start
    std::optional<Incoming> m_pending;  ///< waits for attachments
    std::size_t m_missing = 0;
    std::size_t m_pendingBytes = 0;
    using AckKey = std::pair<std::string, std::uint64_t>;
    struct Awaited {
        Clock::time_point since;
        std::uint64_t order = 0;
    };
    std::map<AckKey, Awaited> m_awaited;
    std::map<std::uint64_t, AckKey> m_awaitedByAge;
    std::uint64_t m_order = 0;
};

}  // namespace framescope::client
