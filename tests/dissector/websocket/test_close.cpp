// Close bodies: every code there is, reasons, bodies that are too short.
#include <QtTest>

#include "dissector/websocket/close.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::websocket;
using framescope::test::bytesOf;
using framescope::test::fromHex;

namespace {

std::vector<IssueCode> codes(const Bytes& payload) {
    IssueSink sink;
    checkClose(parseCloseBody(payload), sink);
    std::vector<IssueCode> result;
    for (const Issue& issue : sink.issues()) result.push_back(issue.code);
    return result;
}

using Codes = std::vector<IssueCode>;

}  // namespace

class TestClose : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bodies() {
        QVERIFY(parseCloseBody({}) == CloseBody{});
        QVERIFY((parseCloseBody(fromHex("03e9")) == CloseBody{1001, ""}));
        QVERIFY((parseCloseBody(fromHex("03e8 627965")) == CloseBody{1000, "bye"}));
        QVERIFY((parseCloseBody(fromHex("03")) == CloseBody{std::nullopt, "\x03"}));
        for (const char* hex : {"", "03", "03e8", "03e8627965", "ffffff", "03e8c3"}) {
            const Bytes wire = fromHex(hex);
            Bytes encoded;
            ByteWriter writer(encoded);
            encode(parseCloseBody(wire), writer);
            QCOMPARE(encoded, wire);
        }
    }

    void issues() {
        QVERIFY(codes({}).empty());
        QVERIFY(codes(fromHex("03e8")).empty());
        QCOMPARE(codes(fromHex("03")), Codes{IssueCode::WebSocketCloseBodyOneByte});
        QCOMPARE(codes(fromHex("03ee")), Codes{IssueCode::WebSocketCloseCodeForbidden});
        QCOMPARE(codes(fromHex("03e8c328")), Codes{IssueCode::WebSocketCloseReasonNotUtf8});
        QCOMPARE(codes(fromHex("03e8e282")), Codes{IssueCode::WebSocketCloseReasonNotUtf8});
    }

    // RFC 6455 section 7.4 and the registry of close codes, all 65536.
    void sendable() {
        for (unsigned code = 0; code < 0x10000; ++code) {
            const bool expected = (code >= 1000 && code <= 1003) ||
                                  (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
            QCOMPARE(mayBeSent(static_cast<std::uint16_t>(code)), expected);
        }
    }

    void names() {
        QCOMPARE(closeCodeName(1000), std::string_view("normal closure"));
        QCOMPARE(closeCodeName(1001), std::string_view("going away"));
        QCOMPARE(closeCodeName(1015), std::string_view("TLS handshake"));
        QCOMPARE(closeCodeName(3000), std::string_view("unauthorized"));
        QCOMPARE(closeCodeName(3001), std::string_view("not registered"));
        QCOMPARE(closeCodeName(2000), std::string_view("not registered"));
        QCOMPARE(closeCodeName(4999), std::string_view("private use"));
        QCOMPARE(closeCodeName(999), std::string_view("not defined"));
        QCOMPARE(closeCodeName(5000), std::string_view("not defined"));
    }
};

QTEST_APPLESS_MAIN(TestClose)
#include "test_close.moc"
