// A packet for a person, whichever transport brought it: its layer, the bytes that base64 stands
// for, and the Socket.IO inside. A unit of a polling body is first freed from how it is written
// there.
#pragma once

#include <string>

#include "dissector/engineio/packet.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/session_info.h"
#include "dissector/layer/row_context.h"

namespace framescope::engineio {

/// Appends a packet whose first byte stands at `place`, with what its origin says, and the layers
/// inside. `revision` is the origin's. `whole` false: its data was cut, then it is not judged.
void describePacket(const Packet& packet, const PacketOrigin& origin, bool whole,
                    const RowContext& row, Dissection& dissection, Place place,
                    std::string& protocols);
/// The same in one line of at most `maxChars` characters.
std::string summarisePacket(const Packet& packet, std::uint8_t revision, bool whole,
                            const RowContext& row, std::size_t maxChars);

/// The session id of the row's request, or of its connection where that carries one session; empty
/// where neither is known.
std::string_view sidOf(const RowContext& row);

/// The revision of a packet in a polling body: how it is written decides between 3 and 4, the
/// request's target names the others.
std::uint8_t revisionOf(UnitForm form, std::string_view target);

/// A unit of a polling body, freed from how it is written there.
struct PlainUnit {
    std::string text;       ///< without JSONP's escapes, with the length in front
    UnitContent content;    ///< views of `text`, or of `inner`
    std::string inner;      ///< the packet where it was UTF-8 twice
    bool readable = false;  ///< there is a packet
};
/// Frees `unit`; it may have been cut. The result must stay where it is.
void freeUnit(ByteView unit, UnitForm form, PlainUnit& plain);

/// What the message of a row carries: the data of its Engine.IO packet, base64 undone, over
/// WebSocket as over polling. At most about `limit` bytes; empty for a row of something else.
Bytes messageData(const RowContext& context, RecordId row, std::uint64_t limit);

}  // namespace framescope::engineio
