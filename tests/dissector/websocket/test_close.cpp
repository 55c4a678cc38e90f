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

    // The IANA registry as it stood when this was written; names of ours are in lower case.
    void names() {
        const std::pair<std::uint16_t, std::string_view> kNames[] = {
            {1000, "normal closure"},
            {1001, "going away"},
            {1002, "protocol error"},
            {1003, "unsupported data"},
            {1004, "reserved"},
            {1005, "no status received"},
            {1006, "abnormal closure"},
            {1007, "invalid payload data"},
            {1008, "policy violation"},
            {1009, "message too big"},
            {1010, "mandatory extension"},
            {1011, "internal error"},
            {1012, "service restart"},
            {1013, "try again later"},
            {1014, "bad gateway"},
            {1015, "TLS handshake"},
            {3000, "unauthorized"},
            {3003, "forbidden"},
            {3008, "timeout"},
            {3001, "not registered"},
            {2000, "not registered"},
            {4000, "private use"},
            {4999, "private use"},
            {999, "not defined"},
            {0, "not defined"},
            {5000, "not defined"},
        };
        for (const auto& [code, name] : kNames) QCOMPARE(closeCodeName(code), name);
    }
};

QTEST_APPLESS_MAIN(TestClose)
#include "test_close.moc"
