// The session holds what was captured: records, connections, names, where stream bytes lie in the
// file. Batches are appended by one thread (the owner); everything else is recomputed from the
// capture file on demand. Not thread-safe: one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/session/checksum_figures.h"
#include "capture/session/connection_info.h"
#include "capture/session/row_bytes.h"
#include "capture/session/statistics.h"
#include "dissector/engineio/session_info.h"
#include "dissector/field/field_tree.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/payload/payload_rules.h"
#include "dissector/record/record.h"
#include "dissector/record/row_link.h"

namespace framescope {

class CaptureFile;
struct CaptureProperties;
struct Batch;

/// The text of a row's cells that are not plain numbers.
struct RowText {
    std::string protocol;  ///< "Socket.IO"
    std::string info;      ///< "EVENT /chat #12  message  {"room":"lobby"}", one line, elided
};

/// Whether a dissection also brings the stream around the row as a byte source. Windows show it;
/// whoever dissects every row does without.
enum class StreamContext : std::uint8_t { Without, With };

class Session {
public:
    /// `file` may be null for a session without a capture (tests, the start page).
    explicit Session(std::shared_ptr<const CaptureFile> file);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Takes over what the ingest found. Cheap: moves, no dissection.
    void append(Batch&& batch);

    /// Rules of the user that overrule how payloads are read. Rows dissected from now on follow
    /// them.
    void setPayloadRules(PayloadRules rules);
    const PayloadRules& payloadRules() const;

    /// Whether rows dissected from now on say if their packets' checksums are right; off at first,
    /// since a capture made by the sender itself has checksums that its network card was to fill.
    void setChecksumVerification(bool on);
    bool checksumVerification() const;
    /// Verifies the checksums of all packets, whether or not rows are to say it. Reads the capture
    /// again.
    ChecksumFigures verifyChecksums() const;

    RecordId rowCount() const;
    Record record(RecordId row) const;
    /// Those of the records from `first` on, which there are, for whoever asks it of all rows.
    void connectionsOf(RecordId first, std::span<ConnectionId> into) const;
    ConnectionId connectionCount() const;
    /// An empty one for kNoConnection.
    const ConnectionInfo& connection(ConnectionId connection) const;
    std::string_view name(NameId name) const;
    /// What the row's request asked for, with its query: of a row in a body or a WebSocket the
    /// request that it follows from. Empty if it was not captured.
    std::string_view requestTarget(RecordId row) const;
    /// Engine.IO sessions in the order in which they were first seen; engineio::SessionId counts
    /// them.
    const std::vector<engineio::SessionInfo>& engineSessions() const;
    const Statistics& statistics() const;
    /// What the capture file says of itself, as far as it was read; made anew at each call.
    CaptureProperties properties() const;
    /// The first name that the capture file gives an address, wherever in it; empty if none.
    std::string_view hostName(const IpAddress& address) const;
    /// Plain sentences about the capture as a whole: cut off, damaged, limits met.
    const std::vector<std::string>& notices() const;
    /// Where clients ask again and again, and what that costs; in the order in which it was seen.
    const std::vector<http::PollSummary>& polls() const;
    /// Bytes of memory that the index takes: what is kept of every row, packet and connection,
    /// whatever they carry. Cheap to ask.
    std::uint64_t memoryBytes() const;
    /// True once the capture was read to its end (or to the place where it is damaged).
    bool complete() const;
    /// True if reading stopped at a damaged place.
    bool damaged() const;

    /// How many links and remarks of a row are known: what later rows have told about it. When it
    /// has become more, the row's dissection says more.
    std::size_t learntAbout(RecordId row) const;
    /// The row taken apart: every layer from the packet up, and its byte sources, the most decoded
    /// one last. Bytes the file no longer gives become holes and an issue. Without texts, lines of
    /// the tree may lack theirs; its fields and their values are the same.
    Dissection dissect(RecordId row, StreamContext context = StreamContext::Without,
                       TreeTexts texts = TreeTexts::With) const;
    /// The row's text cells. Reads at most a few hundred bytes of payload.
    RowText text(RecordId row) const;

    /// The row's unit as it stands on the wire: a head, a frame with its header, a unit of a body
    /// as the decoded body has it. Empty for rows of events.
    RowBytes wireBytes(RecordId row) const;
    /// The WebSocket message up to and with the row's frame, unmasked, joined and inflated; of a
    /// control frame its payload.
    RowBytes messageBytes(RecordId row) const;
    /// Of the same message the bytes that are decoded behind each of its frames.
    std::vector<std::uint64_t> messageFrameEnds(RecordId row) const;
    /// The data of the row's Engine.IO packet, base64 undone, by whichever transport it came.
    RowPacket packetData(RecordId row) const;
    /// The body behind the head of a row.
    RowBody bodyBytes(RecordId row) const;
    /// The links in which the row is the later one, and those in which it is the earlier one.
    std::vector<RowLink> linksFrom(RecordId row) const;
    std::vector<RowLink> linksTo(RecordId row) const;

    /// Opaque; defined in session_state.h for the files that implement the session.
    struct State;

private:
    friend class PlainValues;

    std::unique_ptr<State> m_state;
};

}  // namespace framescope
