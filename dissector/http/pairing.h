// Which request a response answers. A server answers in the order of the requests (RFC 9112 section
// 9.3.2), so where everything was captured it is the oldest one that waits.
//
// Behind a loss a pairing is claimed only where nothing else is possible:
//   - one request alone can be meant, as there is no other, or it is the only one that was sent
//     after the server's last bytes, by a client that asks in turns;
//   - or as many answers are known to have passed, lost ones among them, as there are requests.
// Other responses stay without a request until counting tells of which they were. Behind missing
// requests, of which nobody knows how many they are, that is when a client that never asks before
// all is answered asks again: the last answers are those of the last requests.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dissector/core/queue.h"
#include "dissector/layer/layer.h"
#include "dissector/websocket/handshake.h"

namespace framescope::http {

/// A request whose response is still to come.
struct PendingRequest {
    RecordId record = kNoRecord;
    PacketNumber packet = 0;  ///< that completed its head
    std::string method;
    std::string target;
    std::string lastEventId;
    std::unique_ptr<const websocket::Offer> offer;  ///< of a WebSocket handshake
    bool asksForUpgrade = false;
    bool asksForEvents = false;  ///< of an event stream
};

/// When the head of a response came, and what it says.
struct AnswerSeen {
    PacketNumber packet = 0;       ///< that completed the head
    PacketNumber heardBefore = 0;  ///< that brought the server's last bytes in front of it
    unsigned status = 0;
};

class Pairing {
public:
    /// Requests that may wait for their response.
    static constexpr std::size_t kMaxPending = 4096;

    bool empty() const { return m_pending.empty(); }
    /// The request that was sent last. Only where one waits.
    const PendingRequest& newest() const { return m_pending.back(); }

    /// A request was sent. Links responses that were left open, as take() does.
    void asked(PendingRequest request, LayerOutput& out);
    /// Bytes of the server came with this packet.
    void heard(PacketNumber packet);
    PacketNumber lastHeard() const { return m_heard; }
    /// Answers may have been lost; `atLeastOne`: the head of one is among what is missing.
    void lost(bool atLeastOne);
    /// The same of requests, behind those that wait.
    void lostRequests(bool atLeastOne);

    /// The request that a final response answers. Where none is certain its `record` is kNoRecord;
    /// method and target are then those that all, or most likely, share. Links responses that were
    /// left open, if this one tells of which they were.
    PendingRequest take(const AnswerSeen& answer, LayerOutput& out);
    /// The row of the response for which take() has just found no request.
    void leftOpen(RecordId row);
    /// The row of the request that an interim response speaks of; kNoRecord where that is open.
    RecordId spokenOf(const AnswerSeen& answer) const;

private:
    /// Places among the requests that wait where others may be missing.
    struct Missing {
        std::size_t first = 0;       ///< requests in front of the first one
        std::size_t last = 0;        ///< and of the last one
        std::size_t atLeast = 0;     ///< requests that are missing for sure
        PacketNumber heardThen = 0;  ///< what the server had said in front of the last one
        bool answersLost = false;    ///< bytes of the server are missing behind the last one
        /// Times that the client has asked behind the last one when all may have been answered.
        std::size_t askedAgain = 0;
        std::size_t askedAlone =
            0;                    ///< likewise, and when there may be fewer answers than requests
        std::size_t surplus = 0;  ///< answers beyond those of known requests, at the last of these
        /// Rows of the responses behind those to the requests in front of it, in their order.
        std::vector<RecordId> answers;
    };
    /// The client asks again: whether all before were answered, lost ones among them.
    bool allAnswered();
    void linkBehindMissing(LayerOutput& out);
    PendingRequest takeAmongMissing(std::size_t among);
    void dropOldest();
    /// Requests at the front that were sent before this response came.
    std::size_t before(PacketNumber packet) const;
    PendingRequest takeAt(std::size_t place);
    PendingRequest guess(std::size_t among) const;

    Queue<PendingRequest> m_pending;
    PacketNumber m_heard = 0;
    PacketNumber m_lostBehind = 0;  ///< what it had said in front of the last hole
    bool m_lost = false;            ///< the next response need not answer the oldest request
    bool m_answered = false;        ///< a request was answered
    bool m_inTurns = false;         ///< a request was sent when all before it were answered
    bool m_pipelines = false;       ///< one was sent when another one was not
    bool m_overlaps = false;        ///< likewise, and the server had said something since
    std::optional<Missing> m_missing;
    /// Rows of the responses since the loss, in their order; kNoRecord of one that is missing.
    std::vector<RecordId> m_open;
    bool m_leftOpen = false;  ///< by the last take()
};

}  // namespace framescope::http
