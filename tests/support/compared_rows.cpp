#include "tests/support/compared_rows.h"

#include <functional>
#include <set>
#include <string_view>
#include <utility>

namespace framescope::test {
namespace {

std::string digest(ByteView bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::to_string(bytes.size()) + ":" + std::to_string(std::hash<std::string_view>{}(text));
}

const char* kindName(RowKind kind) {
    switch (kind) {
        case RowKind::TcpOpen:
            return "open";
        case RowKind::TcpEnd:
            return "end";
        case RowKind::TcpGap:
            return "gap";
        case RowKind::TcpSegment:
            return "segment";
        case RowKind::HttpRequest:
            return "request";
        case RowKind::HttpResponse:
            return "response";
        case RowKind::WebSocketFrame:
            return "frame";
        case RowKind::EngineIoPacket:
            return "packet in a body";
        case RowKind::EventStreamEvent:
            return "event in a body";
        case RowKind::CaptureDrop:
            return "drop";
        case RowKind::CaptureComment:
            return "comment";
        case RowKind::UnreadPacket:
            return "packet that is not read";
        case RowKind::TcpConflict:
            return "conflict";
    }
    return "?";
}

bool isOpenOrEnd(RowKind kind) {
    return kind == RowKind::TcpOpen || kind == RowKind::TcpEnd;
}

std::string line(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    std::string text = kindName(record.kind);
    text += std::string(" ") + protocolName(record.protocol);
    if (!isOpenOrEnd(record.kind)) {
        text += " at " + std::to_string(record.streamOffset) + "+" + std::to_string(record.length);
    }
    text += " opcode " + std::to_string(record.opcode) + " types " +
            std::to_string(record.engineType) + "/" + std::to_string(record.socketType) + " form " +
            std::to_string(record.form) + " flags " + std::to_string(record.flags) + " detail " +
            std::to_string(record.detail) + " \"" + std::string(session.name(record.name)) + '"';
    if (record.kind == RowKind::WebSocketFrame) {
        text += " " + digest(session.messageBytes(row).bytes);
    } else if (!isOpenOrEnd(record.kind) && record.kind != RowKind::TcpGap) {
        text += " " + digest(session.wireBytes(row).bytes);
    }
    return text;
}

}  // namespace

ComparedRow comparedRow(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    std::string where = "capture";
    if (record.connection != kNoConnection) {
        // Connections of the same ends are told apart by which comes first.
        const ConnectionInfo& info = session.connection(record.connection);
        int same = 1;
        for (ConnectionId id = 0; id < record.connection; ++id) {
            const ConnectionInfo& other = session.connection(id);
            if (other.client == info.client && other.server == info.server) ++same;
        }
        where = info.client.text() + " " + info.server.text() + " #" + std::to_string(same);
        const bool fromClient = record.direction == Direction::ClientToServer;
        if (!isOpenOrEnd(record.kind)) where += fromClient ? " client" : " server";
    }
    return {std::move(where), line(session, row)};
}

ComparedRows comparedRows(const Session& session) {
    ComparedRows rows;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        ComparedRow compared = comparedRow(session, row);
        rows[compared.where].push_back(std::move(compared.text));
    }
    return rows;
}

std::string firstDifference(const ComparedRows& actual, const ComparedRows& wanted) {
    std::set<std::string> lists;
    for (const auto& [name, rows] : actual) lists.insert(name);
    for (const auto& [name, rows] : wanted) lists.insert(name);
    for (const std::string& name : lists) {
        const auto at = actual.find(name);
        const auto wantedAt = wanted.find(name);
        static const std::vector<std::string> kNone;
        const auto& has = at == actual.end() ? kNone : at->second;
        const auto& should = wantedAt == wanted.end() ? kNone : wantedAt->second;
        if (has == should) continue;
        for (std::size_t i = 0;; ++i) {
            const std::string a = i < has.size() ? has[i] : "nothing";
            const std::string b = i < should.size() ? should[i] : "nothing";
            if (a == b) continue;
            return name + ", row " + std::to_string(i + 1) + " of " + std::to_string(has.size()) +
                   ", should be " + std::to_string(should.size()) + "\n    is        " + a +
                   "\n    should be " + b;
        }
    }
    return {};
}

std::string placeOnWire(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    const ConnectionInfo& info = session.connection(record.connection);
    const bool fromClient = record.direction == Direction::ClientToServer;
    const auto sequence = info.initialSequence[indexOf(record.direction)] +
                          static_cast<std::uint32_t>(record.streamOffset);
    return (fromClient ? info.client : info.server).text() + " " +
           (fromClient ? info.server : info.client).text() + " " + std::to_string(sequence);
}

std::string frameOnWire(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    constexpr std::uint32_t kBits = kFlagFin | kFlagMasked | kFlagRsv1 | kFlagIncomplete;
    return std::to_string(record.opcode) + " " + std::to_string(record.length) + " " +
           std::to_string(record.flags & kBits) + " " + digest(session.wireBytes(row).bytes);
}

}  // namespace framescope::test
