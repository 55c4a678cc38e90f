// Engine.IO by HTTP: a GET that the server answers when it has something to say, and a POST
// whenever we have. Two connections, so that neither waits for the other.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "capture/client/conversation.h"
#include "capture/client/http_link.h"
#include "dissector/engineio/packet.h"

namespace framescope::client {

class EngineIoPolling final : public std::enable_shared_from_this<EngineIoPolling> {
public:
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void pollingEstablished(const net::Established& peer) = 0;
        virtual void pollingPacket(const engineio::Packet& packet) = 0;
        virtual void pollingRemark(const std::string& sentence) = 0;
        /// Nothing is on its way any more, neither way: after pause().
        virtual void pollingPaused() = 0;
        /// Everything that was given to send() was received by the server.
        virtual void pollingDrained() = 0;
        /// A request was refused or had no answer; `answer` may have a head.
        virtual void pollingFailed(const HttpAnswer& answer, const std::string& sentence) = 0;
    };

    /// Bytes in one POST where the server names no limit.
    static constexpr std::uint64_t kMaxPost = 1'000'000;
    /// Packets that may wait before answers to heartbeats are left out.
    static constexpr std::size_t kMaxBacklog = 1000;

    explicit EngineIoPolling(const Surroundings& surroundings);

    /// Begins with the request for a session.
    void start(std::weak_ptr<Owner> owner);
    /// What the server said when it opened the session. `maxPayload` 0: it named no limit.
    void setSession(std::string sid, std::uint64_t maxPayload);
    void send(Bytes packet, bool binary);
    /// So many packets wait to be sent that answers should be left out.
    bool isBacklogged() const { return m_queue.size() > kMaxBacklog; }
    /// What is kept of packets that the server did not receive yet, in bytes.
    std::size_t waiting() const { return m_queuedBytes + m_postedBytes; }
    /// Stops asking, and posting, once what is under way was answered.
    void pause();
    void resume();
    void cut();
    void abandon();

private:
    struct Queued {
        Bytes packet;
        bool binary = false;

        std::size_t weight() const { return packet.size() + sizeof(Queued); }
    };

    void poll();
    void polled(const HttpAnswer& answer);
    void readPayload(std::string_view payload);
    void post();
    void posted(const HttpAnswer& answer);
    /// False, and told, where an answer is none that counts.
    bool isGood(const HttpAnswer& answer);
    void checkPaused();

    Surroundings m_surroundings;
    std::weak_ptr<Owner> m_owner;
    std::shared_ptr<HttpLink> m_pollLink;
    std::shared_ptr<HttpLink> m_postLink;
    std::string m_sid;
    std::uint64_t m_maxPost = kMaxPost;
    std::deque<Queued> m_queue;
    std::size_t m_queuedBytes = 0;  ///< their weights
    std::size_t m_postedBytes = 0;  ///< in the request that is under way
    bool m_paused = false;
    bool m_stopped = false;
};

}  // namespace framescope::client
