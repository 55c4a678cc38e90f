// A connection without packets: owns the layer in charge, feeds it as the ingest would, and writes
// down what it emits.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/layer/conversations.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/layer.h"

namespace framescope::test {

/// A connection: owns the layer in charge, and writes down what it emits.
class LayerRecorder : public LayerOutput {
public:
    std::vector<Record> records;
    std::vector<std::string> names{""};
    ConnectionFacts known;
    std::vector<RowLink> links;
    std::vector<RowRemark> remarks;
    std::vector<Checkpoint> checkpoints;

    RecordId emit(Record& record) override {
        record.packet = m_arrival.packet;
        records.push_back(record);
        return static_cast<RecordId>(records.size() - 1);
    }
    RecordId nextRow() const override { return static_cast<RecordId>(records.size()); }
    void countIssue(IssueCode) override {}
    void link(const RowLink& link) override { links.push_back(link); }
    void remark(RecordId row, IssueCode code, std::uint16_t part, std::string_view) override {
        remarks.push_back({row, code, part, 0});
    }
    void checkpoint(Direction, Checkpoint checkpoint) override {
        checkpoints.push_back(std::move(checkpoint));
    }
    ConnectionId connection() const override { return 0; }
    const Endpoint& client() const override { return m_ends[0]; }
    const Endpoint& server() const override { return m_ends[1]; }
    Conversations& conversations() override { return m_conversations; }
    NameId intern(std::string_view name) override {
        names.emplace_back(name);
        return static_cast<NameId>(names.size() - 1);
    }
    Arrival arrival() const override { return m_arrival; }
    void setArrival(Arrival arrival) override { m_arrival = arrival; }
    ConnectionFacts& facts() override { return known; }
    void replaceWith(std::unique_ptr<Layer> next) override { m_next.push_back(std::move(next)); }

    void start(std::unique_ptr<Layer> layer) { m_layer = std::move(layer); }
    void data(Direction d, ByteView bytes) {
        ++m_arrival.packet;
        m_layer->data(d, m_offset[indexOf(d)], bytes, *this);
        m_offset[indexOf(d)] += bytes.size();
        settle();
    }
    void data(Direction d, std::string_view text) { data(d, asBytes(text)); }
    void gap(Direction d, std::uint64_t missing) {
        m_layer->gap(d, m_offset[indexOf(d)], missing, *this);
        m_offset[indexOf(d)] += missing;
        settle();
    }
    void end(Direction d) {
        m_layer->end(d, EndReason::Fin, *this);
        settle();
    }

    /// "c GET /", "s 101", "c text 5", "s bytes 12", each with its place.
    std::string rows() const {
        std::string text;
        for (const Record& r : records) {
            text += r.direction == Direction::ClientToServer ? "c " : "s ";
            switch (r.kind) {
                case RowKind::HttpRequest:
                    text += names[r.name];
                    break;
                case RowKind::HttpResponse:
                    text += std::to_string(r.detail);
                    break;
                case RowKind::WebSocketFrame:
                    text += "frame" + std::to_string(r.opcode);
                    break;
                default:
                    text += "bytes";
            }
            text += " " + std::to_string(r.streamOffset) + "+" + std::to_string(r.length);
            if (r.has(kFlagIncomplete)) text += " incomplete";
            if (r.has(kFlagResynchronised)) text += " found";
            text += "\n";
        }
        return text;
    }
    /// "1>0 3>2": which rows are said to answer which.
    std::string pairs() const {
        std::string text;
        for (const RowLink& link : links) {
            if (link.kind != LinkKind::ResponseTo) continue;
            text += (text.empty() ? "" : " ") + std::to_string(link.from) + ">" +
                    std::to_string(link.to);
        }
        return text;
    }
    std::size_t count(RowKind kind) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(records, [kind](const Record& r) { return r.kind == kind; }));
    }
    /// Every byte of every stream is in at most one row.
    bool overlaps() const {
        for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
            std::uint64_t end = 0;
            for (const Record& r : records) {
                if (r.direction != d) continue;
                if (r.streamOffset < end) return true;
                end = r.streamOffset + r.length;
            }
        }
        return false;
    }

private:
    void settle() {
        if (m_next.empty()) return;
        m_layer = std::move(m_next.back());
        m_next.clear();
    }

    std::unique_ptr<Layer> m_layer = std::make_unique<DetectLayer>();
    std::vector<std::unique_ptr<Layer>> m_next;
    std::array<StreamOffset, 2> m_offset{};
    std::array<Endpoint, 2> m_ends{};
    Conversations m_conversations;
    Arrival m_arrival;
};

}  // namespace framescope::test
