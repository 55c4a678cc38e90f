// HTTP/1.x on one connection. Reads heads, delimits bodies so that the next message is found where
// it is, matches responses to requests, and hands the connection over to WebSocket where a server
// agrees to switch.
//
// Bodies stream past; only heads are buffered, up to kMaxHead. Behind a request that asks for an
// upgrade, the client's bytes are held until the response tells whose they are.
#pragma once

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dissector/core/queue.h"
#include "dissector/core/two_apart.h"
#include "dissector/http/body.h"
#include "dissector/http/chunk_search.h"
#include "dissector/http/chunked.h"
#include "dissector/http/content_decoder.h"
#include "dissector/http/decoder_budget.h"
#include "dissector/http/exchange_meter.h"
#include "dissector/http/head.h"
#include "dissector/http/pairing.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/layer/body_protocol.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/held_bytes.h"
#include "dissector/layer/hold_budget.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/layer.h"

namespace framescope::sse {
struct JoinedPlace;
}

namespace framescope::http {

class HttpLayer : public Layer, public Interruptible {
public:
    /// Greatest head that is read.
    static constexpr std::size_t kMaxHead = 256U << 10;
    /// Bytes a client may send behind an upgrade request before the response is seen.
    static constexpr std::size_t kMaxHeld = 1U << 20;
    /// Responses that may wait for a request that arrived earlier and is read later.
    static constexpr std::size_t kMaxUnpaired = 256;
    /// Bytes that are searched for the next chunk of a body.
    static constexpr std::uint64_t kMaxChunkSearch = 1U << 20;
    /// Tunnels inside tunnels that are looked into.
    static constexpr std::uint8_t kMaxTunnels = 8;

    enum class Beginning : std::uint8_t {
        AtHeads,
        InEventStream,   ///< what the server says first is of an event stream that was joined
        BehindRequests,  ///< what the client said first is missing
    };
    /// `restOfChunk`: bytes that the server sends first of a chunk whose size line was not
    /// captured.
    explicit HttpLayer(Beginning beginning = Beginning::AtHeads, std::uint64_t restOfChunk = 0);
    ~HttpLayer() override;
    /// One of which the server is to answer `request` next; without a row it is none.
    static std::unique_ptr<HttpLayer> awaiting(PendingRequest request, LayerOutput& out);

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;
    bool isBetweenUnits() const override;

private:
    static constexpr StreamOffset kEndOfStream = std::numeric_limits<StreamOffset>::max();

    enum class State : std::uint8_t {
        Head,        ///< at or in a head
        Body,        ///< in a body
        Unreadable,  ///< until a segment begins with a start line again
        Waiting,     ///< client only: behind a request that asks for an upgrade
    };
    struct Half {
        State state = State::Head;
        Bytes head;  ///< of the head being read, as long as it is not complete
        StreamOffset headStart = 0;
        PacketNumber heardBefore = 0;  ///< with which the server's bytes in front of it came
        std::size_t headSize = 0;      ///< once it is complete
        HeadEnd headEnd;
        bool recognised = false;  ///< what is in `head` begins like a head
        BodyFraming framing;
        std::uint64_t remaining = 0;
        ChunkDecoder chunks;
        std::unique_ptr<BodyReader> reader;       ///< of the protocol in this body; mostly none
        std::uint64_t decoded = 0;                ///< bytes of the decoded body so far
        std::unique_ptr<ContentDecoder> decoder;  ///< of its content codings; mostly none
        bool undecodable = false;  ///< units of its protocol may stand in what cannot be decoded
        DecoderBudget::Share share;
        RecordId bodyOf = kNoRecord;  ///< row of the head
        bool exchangeKnown = false;   ///< the body's length follows from both heads
        /// The head, until the first byte behind it tells whether there is a body at all: where its
        /// request is not known, that may have been a HEAD.
        std::unique_ptr<const Head> doubtedHead;
        bool mayBeFrames = false;  ///< nothing of this body was read yet, and it may be none
        StreamOffset bodyStart = 0;
        StreamOffset lastPlace = 0;  ///< that was left for reading on from
        std::optional<EndReason> ended;
        bool lost = false;           ///< bytes are missing in front of the next head
        bool chunkLost = false;      ///< the next size line of this chunked body is looked for
        std::uint64_t searched = 0;  ///< bytes that were looked at for it
        std::unique_ptr<ChunkSearch> search;  ///< what is held of them
        bool chunksSearched = false;          ///< the chunks that are read were found so
        std::uint8_t trial = 0;               ///< size lines that are to confirm them
        std::uint8_t mistakes = 0;            ///< such chunks that were none
        int replays = 0;                      ///< what was held is being read
        bool joined = false;                  ///< an event stream without head

        /// What was known of the body before.
        void forgetBody();
    };
    struct EventSearch;
    /// Reads on; returns how many bytes it took: all of them unless the client is to wait.
    std::size_t read(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out);
    /// Each reads on in its state and returns how many bytes it took.
    std::size_t readHead(Direction direction, StreamOffset offset, ByteView bytes,
                         LayerOutput& out);
    std::size_t readBody(Direction direction, StreamOffset offset, ByteView bytes,
                         LayerOutput& out);

    /// The first bytes of an event stream whose head was sent before the capture began.
    void joinEventStream(StreamOffset offset, ByteView bytes, LayerOutput& out);
    /// An event stream without head goes on at `offset`, which is called `decoded` in its body.
    void beginEventStream(StreamOffset offset, bool chunked, std::uint64_t restOfChunk,
                          std::uint64_t decoded, LayerOutput& out);
    /// Behind a response's head that is missing: whether the server's bytes are held, or were read,
    /// since an event stream may go on in them.
    bool searchEvents(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out);
    void readEventsAt(const sse::JoinedPlace& place, LayerOutput& out);
    /// What is held are no events.
    void giveUpEventSearch(LayerOutput& out);
    /// The next head stands in the server's bytes.
    void endEventSearchAtHead(Direction direction, ByteView bytes, LayerOutput& out);
    /// Whatever is held to look for something in it becomes rows.
    void dropSearched(LayerOutput& out);
    /// No more follows at once, as this side has lost bytes, ended or (a client) spoken.
    void endEventSearch(Direction direction, LayerOutput& out);
    /// Behind missing bytes: where a start line stands, not at the front; 0 where none does.
    std::size_t skipToStartLine(Direction direction, StreamOffset offset, ByteView bytes,
                                LayerOutput& out);
    /// What bytes that nobody can read mean to the pairing of those behind them.
    void noteUnreadable(Direction direction, ByteView bytes, LayerOutput& out);
    /// Behind bytes that nobody can read, in the same segment; returns how many it took.
    std::size_t skipUnreadable(Direction direction, StreamOffset offset, ByteView bytes,
                               LayerOutput& out);
    /// Looks for the next chunk or the next head behind a hole in a chunked body; returns how many
    /// bytes it took: those in front of where reading goes on, or all.
    std::size_t findFooting(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out);
    /// The next chunk was found: reads on with what was held, up to the piece at `offset`, of which
    /// it returns how many bytes it took.
    std::size_t readOnAt(StreamOffset chunk, Direction direction, StreamOffset offset,
                         LayerOutput& out);
    /// What is held for finding it becomes rows, but for what stands at `end` and behind it: which
    /// chunk it belongs to is not known.
    void giveUpSearched(Direction direction, StreamOffset end, LayerOutput& out);
    /// Nothing more comes: reads on where the next chunk most likely is.
    void endChunkSearch(Direction direction, LayerOutput& out);
    /// Where a body was believed to go on a head stands, `head` bytes behind `offset`; returns how
    /// many bytes it took.
    std::size_t beginHeadInstead(Direction direction, StreamOffset offset, std::size_t head,
                                 LayerOutput& out);
    /// A head in bytes of a body of which it is not certain that it goes on.
    static std::optional<std::size_t> headWithin(const Half& half, ByteView bytes);
    /// What m_parts say for chunks on trial.
    void noteChunks(Half& half);
    /// The chunks are none: whether the next one is looked for.
    static bool searchesAgain(Half& half, LayerOutput& out);
    static bool isOutsideOfSessions(const Half& half, std::uint64_t missing);
    /// A hole in the body that is being read. False where its end is not known any more.
    bool skipInBody(Half& half, std::uint64_t missing, LayerOutput& out);
    /// A request for this target is asked here; tells what such neighbours say of bodies.
    void noteAsked(std::string_view target, LayerOutput& out);
    /// The body that waits for a neighbour has `target` for one; empty where none comes.
    void decideBody(std::string_view target, LayerOutput& out);
    /// A response was read before this request, which arrived earlier, came out of a hole's shadow.
    bool answeredAlready(RecordId request, LayerOutput& out);

    /// `bytes` are all of a head, null where they cannot be read.
    void headComplete(Direction direction, ByteView bytes, const Head* head, LayerOutput& out);
    void requestComplete(const Head& head, Record record, LayerOutput& out);
    void responseComplete(const Head& head, Record record, LayerOutput& out);
    /// A response that agrees to WebSocket: notes what was agreed and hands over.
    /// `row` is the response's.
    void switchToWebSocket(const Head& response, PendingRequest&& request, RecordId row,
                           LayerOutput& out);
    void beginBody(BodyFraming framing, const Exchange& exchange, LayerOutput& out);
    void beginDecoding(Half& half, const ContentCodings& codings, LayerOutput& out);
    /// Hands bytes without their transfer coding, or a hole among them, to whoever reads this body.
    void deliver(Half& half, ByteView bytes, LayerOutput& out);
    void deliverDecoded(Half& half, ByteView bytes, LayerOutput& out);
    void deliverGap(Half& half, std::uint64_t missing, LayerOutput& out);
    /// Of a compressed body nothing more can be read, since so many of its bytes are missing or
    /// for another reason (0).
    void stopDecoding(Half& half, std::uint64_t missing, LayerOutput& out);
    void leavePlace(Direction direction, StreamOffset at, LayerOutput& out);
    /// Whoever reads this body again shall stop here.
    void leaveEnd(Direction direction, StreamOffset at, LayerOutput& out);
    void endBody(Half& half, bool whole, LayerOutput& out);
    void giveUpHead(Direction direction, LayerOutput& out, IssueCode why);
    /// Notes whether a head, damaged or not, speaks of WebSocket.
    void noteWhatIsSpokenOf(ByteView head);
    /// Where a head should stand are `bytes` that begin none; empty where they are missing, or were
    /// nobody's: those behind them tell. Frames may follow if a WebSocket was asked for or spoken
    /// of, or if the heads that would say so were cut or missed. True where another layer weighs
    /// that now, which comes back to HTTP where it finds it.
    bool weighFrames(Direction direction, ByteView bytes, LayerOutput& out);
    /// A head that speaks of WebSocket ended in front of `bytes`, where its empty line is damaged
    /// beyond recognition and frames seem to begin. It is a row then.
    bool endedBefore(Direction direction, ByteView bytes, LayerOutput& out);
    /// The same of a body to the end of the stream, behind a response that spoke of WebSocket.
    bool bodyIsFrames(Half& half, Direction direction, ByteView bytes, LayerOutput& out);
    /// A response switches to something that is not known to be WebSocket.
    void switchToWhatFollows(const Head& response, bool requestKnown, LayerOutput& out);
    /// The response to the upgrade request will not be seen: what the client sent tells.
    void decideWithoutResponse(LayerOutput& out);
    /// Reads what is held of the client until it has to wait again.
    void resumeClient(LayerOutput& out);
    /// No more bytes come in this direction, and none are held.
    void finishHead(Direction direction, LayerOutput& out);
    /// Puts `next` into this layer's place and gives it what the client said already. A client
    /// whose request has not been read yet (`requestKnown` false: it was captured late, or not at
    /// all) stays here until its head is complete or given up.
    void handOver(std::unique_ptr<Layer> next, bool requestKnown, LayerOutput& out);
    /// Gives the successor what is held, and the ends that were told.
    void releaseHeld(LayerOutput& out);
    /// The client has caught up with the server's switch.
    void clientCaughtUp(LayerOutput& out);
    bool isLate(Direction direction) const {
        return m_lateSuccessor != nullptr && direction == Direction::ClientToServer;
    }

    TwoApart<Half> m_halves;
    bool m_joins;  ///< until the server's first bytes
    std::uint64_t m_restOfChunk;
    Pairing m_pairing;
    std::vector<ChunkPart> m_parts;  ///< of the bytes being read
    HeldBytes m_held;
    bool m_resuming = false;    ///< a piece that was held is being read
    bool m_releaseDue = false;  ///< what is held goes to the successor behind that piece
    /// Where the head of a response is missing, while events are looked for.
    std::unique_ptr<EventSearch> m_eventSearch;
    bool m_givingUpEvents = false;
    ExchangeMeter m_meter;
    /// The response that is waited for may never come.
    bool m_responseLost = false;
    /// What was asked, since a head spoke of WebSocket; until a request does not.
    std::optional<DetectLayer::Asked> m_spokenOf;
    bool m_headCut = false;  ///< the last head of either side was not captured to its end
    /// Responses to requests that were not seen by then, and the packets they came with.
    Queue<std::pair<RecordId, PacketNumber>> m_unpaired;
    bool m_engineIoAsked = false;  ///< by a request that was captured
    bool m_othersAsked = false;    ///< likewise: something else
    /// A body behind a response without a request, which what is asked next tells of.
    struct WaitingBody {
        std::unique_ptr<BodyReader> reader;
        HoldBudget::Share share;
    };
    std::unique_ptr<WaitingBody> m_waitingBody;
    Layer* m_successor = nullptr;  ///< owned by the connection, or by the next member
    /// The successor while the client is behind.
    std::unique_ptr<Layer> m_lateSuccessor;
};

}  // namespace framescope::http
