// Values of common fields of frames without taking their rows apart: what a listing of fields or a
// search in all payloads asks of every row comes from the record, the packet's headers and the
// unmasked payload alone. Knows either what the tree would say, or that the tree has to be asked;
// a test compares the two.
#pragma once

#include <array>
#include <optional>

#include "capture/file/file_window.h"
#include "capture/session/session_state.h"
#include "dissector/filter/filter.h"
#include "dissector/packet/packet.h"
#include "dissector/websocket/frame.h"

namespace framescope {

class PlainValues {
public:
    /// `session` must outlive it. Quick where rows are asked about more or less in order.
    explicit PlainValues(const Session& session);

    /// The only value of a field of a row.
    Known value(RecordId row, FieldId field, FieldValue& value);

private:
    struct Packet {
        std::uint32_t capturedLength = 0;
        std::uint32_t originalLength = 0;
        DecodedPacket decoded;
    };
    struct Frame {
        websocket::FrameHeader header;
        ByteView payload;  ///< unmasked
    };

    void enter(RecordId row);
    /// Null where the row's packet is not to be had.
    const Packet* packet();
    const Frame* frame();
    Known ofPacket(FieldId field, FieldValue& value);
    Known ofFrame(FieldId field, FieldValue& value);
    Known payloadOf(websocket::Opcode opcode, FieldValue& value);

    const Session::State& m_state;
    FileWindow m_window;
    RecordId m_row = kNoRecord;
    Record m_record;
    bool m_plain = false;  ///< the row is one that may be known
    bool m_packetRead = false;
    std::optional<Packet> m_packet;
    bool m_frameRead = false;
    std::optional<Frame> m_frame;
    Bytes m_unmasked;
    /// Where the frame before was found in its stream; streams share places.
    std::array<std::size_t, 64> m_hints{};
};

}  // namespace framescope
