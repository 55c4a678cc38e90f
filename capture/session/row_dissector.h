// The parts of taking a row apart, shared by the files that implement it: one for the packet and
// what TCP says, one for HTTP and what its bodies carry, one for WebSocket.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "capture/session/session_row_context.h"
#include "capture/session/session_state.h"
#include "capture/session/stream_reader.h"
#include "capture/session/websocket_message.h"
#include "dissector/field/field_tree.h"
#include "dissector/http/head.h"
#include "dissector/packet/packet.h"
#include "dissector/tcp/tcp_header.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/handshake.h"

namespace framescope {

/// Appends what of `holes` lies inside `window`, counted from there and moved to begin at `place`.
inline void appendHoles(const std::vector<ByteRange>& holes, ByteRange window, std::uint64_t place,
                        std::vector<ByteRange>& moved) {
    for (const ByteRange& hole : holes) {
        const std::uint64_t begin = std::max(hole.begin, window.begin);
        const std::uint64_t end = std::min(hole.end, window.end);
        if (begin >= end) continue;
        moved.push_back({begin - window.begin + place, end - window.begin + place});
    }
}

/// A datagram that came in fragments, read again. Zero where nothing was captured.
struct RowDatagram {
    const StoredDatagram& stored;
    Bytes bytes;
    std::vector<ByteRange> holes;
    std::size_t beginning = 0;  ///< bytes in front of the first hole
};
/// `state` has a file.
RowDatagram readDatagram(const Session::State& state, const StoredDatagram& stored);
DecodedPacket decodeDatagram(const RowDatagram& datagram);
/// Appends the layers of its payload.
void describeDatagram(const RowDatagram& datagram, const tcp::Context& context, FieldTree& tree,
                      Place place, std::string& protocols);
/// Sets the addresses that checksums in the datagram's payload cover: those of its packets' own
/// header, which `tree` has of `packet`, whose first byte is at position 0.
void setChecksumAddresses(const StoredDatagram& stored, ByteView packet, const FieldTree& tree,
                          tcp::Context& context);

class RowDissector {
public:
    RowDissector(const Session::State& state, RecordId row, StreamContext context, TreeTexts texts)
        : m_state(state),
          m_row(row),
          m_record(state.records[row]),
          m_connection(state.connection(m_record.connection)),
          m_reader(state.file.get(), state.stream(m_record),
                   context == StreamContext::With ? kMaxShown : kMaxSource) {
        m_dissection.fields = FieldTree(texts);
    }

    Dissection run(StreamContext context);

private:
    void describePacketLayers(StreamContext context);
    void describeTransport(const PacketHeader& packet, SourceId source, StreamContext context);
    void describeDatagramLayers(RowDatagram datagram, const tcp::Context& context);
    void addStreamContext(tcp::Context& context);
    void describeDrop();
    void describeComment();
    void nameHosts();
    void describeUnread();
    void describeIncomplete(const StoredPacket& packet);
    void describeEvent();
    void describeGap();
    void describeConflict();
    void describeSegment();
    void describeHttp();
    std::optional<websocket::Offer> requestOffer(const http::Head& response) const;
    void describeBody(const http::Head& head);
    void describeContent(SourceId source, const std::vector<ByteRange>& holes,
                         const std::string& missing, const http::Head& head);
    void describeBodyUnit();
    void describeWebSocket();
    DecodedMessage messageThatEndsHere(const websocket::FrameHeader& header) const;
    std::optional<websocket::InflatedPayload> inflatedFragment(DecodedMessage& begun);
    std::optional<Place> addMessage(const DecodedMessage& message);
    void describeMessage(ByteView bytes, const DecodedMessage& message, Place place);
    void checkFrame(const websocket::FrameHeader& header, ByteView payload, bool whole,
                    FieldIndex layer);
    std::string notUtf8Detail() const;

    FieldTree& tree() { return m_dissection.fields; }
    /// Adds part of a stream as a source.
    SourceId addStream(SourceKind kind, std::string name, StreamBytes stream, std::uint64_t total);

    void describeLinks();
    bool timesKnown(const RowLink& link) const;
    void describeExchange(const RowLink& link, RecordId other);
    void attachRemarks();

    const Session::State& m_state;
    const RecordId m_row;
    const Record m_record;
    const ConnectionInfo& m_connection;
    StreamReader m_reader;
    Dissection m_dissection;
    std::string m_protocols;              ///< of the layers so far, each preceded by a colon
    std::uint64_t m_dropped = 0;          ///< before the packet, as the capture says it
    std::vector<std::string> m_comments;  ///< of the packet, likewise
};

}  // namespace framescope
