// Conversations: scripts of messages in, rows with their issues and links out, and what another row
// tells of one when it is taken apart.
#include <algorithm>
#include <map>

#include <QtTest>

#include "dissector/engineio/packet.h"
#include "dissector/payload/msgpack_writer.h"
#include "dissector/socketio/conversation.h"
#include "dissector/socketio/socketio_messages.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::socketio;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// A conversation and what it says of its rows.
class Script {
public:
    explicit Script(std::uint8_t revision = 4, bool fromStart = true, bool socketIo = true)
        : m_revision(revision), m_fromStart(fromStart), m_socketIo(socketIo) {
        recorder.known.engineVersion = revision;
    }

    RecordId say(Direction direction, ByteView bytes, bool text, bool whole = true) {
        Record record;
        record.kind = RowKind::WebSocketFrame;
        record.direction = direction;
        record.protocol = Protocol::EngineIo;
        record.engineType = 4;
        record.length = bytes.size();
        if (!text) record.flags |= kFlagBinary;
        const auto form = text              ? engineio::PacketForm::Text
                          : m_revision == 3 ? engineio::PacketForm::TypedBinary
                                            : engineio::PacketForm::Binary;
        record.form = static_cast<std::uint8_t>(form);
        IssueSink issues;
        conversation.message({bytes, text, whole, m_revision, m_fromStart, m_socketIo}, direction,
                             recorder.nextRow(), record, issues, recorder);
        for (const Issue& issue : issues.issues()) {
            if (!issue.contextual) m_own[recorder.nextRow()].push_back(issue.code);
        }
        Bytes payload(bytes.begin(), bytes.end());
        if (text) payload.insert(payload.begin(), '4');
        if (!text && m_revision == 3) payload.insert(payload.begin(), 4);
        payloads.push_back(std::move(payload));
        return emitJudged(record, issues, recorder);
    }
    RecordId client(std::string_view text) { return say(kClient, asBytes(text), true); }
    RecordId server(std::string_view text) { return say(kServer, asBytes(text), true); }
    RecordId clientBytes(std::string_view bytes) { return say(kClient, asBytes(bytes), false); }
    RecordId serverBytes(std::string_view bytes) { return say(kServer, asBytes(bytes), false); }
    void end() { conversation.end(recorder); }

    /// Names of the row's issues, from its bytes and from other rows.
    std::string issues(RecordId row) const {
        std::vector<IssueCode> codes;
        if (const auto own = m_own.find(row); own != m_own.end()) codes = own->second;
        for (const RowRemark& remark : recorder.remarks) {
            if (remark.row == row) codes.push_back(remark.code);
        }
        std::string text;
        for (const IssueCode code : codes) {
            text += (text.empty() ? "" : " ") + std::string(issueInfo(code).name);
        }
        return text;
    }
    /// All of them, "row: name", one a line.
    std::string allIssues() const {
        std::string text;
        for (RecordId row = 0; row < recorder.records.size(); ++row) {
            if (const std::string found = issues(row); !found.empty()) {
                text += std::to_string(row) + ": " + found + "\n";
            }
        }
        return text;
    }
    /// "from kind to", one a line.
    std::string links() const {
        std::string text;
        for (const RowLink& link : recorder.links) {
            text += std::to_string(link.from) + " " + std::string(linkKindName(link.kind)) + " " +
                    std::to_string(link.to);
            if (link.value != 0) text += " #" + std::to_string(link.value);
            text += "\n";
        }
        return text;
    }
    /// "EVENT", or "-" where the row is no packet.
    std::string type(RecordId row) const {
        const Record& record = recorder.records[row];
        if (record.protocol != Protocol::SocketIo) return "-";
        return std::string(packetTypeName(static_cast<PacketType>(record.socketType), m_revision));
    }

    /// The row taken apart as the session would.
    Dissection describe(RecordId row) const;
    std::string summary(RecordId row) const;

    test::LayerRecorder recorder;
    Conversation conversation;
    std::vector<Bytes> payloads;

private:
    MessageData data(RecordId row) const {
        const bool text = !recorder.records[row].has(kFlagBinary);
        ByteView bytes = payloads[row];
        if (text || m_revision == 3) bytes = bytes.subspan(1);
        return {bytes, text, true, m_revision};
    }

    std::map<RecordId, std::vector<IssueCode>> m_own;
    std::uint8_t m_revision;
    bool m_fromStart;
    bool m_socketIo;
};

class ScriptContext final : public RowContext {
public:
    ScriptContext(const Script& script, RecordId row) : m_script(script), m_row(row) {}

    RecordId row() const override { return m_row; }
    Record record(RecordId row) const override { return m_script.recorder.records[row]; }
    using RowContext::record;
    std::string_view name(NameId name) const override { return m_script.recorder.names[name]; }
    ConnectionView connection() const override { return {m_script.recorder.known, "", ""}; }
    std::vector<RowLink> linksFrom(RecordId row) const override {
        return linksWhere([row](const RowLink& link) { return link.from == row; });
    }
    std::vector<RowLink> linksTo(RecordId row) const override {
        return linksWhere([row](const RowLink& link) { return link.to == row; });
    }
    Bytes payload(RecordId row, std::uint64_t limit) const override {
        Bytes bytes = m_script.payloads[row];
        bytes.resize(std::min<std::uint64_t>(bytes.size(), limit));
        return bytes;
    }
    std::string_view requestTarget() const override { return {}; }
    PayloadChoice payloadChoice(std::string_view) const override { return {}; }

private:
    template <typename Predicate>
    std::vector<RowLink> linksWhere(Predicate predicate) const {
        std::vector<RowLink> links;
        std::ranges::copy_if(m_script.recorder.links, std::back_inserter(links), predicate);
        return links;
    }

    const Script& m_script;
    RecordId m_row;
};

Dissection Script::describe(RecordId row) const {
    Dissection dissection;
    dissection.addSource(SourceKind::Message, "Message", payloads[row]);
    std::string protocols;
    const bool typed = payloads[row].size() != data(row).bytes.size();
    describeMessage(data(row), ScriptContext(*this, row), dissection, Place{0, typed ? 1U : 0U},
                    protocols);
    return dissection;
}

std::string Script::summary(RecordId row) const {
    return summariseMessage(data(row), ScriptContext(*this, row), 100);
}

/// The value of the first field with this id, as text; "none" where there is none.
std::string valueOf(const Dissection& dissection, FieldId id) {
    const FieldIndex field = dissection.fields.find(id);
    if (field == kNoField) return "none";
    return formatValue(fieldInfo(id).type, dissection.fields[field].value);
}

/// A connected conversation of revision 5: rows 0 and 1 are the two CONNECT.
class Connected : public Script {
public:
    Connected() {
        client("0");
        server("0{\"sid\":\"abc\"}");
    }
};

Bytes msgpackEvent(std::string_view name, std::optional<std::uint64_t> id) {
    Bytes bytes;
    MsgpackWriter writer(bytes);
    writer.map(id ? 4 : 3);
    writer.text("type");
    writer.unsignedInteger(2);
    writer.text("data");
    writer.array(2);
    writer.text(name);
    writer.binary(asBytes("12345"));
    if (id) {
        writer.text("id");
        writer.unsignedInteger(*id);
    }
    writer.text("nsp");
    writer.text("/");
    return bytes;
}

class TestConversation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanRevision5() {
        Script s;
        s.client("0{\"token\":\"x\"}");
        s.server("0{\"sid\":\"abc\"}");
        s.client("0/chat,");
        s.client("20[\"ask\",1]");
        s.server("4/chat,{\"message\":\"no\"}");
        s.server("30[\"answer\"]");
        s.server("20[\"ask\"]");
        s.client("30[]");
        s.client("1");
        s.end();
        QCOMPARE(s.allIssues(), std::string());
        QCOMPARE(s.links(), std::string("1 response 0\n4 response 2\n5 ack 3\n7 ack 6\n"));
        QCOMPARE(s.type(4), std::string("CONNECT_ERROR"));
        QCOMPARE(s.recorder.names[s.recorder.records[3].name], std::string("ask"));
        QVERIFY(s.recorder.records[3].has(kFlagHasAckId));
    }

    // The default namespace is connected by the server, without being asked.
    void cleanRevision4() {
        Script s(3);
        s.client("2[\"early\"]");
        s.server("0");
        s.client("0/chat?token=1,");
        s.server("0/chat");
        s.client("2/chat,1[\"a\"]");
        s.server("3/chat,1[]");
        s.server("4\"Not authorized\"");
        s.server("4/chat,[1]");
        s.client("1/chat");
        s.end();
        QCOMPARE(s.allIssues(), std::string());
        QCOMPARE(s.links(), std::string("3 response 2\n5 ack 4\n"));
        QCOMPARE(s.type(6), std::string("ERROR"));
    }

    void acknowledgements() {
        Connected s;
        s.client("25[\"first\"]");
        s.client("25[\"again\"]");
        s.server("35[]");
        s.server("35[]");
        s.server("37[]");
        s.server("3[]");
        s.client("27[\"never\"]");
        s.server("25[\"the other side's\"]");
        s.client("2/,8[\"x\"]");
        s.server("38[]");
        s.end();
        QCOMPARE(s.allIssues(), std::string("3: socketio.ack-id-reused\n"
                                            "5: socketio.ack-unasked\n"
                                            "6: socketio.ack-unasked\n"
                                            "7: socketio.ack-id-missing\n"
                                            "8: socketio.ack-missing\n"
                                            "9: socketio.ack-missing\n"));
        QCOMPARE(s.links(), std::string("1 response 0\n4 ack 3\n11 ack 10\n"));
    }

    // An id counts in its namespace.
    void acknowledgementsByNamespace() {
        Connected s;
        s.client("0/a,");
        s.server("0/a,{\"sid\":\"x\"}");
        s.client("21[\"here\"]");
        s.client("2/a,1[\"there\"]");
        s.server("3/a,1[]");
        s.server("31[]");
        s.end();
        QCOMPARE(s.allIssues(), std::string());
        QCOMPARE(s.links(), std::string("1 response 0\n3 response 2\n6 ack 5\n7 ack 4\n"));
    }

    void greatIds() {
        Connected s;
        s.client("25000000000[\"a\"]");
        s.client("29007199254740991[\"b\"]");
        s.server("39007199254740991[]");
        s.server("35000000000[]");
        s.end();
        QCOMPARE(s.links(), std::string("1 response 0\n4 ack 3\n5 ack 2\n"));
        QCOMPARE(s.recorder.records[2].detail, 0xffffffffU);
        QCOMPARE(valueOf(s.describe(2), FieldId::SocketIoId), std::string("5000000000"));
    }

    void moreThanIsRemembered() {
        Connected s;
        for (std::size_t i = 0; i <= OpenAcks::kMax; ++i) {
            s.client("2" + std::to_string(i) + "[\"a\"]");
        }
        const RecordId late = s.server("30[]");
        const RecordId known = s.server("31[]");
        s.end();
        QCOMPARE(s.issues(late), std::string());
        QCOMPARE(s.recorder.links.back().from, known);
        QCOMPARE(s.recorder.remarks.size(), OpenAcks::kMax - 1);
    }

    void lateBeginAndLoss() {
        Script late(4, false);
        late.server("31[]");
        late.client("2/chat,[\"a\"]");
        late.clientBytes("of a packet before the capture");
        late.end();
        QCOMPARE(late.issues(0) + late.issues(1), std::string());

        Connected s;
        s.client("21[\"a\"]");
        s.client("51-[\"b\",{\"_placeholder\":true,\"num\":0}]");
        s.conversation.lost(kClient, s.recorder);
        s.clientBytes("may belong to what is missing");
        s.server("39[]");
        s.client("2/new,[\"c\"]");
        s.end();
        QCOMPARE(s.allIssues(), std::string("2: socketio.ack-missing\n"));
    }

    void attachmentsJoin() {
        Connected s;
        const RecordId packet = s.client(
            "52-/chat,3[\"upload\",{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,"
            "\"num\":1}}]");
        s.server("2[\"between\"]");
        const RecordId first = s.clientBytes("twelve bytes");
        const RecordId second = s.clientBytes("{\"json\":1}");
        QCOMPARE(s.type(packet), std::string("BINARY_EVENT"));
        QCOMPARE(s.type(first), std::string("-"));
        QVERIFY(s.links().ends_with("4 attachment 2\n5 attachment 2 #1\n"));
        QCOMPARE(s.summary(first), std::string("attachment 1 of 2 of BINARY_EVENT upload, row 3"));
        QCOMPARE(s.summary(second), std::string("attachment 2 of 2 of BINARY_EVENT upload, row 3"));

        const Dissection whole = s.describe(packet);
        QCOMPARE(valueOf(whole, FieldId::SocketIoArgs), std::string("[12,{\"a\":10}]"));
        QCOMPARE(valueOf(whole, FieldId::SocketIoAttachments), std::string("2"));
        QCOMPARE(whole.sources.size(), std::size_t(3));
        QCOMPARE(whole.sources[1].name, std::string("Attachment 1"));
        QCOMPARE(std::string(asText(whole.sources[1].bytes)), std::string("twelve bytes"));
        QVERIFY(whole.fields.find(FieldId::SocketIoAttachment) != kNoField);

        const Dissection one = s.describe(second);
        QCOMPARE(valueOf(one, FieldId::SocketIoAttachmentOf), s.summary(second));
        QCOMPARE(valueOf(one, FieldId::SocketIoType), std::string("none"));
        QCOMPARE(valueOf(one, FieldId::PayloadFormat), std::string("json"));
    }

    // Before revision 4 of Engine.IO a binary message begins with its type.
    void attachmentsOfRevision3() {
        Script s(3);
        s.server("0");
        const RecordId packet = s.server("51-[\"b\",{\"_placeholder\":true,\"num\":0}]");
        s.serverBytes("abc");
        QCOMPARE(valueOf(s.describe(packet), FieldId::SocketIoArgs), std::string("[3]"));
    }

    void attachmentsMissingAndSurplus() {
        Connected s;
        s.client("0/chat,");
        s.server("0/chat,{\"sid\":\"x\"}");
        const RecordId cut = s.client(
            "52-/chat,[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
        s.clientBytes("one");
        s.client("2/chat,[\"too early\"]");
        s.clientBytes("whose?");
        s.server("61-/chat,4[{\"_placeholder\":true,\"num\":0}]");
        s.end();
        QCOMPARE(s.allIssues(),
                 std::string("4: socketio.attachment-missing\n"
                             "7: socketio.attachment-surplus\n"
                             "8: socketio.ack-unasked socketio.attachment-missing\n"));
        // What is not there stays a placeholder.
        QCOMPARE(valueOf(s.describe(cut), FieldId::SocketIoArgs),
                 std::string("[3,{\"_placeholder\":true,\"num\":1}]"));
    }

    void namespacesOutOfOrder() {
        Script s;
        s.client("2[\"before connect\"]");
        s.client("0");
        s.client("2[\"before the answer\"]");
        s.server("0{\"sid\":\"a\"}");
        s.server("2/other,[\"never connected\"]");
        s.client("1");
        s.server("2[\"on its way\"]");
        s.client("2[\"after leaving\"]");
        s.client("3/other,1[]");
        s.client("0");
        s.server("0{\"sid\":\"b\"}");
        s.client("2[\"again\"]");
        s.server("1");
        s.server("2[\"after leaving\"]");
        s.end();
        QCOMPARE(s.allIssues(), std::string("0: socketio.not-connected\n"
                                            "2: socketio.not-connected\n"
                                            "4: socketio.not-connected\n"
                                            "7: socketio.after-disconnect\n"
                                            "8: socketio.not-connected socketio.ack-unasked\n"
                                            "13: socketio.after-disconnect\n"));
    }

    void connectWithoutSid() {
        Script s;
        s.client("0");
        s.server("0");
        QCOMPARE(s.allIssues(), std::string("1: socketio.connect-without-sid\n"));
        Script old(3);
        old.server("0");
        QCOMPARE(old.allIssues(), std::string());
    }

    void reservedNames() {
        Connected s;
        for (const char* name : {"connect", "connect_error", "disconnect", "disconnecting",
                                 "newListener", "removeListener"}) {
            const RecordId row = s.client("2[\"" + std::string(name) + "\"]");
            QCOMPARE(s.issues(row), std::string("socketio.reserved-event"));
        }
        for (const char* name : {"error", "ping", "message", "reconnect", "Connect"}) {
            QCOMPARE(s.issues(s.server("2[\"" + std::string(name) + "\"]")), std::string());
        }
        Script old(3);
        QCOMPARE(old.issues(old.server("2[\"error\"]")), std::string("socketio.reserved-event"));
        QCOMPARE(old.issues(old.server("2[\"ping\"]")), std::string());
        QCOMPARE(old.issues(old.client("2[\"ping\"]")), std::string("socketio.reserved-event"));
        QCOMPARE(old.issues(old.client("2[\"disconnecting\"]")), std::string());
    }

    void notSocketIo_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("issue");
        const char* const packet = "socketio.packet-malformed";
        const char* const payload = "socketio.payload-malformed";
        QTest::newRow("empty") << QByteArray("") << QByteArray(packet);
        QTest::newRow("text") << QByteArray("hello") << QByteArray(packet);
        QTest::newRow("type 7") << QByteArray("7[]") << QByteArray(packet);
        QTest::newRow("cut JSON") << QByteArray("2[\"a\",{") << QByteArray(payload);
        QTest::newRow("no array") << QByteArray("2{}") << QByteArray(payload);
        QTest::newRow("no count") << QByteArray("5[\"a\"]") << QByteArray(packet);
        QTest::newRow("id") << QByteArray("299999999999999999999[\"a\"]") << QByteArray(packet);
        QTest::newRow("disconnect with data") << QByteArray("1[]") << QByteArray(payload);
        QTest::newRow("connect with text") << QByteArray("0\"a\"") << QByteArray(payload);
        QTest::newRow("other object") << QByteArray("{\"type\":2}") << QByteArray(packet);
    }

    // It keeps its message row; the issue is only where the connection is known to be Socket.IO.
    void notSocketIo() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, issue);
        Script s;
        const RecordId row = s.client(text.toStdString());
        QCOMPARE(s.type(row), std::string("-"));
        QVERIFY(QByteArray::fromStdString(s.issues(row)).startsWith(issue));
        QCOMPARE(s.summary(row), std::string());
        QCOMPARE(s.describe(row).fields.size(), std::size_t(0));

        Script bare(4, true, false);
        bare.client("hello");
        QCOMPARE(bare.issues(bare.client(text.toStdString())), std::string());

        Script learnt(4, true, false);
        learnt.client("0{}");
        QVERIFY(QByteArray::fromStdString(learnt.issues(learnt.client(text.toStdString())))
                    .startsWith(issue));
    }

    // An application of its own on Engine.IO, whose messages are short numbers among others.
    void bareEngineIo() {
        Script s(4, true, false);
        for (const char* text :
             {"hello", "0", "1", "12", "", "5", "{\"type\":\"a\"}", "[1]", "4x"}) {
            QCOMPARE(s.type(s.client(text)), std::string("-"));
        }
        s.serverBytes("\x01\x02");
        s.server("utf 8 \u00e4");
        s.end();
        QCOMPARE(s.allIssues(), std::string());
        // What nothing else looks like is taken for what it is, and so is a first bare CONNECT.
        QCOMPARE(s.type(s.server("2[\"event\",1]")), std::string("EVENT"));
        Script other(3, true, false);
        QCOMPARE(other.type(other.server("0")), std::string("CONNECT"));
    }

    void msgpackParser() {
        Script s(4, true, false);
        const Bytes event = msgpackEvent("pack", 4);
        const RecordId row = s.say(kClient, event, false);
        QCOMPARE(s.type(row), std::string("EVENT"));
        QCOMPARE(s.summary(row), std::string("EVENT #4  pack  5"));
        const Dissection dissection = s.describe(row);
        QCOMPARE(valueOf(dissection, FieldId::SocketIoArgs), std::string("[5]"));
        QCOMPARE(valueOf(dissection, FieldId::SocketIoParser), std::string("msgpack"));
        QCOMPARE(valueOf(dissection, FieldId::SocketIoEvent), std::string("pack"));
        // Known now, so other binary data is out of place.
        QCOMPARE(s.issues(s.serverBytes("other")), std::string("socketio.attachment-surplus"));

        Script two(3);
        two.server("{\"type\":0,\"nsp\":\"/\"}");
        const RecordId asked = two.say(kClient, msgpackEvent("a", 1), false);
        Bytes ack;
        MsgpackWriter writer(ack);
        writer.map(4);
        writer.text("type");
        writer.unsignedInteger(3);
        writer.text("id");
        writer.unsignedInteger(1);
        writer.text("data");
        writer.array(0);
        writer.text("nsp");
        writer.text("/");
        two.say(kServer, ack, false);
        two.client("{\"type\":1,\"nsp\":\"/\"}");
        two.end();
        QCOMPARE(two.allIssues(), std::string());
        QCOMPARE(two.links(), "2 ack " + std::to_string(asked) + "\n");
        QCOMPARE(two.type(0), std::string("CONNECT"));
        QCOMPARE(two.summary(3), std::string("DISCONNECT"));
    }

    void recovery() {
        Script s;
        s.client("0{\"pid\":\"old\",\"offset\":\"Lz1\",\"token\":1}");
        const RecordId answer = s.server("0{\"sid\":\"abc\",\"pid\":\"old\"}");
        const RecordId event = s.server("2[\"news\",1,\"Lz2\"]");
        const RecordId asks = s.server("21[\"ask\",\"text\"]");
        const RecordId own = s.client("2[\"mine\",\"text\"]");
        QCOMPARE(s.conversation.recoveryId(), std::string_view("old"));
        QCOMPARE(valueOf(s.describe(0), FieldId::SocketIoPid), std::string("old"));
        QCOMPARE(valueOf(s.describe(0), FieldId::SocketIoOffset), std::string("Lz1"));
        QCOMPARE(valueOf(s.describe(0), FieldId::SocketIoRecovered), std::string("none"));
        QCOMPARE(valueOf(s.describe(answer), FieldId::SocketIoRecovered), std::string("1"));
        QCOMPARE(valueOf(s.describe(answer), FieldId::SocketIoSid), std::string("abc"));
        QCOMPARE(valueOf(s.describe(event), FieldId::SocketIoOffset), std::string("Lz2"));
        QCOMPARE(valueOf(s.describe(asks), FieldId::SocketIoOffset), std::string("none"));
        QCOMPARE(valueOf(s.describe(own), FieldId::SocketIoOffset), std::string("none"));

        Script refused;
        refused.client("0{\"pid\":\"old\",\"offset\":\"Lz1\"}");
        refused.server("0{\"sid\":\"abc\",\"pid\":\"new\"}");
        QCOMPARE(valueOf(refused.describe(1), FieldId::SocketIoRecovered), std::string("0"));

        Connected without;
        const RecordId plain = without.server("2[\"news\",\"text\"]");
        QCOMPARE(valueOf(without.describe(plain), FieldId::SocketIoOffset), std::string("none"));
        QCOMPARE(valueOf(without.describe(1), FieldId::SocketIoRecovered), std::string("none"));
    }

    // Messages that were cut are read by their beginning and not judged.
    void cutMessages() {
        Connected s;
        const RecordId event = s.say(kClient, asBytes("23[\"large\",\"aaaaa"), true, false);
        QCOMPARE(s.type(event), std::string("EVENT"));
        QCOMPARE(s.recorder.names[s.recorder.records[event].name], std::string("large"));
        const RecordId packet = s.say(kClient, asBytes("51-[\"large\",{\"a\":"), true, false);
        s.clientBytes("abc");
        QCOMPARE(s.issues(event) + s.issues(packet), std::string());
        QVERIFY(s.links().ends_with("4 attachment 3\n"));
    }

    // Any order of any messages: nothing throws, rows refer to rows that are there.
    void noise() {
        const std::vector<std::string> texts = {
            "0",
            "0/a,",
            "0{\"sid\":\"x\",\"pid\":\"p\"}",
            "1",
            "1/a,",
            "2[\"a\",\"b\"]",
            "21[\"a\"]",
            "2/a,1[\"a\"]",
            "31[]",
            "3/a,1[]",
            "3[]",
            "4\"x\"",
            "52-[\"b\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":9}]",
            "61-1[{\"_placeholder\":true,\"num\":0}]",
            "",
            "x",
            "2[",
            "{\"type\":0,\"nsp\":\"/\"}"};
        test::Noise noise(11);
        for (int round = 0; round < 300; ++round) {
            Script s(static_cast<std::uint8_t>(noise.below(5)), noise.below(2) == 0,
                     noise.below(2) == 0);
            for (int i = 0; i < 60; ++i) {
                const Direction direction = noise.below(2) == 0 ? kClient : kServer;
                const std::size_t what = noise.below(texts.size() + 4);
                if (what < texts.size()) {
                    s.say(direction, asBytes(texts[what]), true, noise.below(9) != 0);
                } else if (what == texts.size()) {
                    s.conversation.lost(direction, s.recorder);
                } else if (what == texts.size() + 1) {
                    s.say(direction, msgpackEvent("m", 1), false);
                } else {
                    s.say(direction, asBytes("bytes"), false);
                }
            }
            s.end();
            const auto rows = static_cast<RecordId>(s.recorder.records.size());
            for (const RowLink& link : s.recorder.links) {
                QVERIFY(link.from < rows && link.to < link.from);
            }
            for (const RowRemark& remark : s.recorder.remarks) QVERIFY(remark.row < rows);
            for (RecordId row = 0; row < rows; ++row) {
                s.describe(row);
                s.summary(row);
            }
        }
    }
};

}  // namespace

QTEST_APPLESS_MAIN(TestConversation)
#include "test_conversation.moc"
