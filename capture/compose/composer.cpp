#include "capture/compose/composer.h"

#include <algorithm>
#include <utility>

#include "capture/compose/engineio_writer.h"
#include "capture/compose/frame_writer.h"
#include "capture/compose/payload_bytes.h"
#include "capture/compose/socketio_writer.h"
#include "dissector/engineio/payload.h"

namespace framescope::compose {

struct Composer::State {
    Direction direction = Direction::ClientToServer;
    Compression compression;
    FrameMemory frames;

    State(Direction sender, const Compression& agreed)
        : direction(sender), compression(agreed), frames(agreed.windowBits[indexOf(sender)]) {}
};

namespace {

Result<std::vector<WirePacket>> packetsOf(const EngineIoDraft& draft, const WireState& state) {
    const auto data = bytesOf(draft.data);
    if (!data) return data.error();
    auto packet = writeEnginePacket(draft.type, *data, draft.binary, state);
    if (!packet) return packet.error();
    return std::vector{std::move(*packet)};
}

/// One WebSocket message that is as the handshake agreed.
FramePlan framePlan(WirePacket packet, const WireState& state) {
    FramePlan plan;
    plan.draft.opcode = static_cast<std::uint8_t>(packet.binary ? websocket::Opcode::Binary
                                                                : websocket::Opcode::Text);
    plan.draft.compressing = state.compression.agreed() ? Compressing::AsAgreed : Compressing::None;
    plan.fragments.push_back(std::move(packet.bytes));
    return plan;
}

}  // namespace

Bytes Prepared::joined() const {
    std::size_t size = 0;
    for (const Piece& piece : pieces) size += piece.bytes.size();
    Bytes all;
    all.reserve(size);
    for (const Piece& piece : pieces) {
        all.insert(all.end(), piece.bytes.begin(), piece.bytes.end());
    }
    return all;
}

Bytes pollingBody(const Prepared& prepared, const WireState& state) {
    std::vector<engineio::EncodedPacket> packets;
    packets.reserve(prepared.pieces.size());
    for (const Prepared::Piece& piece : prepared.pieces) {
        packets.push_back({asText(piece.bytes), piece.binary});
    }
    constexpr std::uint8_t kRevisionWithRecords = 4;
    const bool records = state.engineVersion == 0 || state.engineVersion >= kRevisionWithRecords;
    const bool binary = std::ranges::any_of(packets, &engineio::EncodedPacket::binary);
    Bytes body;
    ByteWriter writer(body);
    engineio::encodePayload(packets,
                            records  ? engineio::Framing::Records
                            : binary ? engineio::Framing::Binary
                                     : engineio::Framing::Lengths,
                            writer);
    return body;
}

Composer::Composer() = default;
Composer::~Composer() = default;
Composer::Composer(const Composer& other)
    : m_state(other.m_state ? std::make_unique<State>(*other.m_state) : nullptr) {}
Composer& Composer::operator=(const Composer& other) {
    if (this != &other) {
        m_state = other.m_state ? std::make_unique<State>(*other.m_state) : nullptr;
    }
    return *this;
}

Result<Prepared> Composer::prepare(const Draft& draft, const WireState& state,
                                   std::uint64_t keySeed) {
    Prepared prepared;
    std::vector<FramePlan> plans;
    if (const auto* const raw = std::get_if<RawDraft>(&draft)) {
        auto bytes = bytesOf(raw->bytes);
        if (!bytes) return bytes.error();
        prepared.raw = true;
        prepared.pieces.push_back({std::move(*bytes), false});
        return prepared;
    }
    if (const auto* const frame = std::get_if<FrameDraft>(&draft)) {
        if (state.polling) {
            return Error{
                "The session polls at the moment, so there is no WebSocket that could carry this."};
        }
        auto plan = planFrame(*frame, state);
        if (!plan) return plan.error();
        plans.push_back(std::move(*plan));
    } else {
        std::vector<WirePacket> packets;
        if (const auto* const packet = std::get_if<EngineIoDraft>(&draft)) {
            auto written = packetsOf(*packet, state);
            if (!written) return written.error();
            packets = std::move(*written);
        } else {
            auto written = writeSocketIo(std::get<SocketIoDraft>(draft), state);
            if (!written) return written.error();
            packets = std::move(written->packets);
            prepared.ackId = written->ackId;
        }
        if (state.polling) {
            for (WirePacket& packet : packets) {
                prepared.pieces.push_back({std::move(packet.bytes), packet.binary});
            }
            return prepared;
        }
        for (WirePacket& packet : packets) plans.push_back(framePlan(std::move(packet), state));
    }
    if (m_state == nullptr || m_state->direction != state.direction ||
        m_state->compression != state.compression) {
        m_state = std::make_unique<State>(state.direction, state.compression);
    }
    FrameWriter writer(m_state->frames, state, keySeed, prepared);
    for (const FramePlan& plan : plans) writer.write(plan);
    return prepared;
}

}  // namespace framescope::compose
