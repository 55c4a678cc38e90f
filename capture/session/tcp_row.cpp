#include "capture/session/tcp_row.h"

#include <algorithm>

#include "capture/session/row_dissector.h"
#include "capture/session/stream_reader.h"
#include "dissector/payload/utf8.h"
#include "dissector/tcp/gap_issue.h"
#include "dissector/tcp/stream_sink.h"

namespace framescope {
namespace {

/// A few of the bytes: as text where they are some, and in hex otherwise.
std::string glimpse(ByteView bytes) {
    constexpr std::size_t kBytes = 12;
    const ByteView shown = bytes.first(std::min(bytes.size(), kBytes));
    const bool isText = !shown.empty() && std::ranges::all_of(shown, [](std::uint8_t byte) {
        return byte >= 0x20 && byte < 0x7f;
    });
    std::string text = isText ? "\"" + std::string(asText(shown)) + "\"" : formatHex(shown);
    if (shown.size() < bytes.size()) text += "…";
    return bytes.empty() ? "cannot be read again" : text;
}

}  // namespace

ConflictingBytes conflictingBytes(const Session::State& state, RecordId row, std::uint64_t limit) {
    const Record& record = state.records[row];
    ConflictingBytes bytes;
    const StreamMap& map = state.stream(record);
    const auto extents = map.find({record.streamOffset, record.streamOffset + 1});
    if (!extents.empty()) bytes.firstPacket = extents.front().packet;
    bytes.first =
        StreamReader(state.file.get(), map).read(record.streamOffset, record.length, limit).bytes;
    const auto later = state.laterVersions.find(row);
    if (later.empty() || state.file == nullptr) return bytes;
    const auto length = static_cast<std::uint32_t>(std::min(record.length, limit));
    if (auto read = state.file->readBytes(later.front().fileOffset, length)) {
        bytes.later = std::move(*read);
    }
    return bytes;
}

Bytes bytesBesideStream(const Session::State& state, RecordId row, std::uint64_t limit) {
    const auto places = state.laterVersions.find(row);
    if (places.empty() || state.file == nullptr) return {};
    const auto length = static_cast<std::uint32_t>(std::min(state.records[row].length, limit));
    auto bytes = state.file->readBytes(places.front().fileOffset, length);
    return bytes ? std::move(*bytes) : Bytes();
}

std::string gapText(const Record& record) {
    std::string text = byteCountText(record.length) + " missing from the capture";
    switch (static_cast<tcp::GapCause>(record.detail)) {
        case tcp::GapCause::NotAcknowledged:
            return text + ", never acknowledged";
        case tcp::GapCause::CutShort:
            return text + ", their packet was cut short";
        case tcp::GapCause::GivenUp:
            return text + ", given up since too much was held behind them";
        case tcp::GapCause::NotCaptured:
            return text + ": the peer received them";
        case tcp::GapCause::OneSided:
            break;
    }
    return text;
}

std::string conflictText(const Session::State& state, RecordId row) {
    constexpr std::uint64_t kRead = 64;
    const ConflictingBytes bytes = conflictingBytes(state, row, kRead);
    return byteCountText(state.records[row].length) + " sent again with other contents  first " +
           glimpse(bytes.first) + ", later " + glimpse(bytes.later);
}

void RowDissector::describeGap() {
    const FieldIndex gap = tree().open(
        FieldId::TcpGap, Place{}, 0,
        byteCountText(m_record.length) + " at offset " + groupedDigits(m_record.streamOffset));
    tree().addComputed(FieldId::TcpGapLength, m_record.length);
    const auto cause = static_cast<tcp::GapCause>(m_record.detail);
    if (cause == tcp::GapCause::NotCaptured || cause == tcp::GapCause::NotAcknowledged) {
        const bool acknowledged = cause == tcp::GapCause::NotCaptured;
        tree().addComputed(FieldId::TcpGapAcknowledged, std::uint64_t{acknowledged},
                           acknowledged ? "yes, the peer received them" : "no, never");
    }
    tree().close();
    IssueSink issues;
    issues.add(tcp::issueOf(cause));
    tree().attach(issues, gap);
}

void RowDissector::describeConflict() {
    ConflictingBytes bytes = conflictingBytes(m_state, m_row, m_reader.limit());
    const FieldIndex conflict = tree().open(
        FieldId::TcpConflict, Place{}, 0,
        byteCountText(m_record.length) + " at offset " + groupedDigits(m_record.streamOffset));
    tree().addComputed(FieldId::TcpConflictLength, m_record.length);
    const auto add = [this](FieldId field, const char* name, Bytes version, PacketNumber packet) {
        if (version.empty()) return;
        const std::size_t size = version.size();
        const SourceId source = m_dissection.addSource(SourceKind::Stream, name, version);
        m_dissection.sources[source].origin = m_record.streamOffset;
        std::string text = byteCountText(size);
        if (packet != 0) text += ", in packet " + groupedDigits(packet);
        tree().add(field, Place{source, 0}, size, std::move(version), std::move(text));
    };
    add(FieldId::TcpConflictFirst, "Seen first", std::move(bytes.first), 0);
    if (bytes.firstPacket != 0) {
        tree().addComputed(FieldId::TcpConflictFirstPacket, std::uint64_t{bytes.firstPacket});
    }
    add(FieldId::TcpConflictLater, "Seen later", std::move(bytes.later), m_record.packet);
    tree().close();
    IssueSink issues;
    issues.add(IssueCode::TcpOverlapConflict);
    tree().attach(issues, conflict);
}

}  // namespace framescope
