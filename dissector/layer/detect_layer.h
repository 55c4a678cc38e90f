// The first layer on every connection: holds the first bytes of each direction back until their
// content tells the protocol, on whatever port. What turns out to be nobody's becomes rows, segment
// by segment, and the next segment is looked at afresh: a capture may begin in the middle.
//
// A stream that was seen from its first byte on is WebSocket only behind a handshake. One that was
// joined mid-stream, or whose beginning is missing, may be WebSocket without one: its bytes are
// held until websocket::MidStream has enough evidence, up to 64 KiB for each direction (1 MiB where
// large frames may be under way), or until two events of an event stream have come
// (sse/joined_stream.h).
//
// What a load balancer says in front (proxy_header_layer.h) is taken off first.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "dissector/layer/held_bytes.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/layer.h"

namespace framescope {

struct StreamProtocol;
namespace sse {
struct JoinedPlace;
}

class DetectLayer : public Layer, public Interruptible {
public:
    enum class Beginning : std::uint8_t { Seen, NotSeen };
    explicit DetectLayer(Beginning beginning = Beginning::Seen);
    /// Behind a request that asks for a WebSocket and whose answer was not captured: little
    /// evidence is enough.
    struct Asked {
        std::string target;
        RecordId row = kNoRecord;  ///< of the request
    };
    explicit DetectLayer(Asked asked);
    /// What reads on where it is HTTP after all, in place of a new layer.
    void keepForHttp(std::unique_ptr<Layer> http) { m_http = std::move(http); }
    ~DetectLayer() override;

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;
    bool isBetweenUnits() const override;

private:
    struct Half {
        Bytes beginning;  ///< what is held, in one run, for the protocols to look at
        HeldBytes held;
        bool begun = false;         ///< bytes were seen, other than headers of the PROXY protocol
        bool mayBePassedOn = true;  ///< such a header may still come, in front of all others
        bool givenUp = false;       ///< and they were nobody's
        std::optional<EndReason> ended;
    };
    struct MidStreamWatch;

    /// Headers of the PROXY protocol become rows of their own. False where nothing else is held,
    /// or a header is not complete.
    static bool takeHeadersInFront(Half& half, LayerOutput& out);
    /// What is left of such a header that is damaged or cut becomes rows.
    static void dropFront(Half& half, std::size_t size, LayerOutput& out);
    /// The protocol that the first bytes of a connection tell, which then need not be held; null if
    /// it takes more.
    const StreamProtocol* toldAtOnce(Direction direction, ByteView bytes) const;
    /// The bytes of this direction begin so: hands over all that is held.
    void become(const StreamProtocol& protocol, Direction direction, LayerOutput& out);
    void handOver(std::unique_ptr<Layer> next, LayerOutput& out);
    /// What is held of this direction is of no protocol that is told by its beginning.
    void giveUp(Direction direction, LayerOutput& out);
    /// What is held begins no other protocol: looks for frames in it.
    void watch(Direction direction, LayerOutput& out);
    enum class Then : std::uint8_t { Stop, GoOn, GoOnBehindGap };
    /// All that is held becomes rows; the watch goes on with what comes next, or ends.
    void releaseWatched(Then then, LayerOutput& out);
    void endWatch(LayerOutput& out);
    void becomeWebSocket(LayerOutput& out);
    /// Looks for the events of a stream in what the server has said.
    std::optional<sse::JoinedPlace> findEventStream(Direction direction);
    void becomeEventStream(const sse::JoinedPlace& place, LayerOutput& out);

    std::array<Half, 2> m_halves;
    bool m_clientMissed = false;  ///< bytes that it has sent
    std::optional<Asked> m_asked;
    std::unique_ptr<Layer> m_http;
    std::unique_ptr<MidStreamWatch> m_watch;  ///< while it may have been joined mid-stream
    Layer* m_successor = nullptr;             ///< owned by the connection once set
};

}  // namespace framescope
