// The namespaces of one conversation and how far each is: asked for, connected, left. Tells which
// packets came before their namespace was connected and which after their sender had left it.
//
// A capture may begin in the middle and may have holes. So nothing is judged that a packet could
// have changed which is not there: before a connect only where the conversation was seen from its
// beginning without a loss, behind a disconnect only up to the next loss.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dissector/issue/issue.h"
#include "dissector/record/record.h"
#include "dissector/socketio/open_acks.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {

/// Stands for all namespaces beyond the bound.
inline constexpr NamespaceId kNoNamespace = 0xffffffff;

class Namespaces {
public:
    /// Namespaces that are remembered, and characters of a name.
    static constexpr std::size_t kMax = 1024;
    static constexpr std::size_t kMaxName = 256;

    /// Number of a namespace, new where it was not seen before; kNoNamespace where it is not
    /// remembered.
    NamespaceId find(std::string_view name);

    /// What is out of order about an event or acknowledgement: SocketIoNotConnected,
    /// SocketIoAfterDisconnect, or None. `engineVersion` 0: not known.
    IssueCode judge(NamespaceId nsp, Direction sender, std::uint8_t engineVersion) const;

    /// A CONNECT packet. For the server's: gives the row of the client's that it answers.
    std::optional<RecordId> connect(NamespaceId nsp, Direction sender, RecordId row);
    /// The client asked to recover an earlier connection: what it missed comes before the answer.
    void recover(NamespaceId nsp);
    /// ERROR or CONNECT_ERROR. As connect().
    std::optional<RecordId> refuse(NamespaceId nsp);
    /// A DISCONNECT packet.
    void disconnect(NamespaceId nsp, Direction sender);

    /// Whether the conversation was seen from its beginning.
    void setFromStart(bool fromStart) { m_fromStart = fromStart; }
    /// Packets are missing.
    void lost();

private:
    struct State {
        bool isDefault = false;
        bool connected = false;      ///< at any time
        bool recovering = false;     ///< the server may send before it answers the CONNECT
        RecordId asked = kNoRecord;  ///< the client's CONNECT that waits for its answer
        std::array<bool, 2> left{};  ///< sent DISCONNECT, by Direction
    };

    NamespaceId findOther(std::string_view name);

    std::string m_lastName;  ///< that was asked for, mostly also the next one
    NamespaceId m_last = kNoNamespace;
    std::vector<State> m_states;
    std::unordered_map<std::string, NamespaceId> m_byName;
    bool m_fromStart = false;
    bool m_lost = false;
};

}  // namespace framescope::socketio
