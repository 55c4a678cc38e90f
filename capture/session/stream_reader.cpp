#include "capture/session/stream_reader.h"

#include <algorithm>

#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

/// Frames that are walked at the most to join one message.
constexpr std::uint64_t kMaxFrames = 20'000;

}  // namespace

StreamBytes StreamReader::read(StreamOffset begin, std::uint64_t length,
                               std::uint64_t limit) const {
    StreamBytes stream;
    length = std::min(length, limit);
    // A declared length may reach far beyond what was captured: only that is worth memory.
    if (begin >= m_map.end()) {
        length = 0;
    } else {
        length = std::min(length, m_map.end() - begin);
    }
    stream.bytes.resize(length);
    const auto hole = [&](std::uint64_t from, std::uint64_t to) {
        if (from < to) stream.holes.push_back({from, to});
    };
    std::uint64_t at = 0;
    for (const Extent& extent : m_map.find({begin, begin + length})) {
        const std::uint64_t from = extent.streamOffset - begin;
        hole(at, from);
        at = from + extent.length;
        if (m_file == nullptr) {
            hole(from, at);
            continue;
        }
        const auto bytes = m_file->readBytes(extent.fileOffset, extent.length);
        if (!bytes) {
            stream.error = bytes.error().sentence;
            hole(from, at);
            continue;
        }
        std::ranges::copy(*bytes, stream.bytes.begin() + static_cast<std::ptrdiff_t>(from));
    }
    hole(at, length);
    return stream;
}

WebSocketMessage readMessage(const StreamReader& reader, StreamOffset first, StreamOffset last,
                             std::uint64_t limit) {
    WebSocketMessage message;
    StreamOffset at = first;
    for (std::uint64_t walked = 0; at <= last && walked < kMaxFrames; ++walked) {
        const StreamBytes start =
            reader.read(at, websocket::kMaxHeaderSize, websocket::kMaxHeaderSize);
        const auto header = websocket::parseFrameHeader(start.bytes);
        // Bytes that are no longer there would read as a header of zeros.
        const bool readable =
            start.holes.empty() || (header && start.holes.front().begin >= header->size());
        if (!header || !readable) break;
        const bool control = websocket::isControl(header->opcode);
        if (!control) {
            if (message.frames == 0) message.compressed = header->rsv1;
            ++message.frames;
            const std::uint64_t room = limit - message.bytes.size();
            StreamBytes payload = reader.read(at + header->size(), header->payloadLength, room);
            if (header->masked) websocket::applyMask(payload.bytes, header->maskingKey, 0);
            const std::uint64_t base = message.bytes.size();
            for (const ByteRange& hole : payload.holes) {
                message.holes.push_back({base + hole.begin, base + hole.end});
                std::fill(payload.bytes.begin() + static_cast<std::ptrdiff_t>(hole.begin),
                          payload.bytes.begin() + static_cast<std::ptrdiff_t>(hole.end), 0);
            }
            message.bytes.insert(message.bytes.end(), payload.bytes.begin(), payload.bytes.end());
            message.totalSize += header->payloadLength;
        }
        if (at == last) message.complete = true;
        if (header->frameSize() > reader.end() - at) break;
        at += header->frameSize();
    }
    return message;
}

}  // namespace framescope
