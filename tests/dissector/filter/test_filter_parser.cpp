// What the filter's text may look like, and what is said when it looks otherwise.
#include <QTest>

#include "dissector/filter/filter.h"
#include "dissector/filter/filter_node.h"
#include "tests/support/tree_row.h"

namespace framescope {
namespace {

using test::TreeRow;

/// A Socket.IO row whose tree has what the filters below ask for.
TreeRow exampleRow() {
    TreeRow row;
    row.fields.addComputed(FieldId::WebSocketOpcode, std::uint64_t{1});
    row.fields.addComputed(FieldId::WebSocketMaskingKey, Bytes{0x37, 0xfa, 0x21, 0x3d});
    row.fields.addComputed(FieldId::SocketIoEvent, std::string("a \"b\" \\c"));
    row.fields.addComputed(FieldId::SocketIoNsp, std::string("/chat"));
    row.fields.addComputed(FieldId::TcpSrcPort, std::uint64_t{40000});
    row.fields.addComputed(FieldId::TcpDstPort, std::uint64_t{3000});
    row.fields.addComputed(FieldId::IpSrc, std::uint64_t{0x0a000001});
    row.fields.addComputed(FieldId::IpDst, std::uint64_t{0x0a000002});
    row.fields.addComputed(FieldId::TcpFlags, std::uint64_t{0x18});
    return row;
}

class FilterParserTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answers_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* text, bool matches) {
            QTest::newRow(text) << QByteArray(text) << matches;
        };
        row("", true);
        row(" \t\n", true);
        row("websocket.opcode", true);
        row("websocket.fin", false);
        row("websocket.opcode == 1", true);
        row("websocket.opcode==1", true);
        row("websocket.opcode == 0x1", true);
        row("websocket.opcode == text", true);
        row("websocket.opcode == \"text\"", true);
        row("websocket.opcode == close", false);
        row("tcp.flags == 0x0018", true);
        row("tcp.flags == 24", true);
        row("websocket.masking_key == 37fa213d", true);
        row("websocket.masking_key == 37:FA:21:3d", true);
        row("websocket.masking_key == \"7fa2\"", false);
        row("ip.addr == 10.0.0.1", true);
        row("ip.addr == 10.0.0.2", true);
        row("ip.addr == 10.0.0.3", false);
        row("ip.src == 10.0.0.2", false);
        row("tcp.port == 3000", true);
        row("tcp.port == 40000", true);
        row("tcp.dstport == 40000", false);
        row("socketio.nsp == /chat", true);
        row("socketio.nsp == \"/chat\"", true);
        row("socketio.nsp == /cha", false);
        row("socketio.nsp == \"/Chat\"", false);
        row("socketio.event == \"a \\\"b\\\" \\\\c\"", true);
        row("socketio.nsp contains ha", true);
        row("socketio.nsp contains \"/chat\"", true);
        row("socketio.nsp contains Cha", false);
        row("websocket.masking_key contains fa21", true);
        row("websocket.masking_key contains \"7fa2\"", false);
        row("websocket.payload contains 00", false);
        row("!(socketio.nsp contains x) && socketio.nsp contains at", true);
        row("!websocket.fin", true);
        row("! ! websocket.fin", false);
        row("not websocket.fin", true);
        row("not not not websocket.fin", true);
        row("!websocket.opcode==1", false);
        row("websocket.opcode == 1 && tcp.port == 3000", true);
        row("websocket.opcode==1&&tcp.port==3000&&tcp.port==1", false);
        row("websocket.opcode == 2 || tcp.port == 3000", true);
        row("websocket.opcode == 2 or tcp.port == 1 or ip.src", true);
        row("websocket.opcode == 1 and tcp.port == 3000", true);
        // && binds tighter than ||.
        row("ip.src || ip.src && websocket.fin", true);
        row("(ip.src || ip.src) && websocket.fin", false);
        row("websocket.fin && ip.src || ip.src", true);
        row("!(websocket.fin || websocket.mask)", true);
        row("((ip.src))", true);
    }

    void answers() {
        QFETCH(QByteArray, text);
        QFETCH(bool, matches);
        const auto compiled = compileFilter(text.toStdString());
        const auto* filter = std::get_if<Filter>(&compiled);
        QVERIFY2(filter != nullptr, std::holds_alternative<FilterError>(compiled)
                                        ? std::get<FilterError>(compiled).sentence.c_str()
                                        : "");
        QCOMPARE(filter->fromTree(exampleRow().fields), matches);
    }

    void errors_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("position");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* text, int position, const char* sentence) {
            QTest::newRow(text) << QByteArray(text) << position << QByteArray(sentence);
        };
        row("websocket.opcod == 1", 0,
            "There is no field called 'websocket.opcod'. Did you mean 'websocket.opcode'?");
        row("tcp && websocket.paylaod", 7,
            "There is no field called 'websocket.paylaod'. Did you mean 'websocket.payload'?");
        row("WebSocket", 0, "There is no field called 'WebSocket'. Did you mean 'websocket'?");
        row("xyzzy.quux", 0, "There is no field called 'xyzzy.quux'.");
        row("tcp.port == foo", 12,
            "'foo' is no value of 'tcp.port', whose type is unsigned integer.");
        row("tcp.port == -1", 12,
            "'-1' is no value of 'tcp.port', whose type is unsigned integer.");
        row("ip.addr == 10.0.0", 11,
            "'10.0.0' is no value of 'ip.addr', whose type is IPv4 address.");
        row("websocket.opcode == reserved", 20,
            "'reserved' is no value of 'websocket.opcode', whose type is unsigned integer.");
        row("tcp == 1", 4,
            "'tcp' is a protocol and has no value to compare with; its name alone finds the rows "
            "that have it.");
        row("tcp.port ==", 11, "The filter ends where the value of 'tcp.port' is missing.");
        row("tcp.port == && ip", 12,
            "A value of 'tcp.port' is missing before '&&'; a value with such characters in it "
            "goes in double quotes.");
        row("tcp.port != 1", 9, "'!=' is not an operator here; write !(field == value).");
        row("tcp.port > 1", 9, "'>' is not an operator here: there are '==', '&&', '||' and '!'.");
        row("tcp.port = 1", 9, "'=' is not an operator here: there are '==', '&&', '||' and '!'.");
        row("tcp & ip", 4, "'&' is not an operator here: there are '==', '&&', '||' and '!'.");
        row("tcp ip", 4, "Expected '==', '&&' or '||' and not 'ip'.");
        row("tcp.port == 1 == 1", 14, "Only a field can stand before '=='.");
        row("tcp &&", 6, "The filter ends where the name of a protocol or field is missing.");
        row("&& tcp", 0, "The name of a protocol or field is missing before '&&'.");
        row("!", 1, "The filter ends where the name of a protocol or field is missing.");
        row("(tcp", 0, "The parenthesis that opens here is not closed.");
        row("tcp && (ip || (ipv6)", 7, "The parenthesis that opens here is not closed.");
        row("tcp)", 3, "This parenthesis was not opened.");
        row("()", 1, "The name of a protocol or field is missing before ')'.");
        row("\"tcp\"", 0, "The name of a protocol or field is missing before 'tcp'.");
        row("socketio.event == \"a", 18, "The quotes that open here are not closed.");
        row("socketio.event == \"a\\", 18, "The quotes that open here are not closed.");
        row("socketio.event == \"a\\n\"", 20,
            "Inside quotes a backslash stands before '\"' or another one.");
    }

    void errors() {
        QFETCH(QByteArray, text);
        QFETCH(int, position);
        QFETCH(QByteArray, sentence);
        const auto compiled = compileFilter(text.toStdString());
        const auto* error = std::get_if<FilterError>(&compiled);
        QVERIFY(error != nullptr);
        QCOMPARE(QByteArray::fromStdString(error->sentence), sentence);
        QCOMPARE(static_cast<int>(error->position), position);
    }

    void nestingIsLimited() {
        const auto nested = [](int depth) {
            return std::string(depth, '(') + "tcp" + std::string(depth, ')');
        };
        QVERIFY(std::holds_alternative<Filter>(compileFilter(nested(100))));
        QVERIFY(std::holds_alternative<FilterError>(compileFilter(nested(101))));
        QVERIFY(std::holds_alternative<FilterError>(compileFilter(std::string(1'000'000, '('))));
        const std::string negated = std::string(1'000'000, '!') + "tcp";
        QVERIFY(std::holds_alternative<Filter>(compileFilter(negated)));
        std::string chain = "tcp";
        for (int i = 0; i < 100'000; ++i) chain += "&&tcp";
        const auto compiled = compileFilter(chain);
        QVERIFY(std::holds_alternative<Filter>(compiled));
        TreeRow row = exampleRow();
        QVERIFY(std::get<Filter>(compiled).matches(row));
    }

    /// Any bytes give a filter or an error at a place inside the text.
    void anyTextIsAnswered() {
        const std::string_view pieces[] = {"tcp",  "tcp.port", "==", "1",  "(", ")",  "!",
                                           "&&",   "||",       "\"", "\\", " ", "&",  "and",
                                           "\xff", "!=",       "x",  "or", "<", "not"};
        std::uint32_t state = 1;
        for (int round = 0; round < 20'000; ++round) {
            std::string text;
            for (int i = 0; i < 12; ++i) {
                state = state * 1664525 + 1013904223;
                text += pieces[(state >> 16) % std::size(pieces)];
            }
            const auto compiled = compileFilter(text);
            if (const auto* error = std::get_if<FilterError>(&compiled)) {
                QVERIFY(error->position <= text.size());
                QVERIFY(!error->sentence.empty());
            }
        }
    }

    void everyFieldCanBeAskedFor() {
        for (const FieldInfo& info : allFields()) {
            if (info.name.empty()) continue;
            const auto compiled = compileFilter(info.name);
            QVERIFY2(std::holds_alternative<Filter>(compiled), std::string(info.name).c_str());
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_APPLESS_MAIN(framescope::FilterParserTest)
#include "test_filter_parser.moc"
