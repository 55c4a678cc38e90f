// Filters on rows of real sessions: what the record says by itself must be what the row's tree
// says, for every field and for every value that occurs in a capture.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <QDir>
#include <QDirIterator>
#include <QTemporaryDir>
#include <QTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/session/plain_values.h"
#include "capture/session/session.h"
#include "capture/session/session_row.h"
#include "dissector/field/field_occurrence.h"
#include "dissector/filter/filter_node.h"
#include "tests/support/capture_builder.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::kMask;
using test::TcpConversation;
using test::webSocketClose;
using test::webSocketFrame;
using test::webSocketText;

constexpr auto kClient = Direction::ClientToServer;
constexpr auto kServer = Direction::ServerToClient;

/// Rows and values looked at in one capture, so that large ones end in time.
constexpr RecordId kMaxRows = 400;
constexpr std::size_t kMaxValues = 6;

/// Everything the record has an opinion about: all kinds of rows, both versions of IP, missing
/// data, fragments, a request that is answered late, Socket.IO with and without acknowledgements.
void addEverything(CaptureBuilder& capture, bool ipv6) {
    TcpConversation chat(capture, {.ipv6 = ipv6});
    chat.handshake();
    chat.upgrade("/socket.io/?EIO=4&transport=websocket");
    chat.send(kServer, webSocketText(R"(0{"sid":"a","upgrades":[],"pingInterval":1})"));
    chat.send(kClient, webSocketText("40", kMask));
    chat.send(kServer, webSocketText(R"(40{"sid":"b"})"));
    chat.send(kClient, webSocketText(R"(42["news",{"a":1}])", kMask));
    chat.send(kClient, webSocketText(R"(427["ask"])", kMask));
    chat.send(kServer, webSocketText(R"(437["yes"])"));
    chat.send(kServer, webSocketText(R"(42999999999999["far"])"));
    chat.send(kServer, webSocketText("2"));
    chat.send(kClient, webSocketText("3", kMask));
    const Bytes lost = webSocketText(std::string(300, 'x'));
    chat.send(kServer, ByteView(lost).first(1));
    chat.lose(kServer, 200);
    chat.acknowledge(kClient);
    chat.send(kServer, ByteView(lost).subspan(201));
    chat.send(kServer, webSocketText("2"));
    chat.send(kClient, webSocketClose(1001, "going", kMask));
    chat.reset(kServer);

    TcpConversation raw(capture, {.ipv6 = ipv6, .clientPort = 40001});
    raw.handshake();
    raw.upgrade("/raw", "X-More: 1\r\n", "Sec-WebSocket-Protocol: x\r\n");
    raw.send(kClient, webSocketText("not masked"));
    raw.send(kServer, webSocketFrame(asBytes("one "), {.fin = false}));
    raw.send(kServer, webSocketFrame(asBytes("p"), {.opcode = 9}));
    raw.send(kServer, webSocketFrame(asBytes("two"), {.opcode = 0}));
    raw.send(kServer, webSocketFrame(asBytes("\x01\x02"), {.rsv = 7, .opcode = 2}));
    raw.send(kServer, webSocketFrame(asBytes("?"), {.opcode = 11}));
    raw.send(kServer, webSocketFrame(asBytes("x"), {.opcode = 8}));
    const Bytes partial = webSocketText("never finished", kMask);
    raw.send(kClient, ByteView(partial).first(1));

    TcpConversation http(capture, {.ipv6 = ipv6, .clientPort = 3000, .serverPort = 3000});
    http.handshake();
    http.send(kClient,
              "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nContent-Length: 2\r\n\r\n40");
    http.send(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    http.send(kServer, "HTTP/1.1 what\r\n\r\n");
    http.close();

    TcpConversation other(capture, {.ipv6 = ipv6, .clientPort = 40003});
    other.send(kClient, "no protocol that anybody knows\n");
    other.send(kServer, std::string_view("\x16\x03\x01\x00\x05hello", 10));
}

bool isSameButForTexts(const FieldTree& tree, const FieldTree& bare) {
    const auto sameField = [](const Field& one, const Field& other) {
        return one.id == other.id && one.parent == other.parent && one.next == other.next &&
               one.value == other.value && one.source == other.source && one.range == other.range;
    };
    const auto sameIssue = [](const FieldIssue& one, const FieldIssue& other) {
        return one.field == other.field && one.issue.code == other.issue.code &&
               one.issue.detail == other.issue.detail;
    };
    return std::ranges::equal(tree.fields(), bare.fields(), sameField) &&
           std::ranges::equal(tree.issues(), bare.issues(), sameIssue);
}

/// Compares record and trees over one capture. Empty, or what disagreed.
QByteArray disagreement(const QString& path, int& answered) {
    const auto file = CaptureFile::open(path.toStdString());
    if (!file) return {};
    Session session(*file);
    readAll(*file, [&](Batch&& batch) {
        session.append(std::move(batch));
        return session.rowCount() < kMaxRows;
    });
    std::vector<std::unique_ptr<SessionRow>> rows;
    std::map<FieldId, std::set<FieldValue>> values;
    for (RecordId i = 0; i < std::min(kMaxRows, session.rowCount()); ++i) {
        rows.push_back(std::make_unique<SessionRow>(session, i));
        for (const Field& field : rows.back()->tree().fields()) {
            if (field.value.index() == 0) continue;
            for (const FieldId asked :
                 {field.id, FieldId::IpAddr, FieldId::Ipv6Addr, FieldId::TcpPort}) {
                if (fieldInfo(asked).type != fieldInfo(field.id).type) continue;
                auto& known = values[asked];
                if (known.size() < kMaxValues) known.insert(field.value);
            }
        }
    }
    for (const char* severity : {"note", "warning", "error"}) {
        values[FieldId::IssueSeverityField].insert(FieldValue(std::string(severity)));
    }
    PlainValues plain(session);
    for (const auto& row : rows) {
        const Dissection bare =
            session.dissect(row->id(), StreamContext::Without, TreeTexts::Without);
        if (!isSameButForTexts(row->tree(), bare.fields)) {
            return path.toUtf8() + ": row " + QByteArray::number(row->id() + 1) +
                   " has other fields where no texts are wanted";
        }
        for (const FieldInfo& info : allFields()) {
            FieldValue known;
            const Known how = plain.value(row->id(), info.id, known);
            if (how == Known::No) continue;
            ++answered;
            std::size_t count = 0;
            bool same = true;
            anyOccurrence(row->tree(), info.id, [&](FieldIndex, const FieldValue& value) {
                ++count;
                same = same && value == known;
                return false;
            });
            if (count == (how == Known::Value ? 1U : 0U) && same) continue;
            return path.toUtf8() + ": row " + QByteArray::number(row->id() + 1) + ", " +
                   QByteArray(info.name.data(), static_cast<qsizetype>(info.name.size())) +
                   " is known to be " + QByteArray::fromStdString(formatValue(info.type, known)) +
                   " without the tree, which has it " + QByteArray::number(qulonglong(count)) +
                   " times";
        }
    }
    std::vector<FilterNode> tests;
    for (const FieldInfo& info : allFields()) {
        if (info.name.empty()) continue;
        tests.push_back({FilterNodeKind::Present, {}, info.id, {}});
        for (const FieldValue& value : values[info.id]) {
            tests.push_back({FilterNodeKind::Equal, {}, info.id, value});
        }
    }
    for (const FilterNode& test : tests) {
        const Filter filter(std::make_shared<FilterNode>(test));
        for (const auto& row : rows) {
            const Truth quick = filter.fromRecord(*row);
            if (quick == Truth::Unknown) continue;
            ++answered;
            if ((quick == Truth::True) == filter.fromTree(row->tree())) continue;
            const FieldInfo& info = fieldInfo(test.field);
            return path.toUtf8() + ": row " + QByteArray::number(row->id() + 1) + " and " +
                   QByteArray(info.name.data(), static_cast<qsizetype>(info.name.size())) +
                   (test.kind == FilterNodeKind::Present
                        ? " "
                        : " == " + QByteArray::fromStdString(formatValue(info.type, test.value))) +
                   (quick == Truth::True ? " the record says yes" : " the record says no");
        }
    }
    return {};
}

class SessionRowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recordAndTreeAgreeOnEveryKindOfRow() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("everything.pcap"));
        CaptureBuilder capture;
        addEverything(capture, false);
        addEverything(capture, true);
        QVERIFY(capture.write(path.toStdString()));
        int answered = 0;
        QCOMPARE(disagreement(path, answered), QByteArray());
        QVERIFY2(answered > 10'000, "the record answers hardly anything by itself");
    }

    void recordAndTreeAgreeOnCapturesOfOthers() {
        const QString folder = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");
        if (!QDir(folder).exists()) QSKIP("no captures from other people on this machine");
        QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
        int answered = 0;
        while (files.hasNext()) QCOMPARE(disagreement(files.next(), answered), QByteArray());
    }

    void rowIsTakenApartOnceAndOnlyWhenAsked() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("once.pcap"));
        CaptureBuilder capture;
        addEverything(capture, false);
        QVERIFY(capture.write(path.toStdString()));
        const auto file = CaptureFile::open(path.toStdString());
        QVERIFY(file);
        Session session(*file);
        readAll(*file, [&](Batch&& batch) {
            session.append(std::move(batch));
            return true;
        });
        SessionRow row(session, 1);
        QCOMPARE(row.record().kind, RowKind::HttpRequest);
        QCOMPARE(&row.tree(), &row.dissection().fields);
        QCOMPARE(row.client().port, std::uint16_t{40000});
        QVERIFY(row.name().starts_with("GET /socket.io/"));
    }
};

}  // namespace
}  // namespace framescope

QTEST_APPLESS_MAIN(framescope::SessionRowTest)
#include "test_session_row.moc"
