// What one connection of ours notes in a transcript, from our point of view; nothing where there is
// no transcript. Each end is noted once.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "capture/transcript/transcript.h"

namespace framescope::net {

class ConnectionNotes {
public:
    ConnectionNotes() = default;
    /// `ours` is the direction in which we send.
    ConnectionNotes(std::shared_ptr<transcript::Transcript> transcript, Direction ours)
        : m_transcript(std::move(transcript)), m_ours(ours) {}

    /// The connection was established; `decrypted`: what is noted will have been TLS.
    void open(const Endpoint& local, const Endpoint& remote, bool decrypted) {
        // Without addresses no packet can be made: the peer had gone before they could be asked.
        if (!m_transcript || local.address.version != remote.address.version) return;
        if (local.address.version == 0) return;
        const bool weAreClient = m_ours == Direction::ClientToServer;
        m_connection = m_transcript->open(weAreClient ? local : remote,
                                          weAreClient ? remote : local, decrypted);
    }
    void sent(ByteView bytes) { passed(m_ours, bytes); }
    void received(ByteView bytes) { passed(opposite(m_ours), bytes); }
    void weFinished() { ended(m_ours, transcript::Ended::Fin); }
    void peerFinished() { ended(opposite(m_ours), transcript::Ended::Fin); }
    void weReset() { ended(m_ours, transcript::Ended::Reset); }
    void peerReset() { ended(opposite(m_ours), transcript::Ended::Reset); }
    /// The socket is gone; nothing is noted any more.
    void closed() {
        if (const auto connection = std::exchange(m_connection, std::nullopt)) {
            m_transcript->closed(*connection);
        }
    }

private:
    void passed(Direction direction, ByteView bytes) {
        if (m_connection) m_transcript->passed(*m_connection, direction, bytes);
    }
    void ended(Direction by, transcript::Ended how) {
        if (!m_connection || m_reset || (m_finished[0] && m_finished[1])) return;
        bool& finished = m_finished[indexOf(by)];
        if (how == transcript::Ended::Fin && finished) return;
        (how == transcript::Ended::Fin ? finished : m_reset) = true;
        m_transcript->ended(*m_connection, by, how);
    }

    std::shared_ptr<transcript::Transcript> m_transcript;
    std::optional<transcript::Transcript::Connection> m_connection;
    Direction m_ours = Direction::ClientToServer;
    std::array<bool, 2> m_finished{};  ///< by Direction
    bool m_reset = false;
};

}  // namespace framescope::net
