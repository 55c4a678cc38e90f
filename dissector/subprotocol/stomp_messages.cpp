// STOMP on the messages of one connection: which connections speak it, and which frame answers
// which. Receipts name the frame that asked for them.
#include <algorithm>
#include <array>

#include "dissector/layer/pending_rows.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/stomp.h"

namespace framescope::stomp {
namespace {

constexpr std::array kSubprotocols = {std::string_view("v10.stomp"), std::string_view("v11.stomp"),
                                      std::string_view("v12.stomp"), std::string_view("stomp")};

/// Agreed on, or a message that is a connection's first frame and nothing else could be.
bool recognise(const MessageView& message, const ConnectionView& connection) {
    if (!connection.subprotocol.empty() &&
        std::ranges::find(kSubprotocols, connection.subprotocol) != kSubprotocols.end()) {
        return true;
    }
    // CONNECTED begins so, too.
    const std::string_view text = message.asText();
    if (!text.starts_with("CONNECT") && !text.starts_with("STOMP")) return false;
    const auto frame = parse(text);
    if (!frame || !frame->terminated || !frame->malformed.empty()) return false;
    const bool client = message.direction == Direction::ClientToServer;
    if (client) {
        return (frame->command == "CONNECT" || frame->command == "STOMP") &&
               !frame->headers.empty();
    }
    return frame->command == "CONNECTED" && frame->header("version");
}

class StompReader : public MessageReader {
public:
    void read(const MessageView& message, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        const std::vector<Frame> frames = parseMessage(message.asText());
        if (frames.empty()) return;
        record.protocol = Protocol::Stomp;
        for (const Frame& frame : frames) {
            if (message.whole) check(frame, issues);
            if (frame.isHeartBeat()) continue;
            const auto destination = frame.header("destination");
            const RecordId row = out.nextRow();
            if (const auto receipt = frame.header("receipt")) {
                const NameId name = destination ? out.intern(*destination) : 0;
                m_receipts.add(KeyHash().add(message.direction).add(*receipt), {row, name, 0});
            }
            if (frame.command == "CONNECT" || frame.command == "STOMP") m_connect = row;
            if (frame.command == "CONNECTED" && m_connect != kNoRecord) {
                out.link({row, m_connect, 0, LinkKind::ResponseTo});
                m_connect = kNoRecord;
            }
            NameId answered = 0;
            if (const auto receipt = frame.header("receipt-id")) {
                const auto asked =
                    m_receipts.take(KeyHash().add(opposite(message.direction)).add(*receipt));
                if (asked) {
                    answered = asked->name;
                    out.link({row, asked->row, 0, LinkKind::ResponseTo});
                }
            }
            if (record.name == 0) record.name = destination ? out.intern(*destination) : answered;
        }
    }

private:
    RecordId m_connect = kNoRecord;
    PendingRows m_receipts;
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<StompReader>();
}

void describeMessage(const MessageView& message, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    const std::vector<Frame> frames = parseMessage(message.asText());
    for (const Frame& frame : frames) {
        const FieldIndex layer = describe(frame, dissection.fields, place);
        IssueSink issues;
        if (message.whole) check(frame, issues);
        dissection.fields.attach(issues, layer);
    }
    if (!frames.empty()) protocols += ":stomp";
}

std::string summariseMessage(const MessageView& message, const RowContext&, std::size_t maxChars) {
    MessageLine line(maxChars);
    for (const Frame& frame : parseMessage(message.asText())) {
        // The end-of-line that many clients put behind every frame says nothing.
        if (frame.isHeartBeat() && !line.empty()) continue;
        line.add(summary(frame, maxChars));
        if (line.full()) break;
    }
    return line.take();
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::Stomp, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::stomp
