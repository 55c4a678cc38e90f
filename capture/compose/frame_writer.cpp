#include "capture/compose/frame_writer.h"

#include <algorithm>
#include <openssl/rand.h>
#include <utility>

#include "capture/compose/payload_bytes.h"
#include "dissector/websocket/close.h"

namespace framescope::compose {
namespace {

using websocket::FrameHeader;
using websocket::MaskingKey;
using websocket::Opcode;

websocket::LengthForm formOf(LengthChoice choice, std::uint64_t length) {
    switch (choice) {
        case LengthChoice::Bits7:
            return websocket::LengthForm::Bits7;
        case LengthChoice::Bits16:
            return websocket::LengthForm::Bits16;
        case LengthChoice::Bits64:
            return websocket::LengthForm::Bits64;
        case LengthChoice::Minimal:
            break;
    }
    return websocket::minimalForm(length);
}

/// The payload cut into fragments of these sizes; at least one.
std::vector<Bytes> cut(Bytes payload, const std::vector<std::uint64_t>& sizes) {
    std::vector<Bytes> fragments;
    ByteView rest = payload;
    for (const std::uint64_t size : sizes) {
        if (rest.empty() && size != 0) continue;
        const ByteView taken =
            rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(size, rest.size())));
        fragments.emplace_back(taken.begin(), taken.end());
        rest = rest.subspan(taken.size());
    }
    if (fragments.empty()) {
        fragments.push_back(std::move(payload));
    } else if (!rest.empty()) {
        fragments.emplace_back(rest.begin(), rest.end());
    }
    return fragments;
}

std::string countOfFragments(std::size_t count) {
    return count == 1 ? "is one frame" : "is cut into " + std::to_string(count) + " fragments";
}

}  // namespace

Result<FramePlan> planFrame(const FrameDraft& draft, const WireState& state) {
    if (draft.compressing == Compressing::AsAgreed && !state.compression.agreed()) {
        return Error{"The message cannot be compressed as agreed: no compression was agreed."};
    }
    auto payload = bytesOf(draft.payload);
    if (!payload) return payload.error();
    Bytes body;
    if (draft.closeCode) {
        ByteWriter writer(body);
        websocket::encode(websocket::CloseBody{*draft.closeCode, std::string(asText(*payload))},
                          writer);
    } else {
        body = std::move(*payload);
    }
    FramePlan plan;
    plan.draft = draft;
    plan.draft.payload = {};
    plan.draft.between = {};
    plan.fragments = cut(std::move(body), draft.fragments);
    for (const auto& [after, inner] : draft.between) {
        if (after >= plan.fragments.size()) {
            return Error{"A frame cannot be put behind fragment " + std::to_string(after) +
                         " (counted from 0): the message " +
                         countOfFragments(plan.fragments.size()) + "."};
        }
        auto planned = planFrame(inner, state);
        if (!planned) return planned.error();
        plan.between.emplace_back(after, std::move(*planned));
    }
    return plan;
}

bool FrameWriter::isCompressed(const FrameDraft& draft) const {
    if (draft.compressing == Compressing::AsAgreed) return !websocket::isControl(draft.opcode);
    return draft.compressing != Compressing::None;
}

bool FrameWriter::keepsContext(const FrameDraft& draft) const {
    if (draft.compressing == Compressing::NoContext) return false;
    if (draft.compressing == Compressing::WithContext) return true;
    return !m_state.compression.noContextTakeover[indexOf(m_state.direction)];
}

void FrameWriter::write(const FramePlan& plan) {
    const FrameDraft& draft = plan.draft;
    const bool squeezed = isCompressed(draft);
    const bool continues = draft.opcode == static_cast<std::uint8_t>(Opcode::Continuation);
    // x-webkit-deflate-frame compresses each frame by itself.
    const bool perFrame = m_state.compression.kind == CompressionKind::WebkitDeflateFrame;
    Bytes window;
    if (squeezed && !continues && keepsContext(draft) && m_state.compression.agreed()) {
        window = m_memory.deflater.window();
    }
    bool begun = continues && !perFrame;
    for (std::size_t i = 0; i < plan.fragments.size(); ++i) {
        const bool last = i + 1 == plan.fragments.size();
        const bool ends = perFrame || (last && draft.fin);
        if (squeezed) {
            if (perFrame) begun = false;
            writeFragment(plan, i, compressed(plan.fragments[i], ends, begun, draft), window);
        } else {
            writeFragment(plan, i, plan.fragments[i], {});
        }
        for (const auto& [after, inner] : plan.between) {
            if (after == i) write(inner);
        }
    }
    // A peer whose window is not ours any more can read what refers to nothing.
    const bool markedAsCompressed = draft.rsv[0].value_or(squeezed);
    if (!websocket::isControl(draft.opcode) && markedAsCompressed != squeezed && !continues) {
        m_memory.deflater.begin(false);
    }
}

/// `begun`: the message was; set by the first fragment.
Bytes FrameWriter::compressed(ByteView fragment, bool ends, bool& begun, const FrameDraft& draft) {
    websocket::Deflater& deflater = m_memory.deflater;
    if (!std::exchange(begun, true)) deflater.begin(keepsContext(draft));
    return ends ? deflater.finish(fragment) : deflater.piece(fragment);
}

void FrameWriter::writeFragment(const FramePlan& plan, std::size_t index, ByteView payload,
                                ByteView window) {
    const FrameDraft& draft = plan.draft;
    const bool first = index == 0;
    const bool last = index + 1 == plan.fragments.size();
    const bool perFrame = m_state.compression.kind == CompressionKind::WebkitDeflateFrame;
    FrameHeader header;
    header.fin = last && draft.fin;
    header.opcode = first ? static_cast<std::uint8_t>(draft.opcode & 0x0f)
                          : static_cast<std::uint8_t>(Opcode::Continuation);
    const bool begins = first && !header.is(Opcode::Continuation);
    header.rsv1 = isCompressed(draft) && (begins || perFrame);
    if (first) {
        header.rsv1 = draft.rsv[0].value_or(header.rsv1);
        header.rsv2 = draft.rsv[1].value_or(false);
        header.rsv3 = draft.rsv[2].value_or(false);
    }
    setMask(draft, header);
    header.payloadLength = last ? draft.announcedLength.value_or(payload.size()) : payload.size();
    header.lengthForm = formOf(draft.length, header.payloadLength);

    if (m_prepared.pieces.empty()) {
        m_prepared.before = m_memory.sent.framesBefore(header, window, m_state.direction);
    }
    Prepared::Piece piece;
    piece.binary = header.is(Opcode::Binary);
    piece.bytes.reserve(header.size() + payload.size());
    ByteWriter writer(piece.bytes);
    websocket::encodeFrame(header, payload, writer);
    m_memory.sent.note(header, piece.bytes, window);
    m_prepared.pieces.push_back(std::move(piece));
}

void FrameWriter::setMask(const FrameDraft& draft, FrameHeader& header) {
    const bool client = m_state.direction == Direction::ClientToServer;
    switch (draft.masking) {
        case Masking::Random:
            header.masked = client;
            if (client) header.maskingKey = randomKey();
            break;
        case Masking::Fixed:
            header.masked = true;
            header.maskingKey = draft.maskingKey;
            break;
        case Masking::Zero:
            header.masked = true;
            break;
        case Masking::None:
            break;
    }
}

MaskingKey FrameWriter::randomKey() {
    MaskingKey key{};
    // One in four billion is zero, which is no key.
    while (key == MaskingKey{}) {
        if (m_keys) {
            const std::uint64_t number = (*m_keys)();
            for (std::size_t i = 0; i < key.size(); ++i) {
                key[i] = static_cast<std::uint8_t>(number >> (8 * i));
            }
        } else {
            if (RAND_bytes(key.data(), static_cast<int>(key.size())) == 1) continue;
            // OpenSSL was not given any chance; the system's own throws where it has none either.
            std::random_device system;
            for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(system());
        }
    }
    return key;
}

}  // namespace framescope::compose
