// Scripts as people write them: what each line becomes, and what is said about a wrong one.
#include <cstdlib>

#include <QTest>

#include "capture/compose/draft_json.h"
#include "capture/script/message_text.h"
#include "capture/script/script_parser.h"
#include "capture/script/variables.h"

namespace framescope::script {
namespace {

std::string boolText(bool value) {
    return value ? "yes" : "no";
}

/// A step as one line, to be compared.
std::string lineOf(const Step& step);

struct Describe {
    std::string operator()(const SendStep& send) const {
        return "send " + (send.draft ? compose::toJson(*send.draft) : "later " + send.json) +
               (send.keySeed != 0 ? " seed " + std::to_string(send.keySeed) : "");
    }
    std::string operator()(const ExpectStep& expect) const {
        return "expect " + expect.filterText + (expect.filter ? "" : " later") + " within " +
               std::to_string(expect.within.count()) + " count " + std::to_string(expect.count) +
               " absent " + boolText(expect.absent) + " any " + boolText(expect.anyDirection);
    }
    std::string operator()(const WaitStep& wait) const {
        return "wait " + std::to_string(wait.time.count());
    }
    std::string operator()(const RepeatStep& repeat) const {
        std::string text = "repeat " + std::to_string(repeat.rounds) + " (";
        for (const Step& step : repeat.steps) text += lineOf(step) + "; ";
        return text + ")";
    }
    std::string operator()(const SetStep& set) const {
        std::string text = "set";
        for (const SetStep::Variable& variable : set.variables) {
            text += " " + variable.name + "=";
            text += variable.field ? std::string(fieldInfo(*variable.field).name) + variable.pointer
                                   : "'" + variable.value + "'";
        }
        return text;
    }
    std::string operator()(const CloseStep& close) const {
        return "close " + (close.code ? std::to_string(*close.code) : "none") + " " + close.reason;
    }
    std::string operator()(const CutStep&) const { return "cut"; }
    std::string operator()(const NamespaceStep& connect) const {
        return "namespace " + connect.name + " auth " + connect.auth + " within " +
               std::to_string(connect.within.count());
    }
    std::string operator()(const SettleStep&) const { return "settle"; }
};

std::string lineOf(const Step& step) {
    return std::visit(Describe{}, step.action);
}

class ScriptParserTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void steps_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("step");
        const auto row = [](const char* line, const char* step) {
            QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(step);
        };
        row(R"({"send":{"text":"hello"}})", R"(send {"text":"hello"})");
        row(R"(  {"send":{"hex":"4865"},"seed":7}  )", R"(send {"hex":"4865"} seed 7)");
        row(R"({"send":{"text":"${x}"}})", R"(send later {"text":"${x}"})");
        row(R"({"expect":"websocket"})", "expect websocket within 5000 count 1 absent no any no");
        row(R"({"expect":"websocket.opcode == ping","within":"2s","count":3,"any":true})",
            "expect websocket.opcode == ping within 2000 count 3 absent no any yes");
        row(R"({"expect":"tcp","within":250,"absent":true})",
            "expect tcp within 250 count 1 absent yes any no");
        row("{\"expect\":\"socketio.event == \\\"${x}\\\"\",\"within\":\"1.5m\"}",
            "expect socketio.event == \"${x}\" later within 90000 count 1 absent no any no");
        row(R"({"wait":"500ms"})", "wait 500");
        row(R"({"wait":0})", "wait 0");
        row(R"({"repeat":2,"steps":[{"wait":1},{"repeat":3,"steps":[{"cut":true}]}]})",
            "repeat 2 (wait 1; repeat 3 (cut; ); )");
        row(R"({"set":{"id":"socketio.id","t":{"field":"websocket.payload.text","pointer":"/a/0"}}})",
            "set id=socketio.id t=websocket.payload.text/a/0");
        row(R"({"set":{"room":{"value":"lobby"},"n":{"value":[1,2]}}})",
            "set room='lobby' n='[1,2]'");
        row(R"({"close":1000,"reason":"bye"})", "close 1000 bye");
        row(R"({"close":true})", "close 1000 ");
        row(R"({"close":null})", "close none ");
        row(R"({"namespace":"/chat","auth":{"token":"x"}})",
            R"(namespace /chat auth {"token":"x"} within 5000)");
        row(R"({"namespace":"/chat","within":"1s"})", "namespace /chat auth  within 1000");
    }

    void steps() {
        QFETCH(QString, line);
        QFETCH(QString, step);
        const auto script = parseScript(line.toStdString(), "a.jsonl");
        QVERIFY2(script, script ? "" : script.error().sentence.c_str());
        QCOMPARE(script->size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(lineOf(script->front())), step);
    }

    void mistakes_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* line, const char* sentence) {
            QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(sentence);
        };
        row("{", "The line is no JSON; the mistake is at character 2.");
        row(R"({"wait":1e999})",
            "The line is no JSON: a number in it is too great, or a text is no UTF-8.");
        row("[1]", R"(A step is a JSON object, such as {"send":{"text":"hello"}}.)");
        row("{}", R"(A step is a JSON object, such as {"send":{"text":"hello"}}.)");
        row(R"({"sned":{}})",
            "There is no step \"sned\"; there are send, expect, set, wait, repeat, namespace, "
            "close and cut.");
        row(R"({"send":"hello"})", R"("send" has to be a message, such as {"text":"hello"}.)");
        row(R"({"send":{"text":"a"},"sede":1})", R"(The step "send" has no member "sede".)");
        row(R"({"send":{"text":"a"},"seed":-1})",
            "\"seed\" has to be a whole number from 0 to 18446744073709551615.");
        row(R"({"expect":5})", "\"expect\" has to be a string.");
        row(R"({"expect":"websocket.opcod == 1"})",
            "In the filter, at character 1: There is no field called 'websocket.opcod'. Did you "
            "mean 'websocket.opcode'?");
        row(R"({"expect":"tcp","within":"2 hours"})",
            R"("within" has to be a time of at most a day: "250ms", "2s", "1.5m", or a number of )"
            "milliseconds.");
        row(R"({"expect":"tcp","within":-1})",
            R"("within" has to be a time of at most a day: "250ms", "2s", "1.5m", or a number of )"
            "milliseconds.");
        row(R"({"expect":"tcp","count":0})",
            "\"count\" has to be a whole number from 1 to 1000000000.");
        row(R"({"expect":"tcp","count":2,"absent":true})",
            R"("absent" does not go with "count": no row may match.)");
        row(R"({"expect":"tcp","absent":1})", "\"absent\" has to be true or false.");
        row(R"({"repeat":2})", R"("repeat" needs "steps": an array of steps.)");
        row(R"({"repeat":-2,"steps":[{"wait":1}]})",
            "\"repeat\" has to be a whole number from 0 to 1000000000.");
        row(R"({"repeat":2,"steps":[{"wiat":1}]})",
            "There is no step \"wiat\"; there are send, expect, set, wait, repeat, namespace, "
            "close and cut.");
        row(R"({"set":{}})", R"("set" has to be an object of variables: {"id":"socketio.id"}.)");
        row(R"({"set":{"1a":"tcp.port"}})",
            R"("1a" is no name for a variable: letters, digits, _ and -.)");
        row(R"({"set":{"a":"tcp.prt"}})",
            "There is no field called 'tcp.prt'. Did you mean 'tcp.port'?");
        row(R"({"set":{"a":{"field":"tcp.port","pointer":"x"}}})",
            R"("x" is no JSON pointer: it looks like "/a/0/b".)");
        row(R"({"set":{"a":5}})", R"(The variable "a" is set from the name of a field, from )"
                                  R"({"field":...,"pointer":...}, or to {"value":...}.)");
        row(R"({"namespace":"chat"})", R"(A namespace begins with a slash: "/chat".)");
        row(R"({"close":null,"reason":"x"})", "A close frame without a code has no reason.");
        row(R"({"close":70000})", "\"close\" has to be a whole number from 0 to 65535.");
        row(R"({"cut":false})", "\"cut\" has to be true.");
    }

    void mistakes() {
        QFETCH(QString, line);
        QFETCH(QString, sentence);
        const auto script = parseScript(("# one\n\n" + line).toStdString(), "a.jsonl");
        QVERIFY(!script);
        QCOMPARE(QString::fromStdString(script.error().sentence),
                 QStringLiteral("a.jsonl, line 3: ") + sentence);
    }

    /// What a draft lacks is said by whoever reads drafts; the place is said here.
    void mistakesInDrafts() {
        const auto script = parseScript(R"({"send":{"txet":"a"}})", "a.jsonl");
        QVERIFY(!script);
        QVERIFY(script.error().sentence.starts_with("a.jsonl, line 1: "));
        QVERIFY(script.error().sentence.find("txet") != std::string::npos);
    }

    void tooDeep() {
        std::string line = R"({"wait":1})";
        for (std::size_t i = 0; i < kMaxScriptDepth; ++i) {
            line = R"({"repeat":1,"steps":[)" + line + "]}";
        }
        QVERIFY(parseScript(line, "a"));
        QVERIFY(!parseScript(R"({"repeat":1,"steps":[)" + line + "]}", "a"));
    }

    /// Text as deep as it likes: a walk over its values would overflow the stack.
    void deepJson() {
        const std::string deep = std::string(250'000, '[') + std::string(250'000, ']');
        const auto script = parseScript("{\"send\":{\"json\":" + deep + "}}", "a");
        QVERIFY(!script);
        QVERIFY(script.error().sentence.starts_with("a, line 1: The line is no JSON"));
        Variables variables;
        variables.set("d", deep);
        variables.set("n", "1e999");
        QCOMPARE(variables.expandJson(R"(["${json:d}"])").error().sentence,
                 std::string("The variable \"d\" does not hold JSON."));
        QCOMPARE(variables.expandJson(deep).error().sentence, std::string("This is no JSON."));
        MessageForm form;
        form.kind = MessageForm::Kind::SocketIo;
        for (const std::string& typed : {"[\"a\"," + deep + "]", "a " + deep}) {
            QVERIFY(!draftOf({compose::Payload::Kind::Text, typed}, form));
        }
    }

    void linesAndComments() {
        const auto script =
            parseScript("\xef\xbb\xbf# first\r\n{\"wait\":1}\r\n\r\n   # more\n{\"wait\":2}", "b");
        QVERIFY(script);
        QCOMPARE(script->size(), std::size_t{2});
        QCOMPARE((*script)[0].where.prefix(), std::string("b, line 2: "));
        QCOMPARE((*script)[1].where.prefix(), std::string("b, line 5: "));
        QVERIFY(parseScript("", "b")->empty());
    }

    void times() {
        using std::chrono::milliseconds;
        QCOMPARE(parseTime("250ms"), std::optional(milliseconds(250)));
        QCOMPARE(parseTime("2s"), std::optional(milliseconds(2000)));
        QCOMPARE(parseTime("0.5s"), std::optional(milliseconds(500)));
        QCOMPARE(parseTime("2m"), std::optional(milliseconds(120'000)));
        for (const char* const bad :
             {"", "s", "2", "2 s", "-1s", "2h", "nans", "1e99s", "99999m"}) {
            QVERIFY2(!parseTime(bad), bad);
        }
    }

    void variables() {
        Variables variables;
        variables.set("a", "1\"x");
        variables.set("n", "[1,{\"b\":2}]");
        ::setenv("FRAMESCOPE_TEST_VARIABLE", "from outside", 1);
        QCOMPARE(*variables.expand("<${a}> $${a} $ ${env:FRAMESCOPE_TEST_VARIABLE}"),
                 std::string("<1\"x> ${a} $ from outside"));
        QCOMPARE(*variables.expandFilter("x == \"${a}\""), std::string("x == \"1\\\"x\""));
        QCOMPARE(
            *variables.expandJson(R"({"k${a}":["${a}",5,null],"v":"${json:n}","w":"-${a}"})"),
            std::string("{\"k1\\\"x\":[\"1\\\"x\",5,null],\"v\":[1,{\"b\":2}],\"w\":\"-1\\\"x\"}"));
        QCOMPARE(variables.expand("${b}").error().sentence,
                 std::string("The variable \"b\" was not set."));
        QCOMPARE(variables.expand("${a").error().sentence,
                 std::string("A variable begins with ${ and has no }; $${ stands for ${ itself."));
        QCOMPARE(variables.expand("${env:FRAMESCOPE_NOT_THERE}").error().sentence,
                 std::string("The environment has no variable \"FRAMESCOPE_NOT_THERE\"."));
        QCOMPARE(variables.expandJson(R"(["${json:a}"])").error().sentence,
                 std::string("The variable \"a\" does not hold JSON."));
        // A value is not looked into.
        variables.set("c", "${a}");
        QCOMPARE(*variables.expand("${c}"), std::string("${a}"));
    }

    void typedMessages_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("draft");
        const auto row = [](MessageForm::Kind kind, const char* text, const char* draft) {
            QTest::newRow(text) << static_cast<int>(kind) << QString::fromUtf8(text)
                                << QString::fromUtf8(draft);
        };
        using Kind = MessageForm::Kind;
        row(Kind::Frame, "hello", R"({"text":"hello"})");
        row(Kind::EngineIo, "hi there", R"({"eio":"message","text":"hi there"})");
        row(Kind::Raw, "GET / HTTP/1.1", R"({"raw":"GET / HTTP/1.1"})");
        row(Kind::SocketIo, "ping", R"({"emit":"ping","args":[]})");
        row(Kind::SocketIo, R"(message {"a":1})", R"({"emit":"message","args":[{"a":1}]})");
        row(Kind::SocketIo, R"(message 1 "two" [3])", R"({"emit":"message","args":[1,"two",[3]]})");
        row(Kind::SocketIo, "message hello there", R"({"emit":"message","args":["hello there"]})");
        row(Kind::SocketIo, R"(["message",1,{}])", R"({"emit":"message","args":[1,{}]})");
        row(Kind::SocketIo, R"(message {"a":1)",
            R"(The arguments of the event message are no JSON: {"a":1)");
        row(Kind::SocketIo, "[1]",
            R"(An event is a JSON array that begins with its name, such as ["message",1]; )"
            "this is not: [1]");
        row(Kind::SocketIo, "", R"(An event needs a name, such as: message {"a":1})");
    }

    void typedMessages() {
        QFETCH(int, kind);
        QFETCH(QString, text);
        QFETCH(QString, draft);
        MessageForm form;
        form.kind = static_cast<MessageForm::Kind>(kind);
        const auto made = draftOf({compose::Payload::Kind::Text, text.toStdString()}, form);
        if (!made) {
            QCOMPARE(QString::fromStdString(made.error().sentence), draft);
            return;
        }
        const auto expected = compose::parseDraft(draft.toStdString());
        QVERIFY2(expected, expected ? "" : expected.error().sentence.c_str());
        QCOMPARE(QString::fromStdString(compose::toJson(*made)),
                 QString::fromStdString(compose::toJson(*expected)));
        QVERIFY(*made == *expected);
    }
};

}  // namespace
}  // namespace framescope::script

QTEST_APPLESS_MAIN(framescope::script::ScriptParserTest)
#include "test_script_parser.moc"
