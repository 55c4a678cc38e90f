// The data frames of one direction, put together to messages as their bytes come: unmasked,
// inflated, judged as UTF-8. Kept of a message is what application protocols look at, and never
// more; the rest streams past. Inflating leaves checkpoints, from which any message can be inflated
// again without all those before it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dissector/layer/message_protocol.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/inflater.h"
#include "dissector/websocket/mask.h"
#include "dissector/websocket/message_state.h"

namespace framescope::websocket {

class MessageAssembler {
public:
    /// Messages that must inflate by themselves before it is believed that all do.
    static constexpr int kAlone = 8;
    /// A checkpoint is left at the first compressed message behind so much inflated output, or so
    /// many compressed messages, and wherever the context begins anew.
    static constexpr std::uint64_t kCheckpointBytes = 1U << 20;
    static constexpr std::uint32_t kCheckpointMessages = 16'384;

    /// A data frame of this direction begins at `at`. `sequence` was told of it and gave `role`.
    void beginFrame(const FrameHeader& header, FrameRole role, const MessageState& sequence,
                    StreamOffset at, Direction direction, LayerOutput& out);
    /// The next bytes of its payload, as they stand on the wire.
    void payload(ByteView bytes, LayerOutput& out);
    /// Bytes of its payload are missing.
    void payloadMissing(std::uint64_t count);
    /// The frame's payload so far, unmasked, where all of it is kept as it was written; otherwise
    /// nothing.
    std::optional<ByteView> framePayload() const;
    /// The frame is over. Sets the flags of its record that tell of the payload, and adds issues.
    void endFrame(bool messageEnds, Record& record, IssueSink& issues);
    /// Frames are missing.
    void lose();
    /// Instead of the calls above, for a message that is not compressed, between messages and whole
    /// in one frame: what view() would be. `key` is null where it is not masked. Nothing for a text
    /// that is not UTF-8; then it is as if nothing was asked.
    std::optional<MessageView> wholeMessage(ByteView payload, const MaskingKey* key, bool text,
                                            Direction direction) {
        ByteView bytes = payload;
        bool ascii = false;
        bool mayBeMarked = true;
        m_kept = 0;
        if (key != nullptr) {
            std::uint8_t* const to = roomFor(payload.size());
            const Seen seen = copyMasked(payload, to, *key);
            ascii = seen.ascii;
            mayBeMarked = seen.marked;
            bytes = {to, payload.size()};
        } else {
            ascii = text && isAscii(payload);
        }
        if (text && !ascii && !isValidUtf8(asText(bytes))) {
            m_kept = 0;
            return std::nullopt;
        }
        return MessageView{bytes, text, true, direction, mayBeMarked};
    }

    /// The same for a message that is compressed as it was agreed on: what is to be called next is
    /// whole() and view(). `record` is that of its frame, whose flags are set and issues added.
    void wholeCompressed(ByteView payload, const MaskingKey* key, IssueSink& issues, Record& record,
                         LayerOutput& out);

    /// The frames make up a text or binary message whose beginning was seen.
    bool readable() const { return m_readable; }
    /// None of it is missing, and it could be inflated.
    bool whole() const { return m_readable && !m_incomplete && !m_undecodable; }
    /// The message so far.
    MessageView view(Direction direction) const {
        return {{m_bytes.get(), m_kept}, m_text, !m_cut && !m_overLimit, direction};
    }
    /// Where nobody captured what was agreed: whether messages refer to those before them. Nothing
    /// until that is known.
    std::optional<bool> contextTakenOver() const { return m_takenOver; }
    /// The message was handled: gives its memory back.
    void release() {
        m_kept = 0;
        if (m_room > kRoomKept || m_scratch.size() > kRoomKept) giveBack();
    }

private:
    /// Memory that stays for the next message.
    static constexpr std::size_t kRoomKept = 64U << 10;
    /// What most messages have room in, so that the second one needs no more than the first.
    static constexpr std::size_t kLeastRoom = 256;

    void giveBack();
    void beginMessage(std::uint8_t opcode);
    void beginInflating(StreamOffset at, Direction direction, LayerOutput& out);
    void takePlain(ByteView bytes, std::uint64_t at);
    ByteView unmasked(ByteView bytes, std::uint64_t at, ByteView behind = {});
    void take(ByteView plain);
    /// Where more bytes of the message go, which are in use from now on.
    std::uint8_t* roomFor(std::size_t count) {
        const std::size_t at = m_kept;
        m_kept += count;
        if (m_kept > m_room) makeRoom(m_kept, at);
        return m_bytes.get() + at;
    }
    void makeRoom(std::size_t size, std::size_t inUse);
    void judgeTakeover();
    void judgeInflating(bool unitEnds, Record& record, IssueSink& issues);
    void judgeText(bool messageEnds, Record& record, IssueSink& issues);

    // The frame:
    bool m_masked = false;
    MaskingKey m_key{};
    std::uint64_t m_payloadLength = 0;
    std::uint64_t m_payloadRead = 0;  ///< missing bytes included
    std::size_t m_frameBegin = 0;     ///< where its payload begins in m_bytes
    bool m_endsUnit = false;          ///< what is compressed at a time ends with it
    bool m_compressed = false;        ///< it carries compressed bytes
    bool m_frameIncomplete = false;
    Bytes m_scratch;  ///< its payload unmasked
    // The message:
    bool m_readable = false;
    bool m_text = false;
    bool m_incomplete = false;
    bool m_undecodable = false;
    bool m_cut = false;  ///< what is kept is only its beginning
    bool m_overLimit = false;
    bool m_notUtf8Told = false;
    bool m_overLimitTold = false;
    std::uint64_t m_size = 0;
    std::unique_ptr<std::uint8_t[]> m_bytes;  ///< what is kept of it
    std::size_t m_room = 0;                   ///< bytes that fit there
    std::size_t m_kept = 0;                   ///< and those that are in use
    Utf8Validator m_utf8;
    // The direction:
    CompressionKind m_kind = CompressionKind::None;
    bool m_keepContext = true;
    std::uint64_t m_limit = 0;
    Inflater m_inflater;
    // What is tried where the agreement was not captured:
    std::unique_ptr<Inflater> m_alone;  ///< inflates each message without those before it
    int m_inflatedAlone = 0;
    std::optional<bool> m_takenOver;
    std::uint64_t m_sinceBytes = 0;     ///< inflated since the last checkpoint
    std::uint32_t m_sinceMessages = 0;  ///< compressed messages since then
};

}  // namespace framescope::websocket
