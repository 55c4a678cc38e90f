#include "capture/ingest/stream_ingest.h"

#include "capture/file/capture_file.h"
#include "capture/ingest/row_maker.h"
#include "dissector/engineio/target.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope {
namespace {

std::unique_ptr<Session> readWith(const std::vector<StreamPiece>& pieces,
                                  std::unique_ptr<Layer> layer, const StreamAgreement& agreement) {
    Bytes all;
    for (const StreamPiece& piece : pieces) {
        all.insert(all.end(), piece.bytes.begin(), piece.bytes.end());
    }
    auto session = std::make_unique<Session>(CaptureFile::ofBytes(std::move(all)));
    RowMaker rows;
    rows.openStream(std::move(layer));
    rows.streamFacts().engineVersion = agreement.engineVersion;
    rows.streamFacts().compression = agreement.compression;
    rows.streamFacts().socketIoPath = engineio::isSocketIoTarget(agreement.path);
    rows.nameStream(agreement.path, agreement.subprotocol);
    for (const StreamPiece& piece : pieces) rows.streamBytes(piece.direction, piece.bytes);
    if (!agreement.goesOn) {
        rows.endStream();
    } else if (!pieces.empty()) {
        rows.endStream(pieces.back().direction);
    }
    Batch batch = rows.takeBatch({});
    batch.last = true;
    session->append(std::move(batch));
    return session;
}

}  // namespace

std::unique_ptr<Session> readFrames(const std::vector<StreamPiece>& pieces,
                                    const StreamAgreement& agreement) {
    return readWith(
        pieces, std::make_unique<websocket::WebSocketLayer>(agreement.path, agreement.subprotocol),
        agreement);
}

std::unique_ptr<Session> readStream(const std::vector<StreamPiece>& pieces) {
    return readWith(pieces, std::make_unique<DetectLayer>(), {});
}

}  // namespace framescope
