// Frames are read as those of a connection that is upgraded already; a polling body needs its
// exchange around it; raw bytes are a connection's first ones, or stand behind an upgrade.
#include "capture/compose/preview.h"

#include <algorithm>
#include <string>
#include <utility>

#include "capture/ingest/stream_ingest.h"
#include "dissector/websocket/frame.h"

namespace framescope::compose {
namespace {

StreamAgreement agreementOf(const WireState& state) {
    StreamAgreement agreement;
    agreement.path = state.path;
    agreement.subprotocol = state.subprotocol;
    agreement.engineVersion = state.engineVersion;
    agreement.compression = state.compression;
    agreement.goesOn = true;
    return agreement;
}

StreamPiece textPiece(Direction direction, const std::string& text) {
    const ByteView bytes = asBytes(text);
    return {direction, Bytes(bytes.begin(), bytes.end())};
}

/// A message that says nothing.
Bytes noopFrame(Direction sender) {
    websocket::FrameHeader header;
    header.payloadLength = 1;
    header.masked = sender == Direction::ClientToServer;
    if (header.masked) header.maskingKey = {1, 2, 3, 4};
    Bytes bytes;
    ByteWriter writer(bytes);
    websocket::encodeFrame(header, asBytes("6"), writer);
    return bytes;
}

/// The request that a client posts the body with, or the answer to the one it gets it with.
std::unique_ptr<Session> readPolling(const Bytes& body, bool binary, const WireState& state) {
    const bool request = state.direction == Direction::ClientToServer;
    const auto revision = std::to_string(state.engineVersion == 0 ? 4 : state.engineVersion);
    // Whether it is Socket.IO shows in the packets, where nobody said.
    const std::string path =
        state.path.empty() ? "/engine.io/?EIO=" + revision + "&transport=polling" : state.path;
    const std::string entity = std::string("Content-Type: ") +
                               (binary ? "application/octet-stream" : "text/plain; charset=UTF-8") +
                               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    std::vector<StreamPiece> pieces;
    pieces.push_back(textPiece(Direction::ClientToServer, (request ? "POST " : "GET ") + path +
                                                              " HTTP/1.1\r\nHost: -\r\n" +
                                                              (request ? entity : "\r\n")));
    pieces.push_back(
        textPiece(Direction::ServerToClient,
                  "HTTP/1.1 200 OK\r\n" + (request ? "Content-Length: 0\r\n\r\n" : entity)));
    Bytes& carrier = pieces[request ? 0 : 1].bytes;
    carrier.insert(carrier.end(), body.begin(), body.end());
    return readStream(pieces);
}

}  // namespace

Preview previewOf(const Prepared& prepared, const WireState& state, ByteView sent) {
    Preview preview;
    const bool polling = state.polling && !prepared.raw;
    preview.bytes = polling ? pollingBody(prepared, state) : prepared.joined();
    StreamOffset begin = 0;
    if (polling) {
        const bool binary = std::ranges::any_of(prepared.pieces, &Prepared::Piece::binary);
        preview.session = readPolling(preview.bytes, binary, state);
    } else {
        Bytes before(sent.begin(), sent.end());
        before.insert(before.end(), prepared.before.begin(), prepared.before.end());
        begin = before.size();
        std::vector<StreamPiece> pieces;
        const bool isFirst = prepared.raw && !state.upgraded;
        // By now the connection has shown that it speaks Engine.IO: the other side's word for it.
        if (state.engineVersion != 0 && !isFirst) {
            pieces.push_back({opposite(state.direction), noopFrame(opposite(state.direction))});
        }
        if (begin != 0) pieces.push_back({state.direction, std::move(before)});
        pieces.push_back({state.direction, preview.bytes});
        preview.session = isFirst ? readStream(pieces) : readFrames(pieces, agreementOf(state));
    }
    const Session& session = *preview.session;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.direction != state.direction) continue;
        const bool inBody = isInBody(record.kind);
        const bool own = polling ? inBody : inBody || record.streamOffset >= begin;
        if (!own) continue;
        preview.rows.push_back(row);
        preview.worst = std::max(preview.worst, record.severity);
    }
    return preview;
}

}  // namespace framescope::compose
