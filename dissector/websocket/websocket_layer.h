// WebSocket on one connection, both directions (RFC 6455 section 5). One row per frame, as soon as
// its last byte is there. Payload streams past: kept are only the header being read, the body of a
// control frame, and the text message being read as far as application protocols look at one.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dissector/habits/message_observer.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/message_state.h"
#include "dissector/websocket/resynchronise.h"

namespace framescope::websocket {

class WebSocketLayer : public Layer {
public:
    /// Body bytes that are looked at of a control frame; a legal one has at most 125.
    static constexpr std::size_t kMaxControlBody = 1024;
    /// Headers that must be plausible behind a search before its result is believed: in compressed
    /// or encrypted payload, three chaining headers turn up by chance every few thousand bytes.
    static constexpr int kProvingFrames = 16;
    /// Bytes that are searched for the next frame after a loss before they are given up.
    static constexpr std::size_t kMaxSearch = 64U << 10;

    /// `path` and `subprotocol` as the handshake agreed on them; empty where it is not known.
    explicit WebSocketLayer(std::string path = {}, std::string subprotocol = {})
        : m_path(std::move(path)), m_subprotocol(std::move(subprotocol)) {}

    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;

private:
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
        // The message being read:
        RecordId messageStart = kNoRecord;
        bool messageIncomplete = false;
        bool messageCut = false;  ///< `message` is only its beginning
        Bytes message;
        Utf8Validator utf8;
        bool notUtf8Told = false;
        // After a loss:
        bool searching = false;
        StreamOffset searchStart = 0;
        Bytes search;
        /// When the bytes from an offset on arrived; for rows of what is found among them.
        std::vector<std::pair<StreamOffset, Arrival>> arrivals;
        std::size_t nextSearch = 0;  ///< bytes that must be there before searching again pays
        int unproven = 0;            ///< headers that still have to be plausible
        std::optional<bool> masked;  ///< whether the last frame of this direction was
        bool ended = false;
    };

    /// Reads frames; returns how many bytes it took: all of them unless it lost its footing.
    std::size_t read(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out);
    std::size_t readHeader(Direction direction, StreamOffset offset, ByteView bytes,
                           LayerOutput& out);
    void beginFrame(Half& half, Direction direction, const FrameHeader& header, LayerOutput& out);
    void readPayload(Half& half, ByteView bytes, LayerOutput& out);
    void finishFrame(Half& half, Direction direction, StreamOffset frameEnd, LayerOutput& out);
    void finishMessage(Half& half, Direction direction, Record& record, LayerOutput& out);
    void checkUtf8(Half& half, bool messageEnds, Record& record);
    FrameHabits habits(const Half& half, Direction direction, LayerOutput& out) const;
    void beginSearch(Half& half, StreamOffset at);
    void lose(Half& half, Direction direction, StreamOffset at, StreamOffset resumeAt,
              LayerOutput& out);
    void search(Direction direction, ByteView bytes, LayerOutput& out);
    bool isPlainText(const Half& half, LayerOutput& out) const;

    /// Emits under the moment at which the byte before `end` arrived.
    static RecordId emitAt(const Half& half, StreamOffset end, const Record& record,
                           const IssueSink& issues, LayerOutput& out);

    std::string m_path;
    std::string m_subprotocol;
    std::array<Half, 2> m_halves;
    std::unique_ptr<MessageReader> m_reader;  ///< of the protocol the messages were recognised as
    habits::MessageObserver m_observer;       ///< of messages that no protocol reads
    Bytes m_scratch;                          ///< payload unmasked for looking at it
};

}  // namespace framescope::websocket
