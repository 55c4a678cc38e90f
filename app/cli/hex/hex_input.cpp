// Frames go one by one into the direction their mask tells, unless the user names one. Messages are
// read as Engine.IO where every text message is a packet of it and nothing was said about the path:
// nobody pastes "42[...]" that is anything else.
#include "app/cli/hex/hex_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "capture/ingest/stream_ingest.h"
#include "dissector/engineio/packet.h"
#include "dissector/engineio/target.h"
#include "dissector/payload/hex_text.h"
#include "dissector/socketio/packet.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/opcode.h"

namespace framescope::cli {
namespace {

constexpr std::uint8_t kDefaultRevision = 4;

Result<std::string> readInput(const std::string& file) {
    if (file == "-") {
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    }
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) {
        return Error{"\"" + file + "\" cannot be read: " + std::strerror(errno) + "."};
    }
    return text;
}

Result<Bytes> inputBytes(const Options& options) {
    auto text = readInput(options.file);
    if (!text) return text.error();
    if (options.hex.isText) {
        // The line end belongs to whoever typed the line.
        if (text->ends_with('\n')) text->pop_back();
        const ByteView bytes = asBytes(*text);
        return Bytes(bytes.begin(), bytes.end());
    }
    auto parsed = parseHexText(*text);
    if (const auto* const error = std::get_if<HexTextError>(&parsed)) {
        return Error{"Line " + std::to_string(error->line) + ", column " +
                     std::to_string(error->column) + ": " + error->sentence};
    }
    Bytes bytes = std::get<Bytes>(std::move(parsed));
    if (bytes.empty()) return Error{"There are no hex digits in the input."};
    return bytes;
}

/// The bytes cut into frames; each goes into the direction its mask tells, or the one named. What
/// is left behind the last whole frame is a piece as well.
std::vector<StreamPiece> framePieces(ByteView bytes, std::optional<Direction> named) {
    std::vector<StreamPiece> pieces;
    while (!bytes.empty()) {
        const auto header = websocket::parseFrameHeader(bytes);
        const std::uint64_t size = header ? header->frameSize() : bytes.size();
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes.size()));
        const bool masked = header ? header->masked : bytes.size() > 1 && (bytes[1] & 0x80) != 0;
        const Direction direction =
            named.value_or(masked ? Direction::ClientToServer : Direction::ServerToClient);
        const ByteView frame = bytes.first(taken);
        pieces.push_back({direction, Bytes(frame.begin(), frame.end())});
        bytes = bytes.subspan(taken);
    }
    return pieces;
}

/// Whether the bytes can be frames from the first to the last.
bool areFrames(ByteView bytes, bool deflate) {
    while (!bytes.empty()) {
        const auto header = websocket::parseFrameHeader(bytes);
        if (!header || header->frameSize() > bytes.size()) return false;
        if (header->rsv2 || header->rsv3 || (header->rsv1 && !deflate)) return false;
        if (websocket::isReserved(header->opcode)) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(header->frameSize()));
    }
    return true;
}

/// One unmasked text frame around a payload.
Bytes frameAround(ByteView payload, bool deflate) {
    websocket::FrameHeader header;
    header.fin = true;
    header.rsv1 = deflate;
    header.opcode = static_cast<std::uint8_t>(websocket::Opcode::Text);
    header.payloadLength = payload.size();
    header.lengthForm = websocket::minimalForm(payload.size());
    Bytes frame;
    ByteWriter writer(frame);
    websocket::encode(header, writer);
    writer.bytes(payload);
    return frame;
}

StreamAgreement agreementOf(const HexOptions& hex) {
    StreamAgreement agreement;
    agreement.path = hex.path;
    agreement.subprotocol = hex.subprotocol;
    agreement.engineVersion = engineio::revisionFromTarget(hex.path);
    if (hex.deflate) agreement.compression.kind = CompressionKind::PerMessageDeflate;
    return agreement;
}

/// The revision of Engine.IO that the session's messages are of, if every text message is a packet
/// of it that makes sense. Clients ping in revision 3, servers in revision 4.
std::optional<std::uint8_t> engineRevision(const Session& session) {
    bool any = false;
    std::uint8_t revision = kDefaultRevision;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Dissection dissection = session.dissect(row);
        for (const Field& field : dissection.fields.fields()) {
            if (field.id != FieldId::WebSocketMessage) continue;
            const auto* const text = std::get_if<std::string>(&field.value);
            if (text == nullptr) continue;
            const auto packet = engineio::parse(*text);
            if (!packet) return std::nullopt;
            const bool carries = packet->type == engineio::PacketType::Message;
            const bool open = packet->type == engineio::PacketType::Open;
            const bool probe = packet->data.empty() || packet->data == "probe";
            if (carries ? !socketio::recognise(packet->data)
                        : !(open ? engineio::parseHandshake(packet->data).has_value() : probe)) {
                return std::nullopt;
            }
            const bool fromClient = session.record(row).direction == Direction::ClientToServer;
            const bool beat =
                packet->data.empty() && packet->type == (fromClient ? engineio::PacketType::Ping
                                                                    : engineio::PacketType::Pong);
            if (beat) revision = 3;
            any = true;
        }
    }
    return any ? std::optional(revision) : std::nullopt;
}

DecodedHex decodeFrames(ByteView bytes, const HexOptions& hex) {
    DecodedHex decoded;
    StreamAgreement agreement = agreementOf(hex);
    const std::vector<StreamPiece> pieces = framePieces(bytes, hex.direction);
    decoded.session = readFrames(pieces, agreement);
    if (!hex.path.empty() || !hex.subprotocol.empty()) return decoded;
    if (const auto revision = engineRevision(*decoded.session)) {
        agreement.engineVersion = *revision;
        decoded.session = readFrames(pieces, agreement);
    }
    return decoded;
}

/// A body needs its exchange around it; the rows of the two heads are not shown.
DecodedHex decodePolling(ByteView body, const HexOptions& hex) {
    const std::string path = hex.path.empty() ? "/socket.io/?EIO=3&transport=polling" : hex.path;
    const bool request = hex.direction == Direction::ClientToServer;
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    const bool text = std::ranges::none_of(body, [](std::uint8_t b) { return b < 0x09; });
    const std::string type = std::string("Content-Type: ") +
                             (text ? "text/plain; charset=UTF-8" : "application/octet-stream") +
                             "\r\n";
    const auto piece = [&](Direction direction, const std::string& head, bool withBody) {
        StreamPiece made{direction, {}};
        ByteWriter writer(made.bytes);
        writer.text(head);
        if (withBody) writer.bytes(body);
        return made;
    };
    const std::string requestHead = (request ? "POST " : "GET ") + path +
                                    " HTTP/1.1\r\nHost: -\r\n" + (request ? type + length : "\r\n");
    const std::string responseHead =
        "HTTP/1.1 200 OK\r\n" + (request ? "Content-Length: 0\r\n\r\n" : type + length);
    DecodedHex decoded;
    decoded.session = readStream({piece(Direction::ClientToServer, requestHead, request),
                                  piece(Direction::ServerToClient, responseHead, !request)});
    decoded.onlyBodyUnits = true;
    return decoded;
}

}  // namespace

Result<DecodedHex> decodeHexInput(const Options& options) {
    const auto bytes = inputBytes(options);
    if (!bytes) return bytes.error();
    const HexOptions& hex = options.hex;
    switch (hex.content) {
        case HexContent::Polling:
            return decodePolling(*bytes, hex);
        case HexContent::Payload:
            return decodeFrames(frameAround(*bytes, hex.deflate), hex);
        case HexContent::Frames:
            break;
    }
    DecodedHex decoded = decodeFrames(*bytes, hex);
    if (hex.deflate && !areFrames(*bytes, true)) {
        // Somebody may have pasted what a frame carries.
        DecodedHex payload = decodeFrames(frameAround(*bytes, true), hex);
        const bool inflates = payload.session->rowCount() == 1 &&
                              payload.session->record(0).severity < Severity::Warning;
        if (inflates) {
            payload.remarks.emplace_back(
                "These bytes are no whole frames; they are read as the payload of one message "
                "(--payload).");
            return payload;
        }
    }
    return decoded;
}

}  // namespace framescope::cli
