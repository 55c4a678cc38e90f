// Frames from frame drafts, in two steps: what can go wrong (files, hex, JSON) is done by
// planFrame(), so that nothing is left half done; then FrameWriter writes, and moves the window.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <vector>

#include "capture/compose/composer.h"
#include "capture/compose/sent_context.h"
#include "dissector/websocket/deflater.h"

namespace framescope::compose {

/// A draft whose payload is at hand.
struct FramePlan {
    FrameDraft draft;  ///< its payload and `between` are not looked at any more
    Bytes payload;     ///< with the close code in front
    std::vector<Bytes> fragments;
    std::vector<std::pair<std::size_t, FramePlan>> between;
};

/// Reads the payloads and cuts them. An Error where one cannot be read, where compression is asked
/// for that was not agreed, or where something is to be put behind a fragment that is not there.
Result<FramePlan> planFrame(const FrameDraft& draft, const WireState& state);

/// What lasts from message to message.
struct FrameMemory {
    explicit FrameMemory(int windowBits) : deflater(windowBits) {}

    websocket::Deflater deflater;
    SentContext sent;
};

class FrameWriter {
public:
    /// `keySeed` as Composer::prepare() has it.
    FrameWriter(FrameMemory& memory, const WireState& state, std::uint64_t keySeed,
                Prepared& prepared)
        : m_memory(memory), m_state(state), m_prepared(prepared) {
        if (keySeed != 0) m_keys.emplace(keySeed);
    }

    void write(const FramePlan& plan);

private:
    bool isCompressed(const FrameDraft& draft) const;
    bool keepsContext(const FrameDraft& draft) const;
    Bytes compressed(ByteView fragment, bool ends, bool& begun, const FrameDraft& draft);
    void writeFragment(const FramePlan& plan, std::size_t index, ByteView payload, ByteView window);
    void setMask(const FrameDraft& draft, websocket::FrameHeader& header);
    websocket::MaskingKey randomKey();

    FrameMemory& m_memory;
    const WireState& m_state;
    Prepared& m_prepared;
    std::optional<std::mt19937_64> m_keys;
};

}  // namespace framescope::compose
