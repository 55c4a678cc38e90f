// WebSocket on one connection, both directions (RFC 6455 section 5). One row per frame, as soon as
// its last byte is there. Payload streams past: kept are only the header being read, the body of a
// control frame, and of the message being read what MessageAssembler keeps.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dissector/core/two_apart.h"
#include "dissector/habits/message_observer.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/websocket/control_pairs.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/frame_habits.h"
#include "dissector/websocket/frame_search.h"
#include "dissector/websocket/mask.h"
#include "dissector/websocket/message_assembler.h"
#include "dissector/websocket/message_state.h"

namespace framescope::websocket {

/// Whether the server's answer to the handshake was captured: without it nobody knows which
/// extensions were agreed on.
enum class Negotiation : std::uint8_t { Captured, NotCaptured };

/// Where a connection without a handshake begins to be read.
enum class Footing : std::uint8_t {
    First,    ///< its first byte may be a frame's; where it is not, the next frame is searched for
    Unknown,  ///< bytes before the first one were not captured: a frame has to be found
};

class WebSocketLayer : public Layer, public Interruptible {
public:
    /// Body bytes that are looked at of a control frame; a legal one has at most 125.
    static constexpr std::size_t kMaxControlBody = 1024;
    /// Headers that must be plausible behind a search before its result is believed: in compressed
    /// or encrypted payload, three chaining headers turn up by chance every few thousand bytes.
    static constexpr int kProvingFrames = 16;
    /// Evidence, in bits, that there are frames elsewhere than where headers lead: of a header that
    /// no peer would send, of a length whose end leads to no frame, and of one that is beyond doubt
    /// as yet.
    static constexpr double kAgainstHeader = 20;
    static constexpr double kAgainstBrokenLength = 12;
    static constexpr double kAgainstLength = 40;

    /// `path` and `subprotocol` as the handshake agreed on them; empty where it is not known.
    explicit WebSocketLayer(std::string path = {}, std::string subprotocol = {},
                            Negotiation negotiation = Negotiation::Captured)
        : m_path(std::move(path)),
          m_subprotocol(std::move(subprotocol)),
          m_negotiation(negotiation) {}
    /// The messages are of this protocol, whatever they would be recognised as.
    void readMessagesAs(const MessageProtocol& protocol) { m_reader = protocol.makeReader(); }
    /// There was no handshake in front of the bytes. To be called before the first of them.
    void beginWithoutHandshake(Footing footing);

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;
    bool isBetweenUnits() const override;

private:
    /// What a search decides about, other than a loss.
    enum class Doubt : std::uint8_t {
        None,
        OfHeader,  ///< the header at its beginning is none that a peer sends
        OfLength,  ///< frames may begin at its beginning, within the frame that is being read
    };

    struct Half {
        Bytes headerBytes;                 ///< of a header that is not complete
        std::optional<FrameHeader> frame;  ///< whose payload is being read
        FrameRole role = FrameRole::Control;
        StreamOffset frameStart = 0;
        std::uint64_t payloadRead = 0;  ///< missing bytes included
        bool frameIncomplete = false;
        bool resynchronised = false;  ///< the next frame was found by searching
        IssueSink issues;             ///< of the frame being read
        Bytes control;                ///< body of the control frame
        MessageState sequence;
        MessageAssembler message;
        RecordId messageStart = kNoRecord;  ///< row of the message's first frame
        std::optional<MaskingKey> lastKey;  ///< of the frame before, where that was masked
        bool sameKeyTold = false;
        // After a loss, or while it is in doubt where the next frame begins:
        std::unique_ptr<FrameSearch> search;  ///< while the next frame is looked for
        Doubt doubt = Doubt::None;
        std::optional<StreamOffset> carrier;  ///< where a frame begins that carries frames
        bool mayCarryFrames = false;  ///< the one being read: no damage of one byte explains it
        bool outweighed = false;   ///< frames within the one being read have all evidence asked for
        StreamOffset trusted = 0;  ///< headers in front of it were judged, and are read as they are
        std::uint64_t weighed = 0;  ///< bytes, over and over, for doubted headers
        std::uint8_t faults = 0;    ///< of the header before; see faultsOf()
        bool otherMask = false;     ///< the frame before was not masked as usual
        bool disproved = false;     ///< frames begin within the announced length of the frame
        bool foundAgain = false;    ///< the next frame was found behind damaged bytes...
        std::uint64_t skipped = 0;  ///< ...so many of which are no frame
        bool joined = false;  ///< nothing was read of this direction yet: it was joined mid-stream
        /// When segments arrived; for rows of what is found among bytes that were held.
        std::vector<FrameSearch::Segment> arrivals;
        /// The same for the parts of the frame being read, where it lies in several segments.
        std::vector<FrameSearch::Segment> parts;
        StreamOffset lookedInto = 0;  ///< up to here frames within others were looked for
        int unproven = 0;             ///< headers that still have to be plausible
        std::optional<bool> masked;   ///< whether frames of this direction are
        bool ended = false;
    };

    /// Reads frames; returns how many bytes it took: all of them unless it lost its footing.
    std::size_t read(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out);
    std::size_t readHeader(Direction direction, StreamOffset offset, ByteView bytes,
                           LayerOutput& out);
    /// Reads the plain frames at the front of `bytes`, see plain_frames.cpp; returns how many bytes
    /// they have. Between frames only.
    std::size_t readPlain(Half& half, Direction direction, StreamOffset offset, ByteView bytes,
                          LayerOutput& out);
    template <bool kCompression>
    std::size_t readPlainFrames(Half& half, Direction direction, bool masked, StreamOffset offset,
                                ByteView bytes, LayerOutput& out);
    bool expectsPlain(const Half& half, bool masked) const;
    void beginFrame(Half& half, Direction direction, LayerOutput& out);
    void readPayload(Half& half, ByteView bytes, LayerOutput& out);
    void finishFrame(Half& half, Direction direction, StreamOffset frameEnd, LayerOutput& out);
    void finishMessage(Half& half, Direction direction, Record& record, LayerOutput& out);
    /// Hands a whole message to its protocol, or to whoever watches those that have none.
    void readMessage(const MessageView& message, Half& half, Record& record, LayerOutput& out);
    bool recognise(const MessageView& message, std::span<const MessageProtocol* const> asked,
                   LayerOutput& out);
    void finishControl(const Half& half, const FrameHeader& frame, Direction direction,
                       RecordId row, LayerOutput& out);
    void checkKey(Half& half, const FrameHeader& header);
    void tellLost(Direction direction, LayerOutput& out);
    void inferFacts(Half& half, Direction direction, LayerOutput& out);
    FrameHabits habits(const Half& half, Direction direction, LayerOutput& out) const;
    static void beginSearch(Half& half, StreamOffset at);
    void lose(Half& half, Direction direction, StreamOffset at, StreamOffset resumeAt,
              LayerOutput& out);
    void search(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out);
    /// Reads on from the next frame among the bytes that are held, if one is found. `cut`: so many
    /// bytes behind them were not captured.
    void findFooting(Direction direction, bool atEnd, LayerOutput& out, std::uint64_t cut = 0);
    /// The same for the bytes that a loss left behind: whether it goes on elsewhere now.
    bool findBehindLoss(Half& half, Direction direction, bool atEnd, LayerOutput& out,
                        std::uint64_t cut);
    /// Whether a header that no peer sends is to be doubted; then the bytes from it on are held.
    bool doubtHeader(Half& half, const FrameHeader& header, ByteView bytes, std::size_t before,
                     LayerOutput& out);
    /// Whether the frame that is being read may have swallowed those that begin with `bytes`.
    bool doubtLength(Half& half, StreamOffset offset, ByteView bytes, LayerOutput& out);
    /// Whether a doubt was settled, and reading has gone on.
    bool settleDoubt(Half& half, Direction direction, bool atEnd, LayerOutput& out);
    struct Judgement;
    /// Whether no header begins so, told at a glance from two bytes; RSV1 may be set.
    static bool beginsNoFrame(ByteView bytes, bool masked) {
        return (bytes[0] & 0x30) != 0 || isReserved(bytes[0] & 0x0f) ||
               ((bytes[1] & 0x80) != 0) != masked;
    }
    /// Whether there are frames within the one that was read to its end, at `end` in `bytes`,
    /// behind which no header stands. Then it has gone on there, with all of `bytes`.
    bool swallowedFrames(Half& half, Direction direction, StreamOffset offset, ByteView bytes,
                         std::size_t end, LayerOutput& out);
    /// Notes when another part of a frame arrived that lies in several segments.
    static void notePart(Half& half, StreamOffset offset, LayerOutput& out);
    Judgement judgeHeader(Half& half, Direction direction, bool atEnd, LayerOutput& out) const;
    Judgement judgeLength(Half& half, Direction direction, bool atEnd, LayerOutput& out) const;
    Judgement weighHeader(const Half& half, const FrameHeader& header, bool atEnd,
                          std::size_t window, Direction direction, LayerOutput& out) const;
    void goOnAt(Half& half, Direction direction, std::size_t found, LayerOutput& out);
    /// Reads what was held from `at` on, under the moments at which it arrived.
    void readHeld(Half& half, Direction direction, const FrameSearch& held, StreamOffset at,
                  LayerOutput& out);
    FrameHabits usual(const Half& half, const FrameHeader& header, LayerOutput& out) const;
    /// No frame is found in what is held: it becomes a row, and the search goes on at `resumeAt`.
    static void giveUpSearch(Half& half, Direction direction, StreamOffset resumeAt,
                             LayerOutput& out);

    /// Emits under the moment at which the byte before `end` arrived.
    static RecordId emitAt(const Half& half, StreamOffset end, Record& record,
                           const IssueSink& issues, LayerOutput& out);

    std::string m_path;
    std::string m_subprotocol;
    Negotiation m_negotiation;
    bool m_inferredTold = false;  ///< on a row
    TwoApart<Half> m_halves;
    ControlPairs m_pairs;
    std::unique_ptr<MessageReader> m_reader;  ///< of the protocol the messages were recognised as
    habits::MessageObserver m_observer;       ///< of messages that no protocol reads
};

}  // namespace framescope::websocket
