// Messages of a connection without packets and frames: fed to a protocol's reader one by one, and
// taken apart again as the session would do it, so that tests of a protocol on messages are a list
// of messages.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/layer/message_protocol.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

namespace framescope::test {

class MessageRun {
public:
    static constexpr Direction kClient = Direction::ClientToServer;
    static constexpr Direction kServer = Direction::ServerToClient;

    explicit MessageRun(const MessageProtocol& protocol)
        : m_protocol(protocol), m_reader(protocol.makeReader()) {}

    /// The next message. Returns its row.
    RecordId add(Direction direction, Bytes bytes, bool text) {
        m_messages.push_back({std::move(bytes), direction, text});
        Record record;
        record.kind = RowKind::WebSocketFrame;
        record.protocol = Protocol::WebSocket;
        record.direction = direction;
        IssueSink issues;
        m_reader->read(view(m_messages.size() - 1), record, issues, recorder);
        for (const Issue& issue : issues.issues()) {
            if (!issue.contextual) m_found.emplace_back(recorder.nextRow(), issue.code);
        }
        return emitJudged(record, issues, recorder);
    }
    RecordId text(Direction direction, std::string_view text) {
        return add(direction, bytesOf(text), true);
    }
    RecordId hex(Direction direction, const char* digits) {
        return add(direction, fromHex(digits), false);
    }

    MessageView view(std::size_t row) const {
        const Message& message = m_messages[row];
        return {message.bytes, message.text, true, message.direction};
    }
    const Record& record(RecordId row) const { return recorder.records[row]; }
    std::string_view name(RecordId row) const { return recorder.names[record(row).name]; }
    std::string summary(RecordId row, std::size_t maxChars = 200) const {
        return m_protocol.summary(view(row), Context(*this, row), maxChars);
    }
    Dissection dissect(RecordId row) const {
        Dissection dissection;
        const SourceId source =
            dissection.addSource(SourceKind::Frame, "Frame", m_messages[row].bytes);
        // Rows that are none of the protocol's are not given to it.
        if (record(row).protocol == Protocol::WebSocket) return dissection;
        std::string protocols;
        m_protocol.describe(view(row), Context(*this, row), dissection, Place{source, 0},
                            protocols);
        return dissection;
    }
    std::string tree(RecordId row) const { return treeText(dissect(row).fields); }
    /// Issues that reading found in the row's own bytes, and those that taking it apart finds.
    std::vector<IssueCode> issuesRead(RecordId row) const {
        std::vector<IssueCode> codes;
        for (const auto& [at, code] : m_found) {
            if (at == row) codes.push_back(code);
        }
        return codes;
    }
    std::vector<IssueCode> issuesDescribed(RecordId row) const {
        std::vector<IssueCode> codes;
        const Dissection dissection = dissect(row);
        for (const FieldIssue& entry : dissection.fields.issues())
            codes.push_back(entry.issue.code);
        return codes;
    }
    /// "2 response 0": what belongs to what, one link a line.
    std::string links() const {
        std::string text;
        for (const RowLink& link : recorder.links) {
            text += std::to_string(link.from) + " " + std::string(linkKindName(link.kind)) + " " +
                    std::to_string(link.to) + "\n";
        }
        return text;
    }

    LayerRecorder recorder;

private:
    struct Message {
        Bytes bytes;
        Direction direction;
        bool text;
    };
    class Context final : public RowContext {
    public:
        Context(const MessageRun& run, RecordId row) : m_run(run), m_row(row) {}
        RecordId row() const override { return m_row; }
        Record record(RecordId row) const override { return m_run.record(row); }
        using RowContext::record;
        std::string_view name(NameId name) const override { return m_run.recorder.names[name]; }
        ConnectionView connection() const override { return {m_run.recorder.known, {}, {}}; }
        std::vector<RowLink> linksFrom(RecordId row) const override {
            std::vector<RowLink> found;
            for (const RowLink& link : m_run.recorder.links) {
                if (link.from == row) found.push_back(link);
            }
            return found;
        }
        std::vector<RowLink> linksTo(RecordId row) const override {
            std::vector<RowLink> found;
            for (const RowLink& link : m_run.recorder.links) {
                if (link.to == row) found.push_back(link);
            }
            return found;
        }
        Bytes payload(RecordId row, std::uint64_t) const override {
            return m_run.m_messages[row].bytes;
        }
        std::string_view requestTarget() const override { return {}; }
        PayloadChoice payloadChoice(std::string_view) const override { return {}; }

    private:
        const MessageRun& m_run;
        RecordId m_row;
    };

    const MessageProtocol& m_protocol;
    std::unique_ptr<MessageReader> m_reader;
    std::vector<Message> m_messages;
    std::vector<std::pair<RecordId, IssueCode>> m_found;
};

}  // namespace framescope::test
