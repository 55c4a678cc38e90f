// Packets in the words of tests/peers/generate_packets.mjs: what we decoded as the peers' decoders
// would tell it, and what they decoded as our encoders write it.
//   Engine.IO  {"type": "message", "text": ...} or {"type": ..., "bytes": {"@bytes": base64}}
//   Socket.IO  {"type": 2, "nsp": ..., "id": ..., "data": JSON text, "attachments": [...]}
#pragma once

#include <string>

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include "dissector/core/bytes.h"
#include "dissector/engineio/packet.h"
#include "dissector/socketio/object_packet.h"

namespace framescope::test {

/// The bytes of {"text": ...} in UTF-8, or of {"@bytes": base64}.
Bytes wireBytes(const QJsonObject& wire);
/// {"@bytes": base64}, or {"text": ...} where the bytes are such.
QJsonObject wireOf(ByteView bytes, bool isText);

/// What a Packet of ours means; an empty object where its base64 is none.
QJsonObject engineLine(const engineio::Packet& packet);
/// The packet that is meant, as encode() writes it. Bytes take a binary form if `binary`, else that
/// of base64, each as `revision` has it.
std::string encodedEngine(const QJsonObject& decoded, int revision, bool binary);

/// What differs between a packet of ours and what the peer decoded; empty if nothing does.
QString objectDifference(const QJsonObject& decoded, const socketio::ObjectPacket& got);
/// The packet that is meant, as encode() writes it in `encoding`.
Bytes encodedObject(const QJsonObject& decoded, socketio::Encoding encoding);

}  // namespace framescope::test
