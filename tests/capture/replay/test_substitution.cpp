// Rules over what is sent, captures over what is received, and the sentences about what is wrong
// with them; options are refused before anything is sent.
#include <QtTest>

#include "capture/replay/substitution.h"

using namespace framescope;
using namespace framescope::replay;

class TestSubstitution : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replaces_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("replacement");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* pattern, const char* replacement, const char* text,
                            const char* expected) {
            QTest::addRow("%s -> %s", pattern, replacement)
                << pattern << replacement << text << expected;
        };
        add("cat", "dog", "a cat, two cats", "a dog, two dogs");
        add("(\\d+)-(\\d+)", "$2-$1", "10-20 30-40", "20-10 40-30");
        add("(?<a>\\w)(?<b>\\w)", "${b}${a}${1}", "xyz", "yxxz");
        add("\\d+", "$$$0", "5 and 7", "$5 and $7");
        add("x*", "-", "abc", "-a-b-c-");
        add("^", ">", "a", ">a");
        add("(a)|(b)", "[$1$2]", "ab", "[a][b]");
        add("ü", "ue", "Grüße über", "Grueße ueber");
        add("user \"(\\w+)\"", "${env:FRAMESCOPE_TEST_NAME}", "user \"Ada\"!", "Grace!");
        add("none", "x", "text", "text");
        add("a", "", "banana", "bnn");
    }

    void replaces() {
        QFETCH(QString, pattern);
        QFETCH(QString, replacement);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        qputenv("FRAMESCOPE_TEST_NAME", "Grace");
        const auto rules =
            Substitution::make({{pattern.toStdString(), replacement.toStdString()}}, {});
        QVERIFY2(rules, rules ? "" : rules.error().sentence.c_str());
        const Substitution::Outcome outcome = rules->apply(text.toStdString());
        QCOMPARE(QString::fromStdString(outcome.text), expected);
        QCOMPARE(outcome.changed, text != expected);
        QVERIFY(outcome.remark.empty());
    }

    void rulesFollowEachOther() {
        const auto rules = Substitution::make({{"a", "b"}, {"b", "c"}}, {});
        QCOMPARE(rules->apply("ab").text, std::string("cc"));
    }

    void keepsWhatWasReceived() {
        auto rules = Substitution::make({{"token=\\w+", "token=${received:token}"}},
                                        {"\"token\":\"(?<token>\\w+)\""});
        QVERIFY(rules);
        const Substitution::Outcome before = rules->apply("token=old");
        QCOMPARE(before.text, std::string("token=old"));
        QVERIFY(before.remark.find("${received:token}") != std::string::npos);
        rules->learn(R"({"token":"first"})");
        rules->learn("nothing here");
        rules->learn(R"({"token":"second"})");
        QCOMPARE(rules->apply("token=old").text, std::string("token=second"));
        QCOMPARE(*rules->variable("token"), std::string("second"));
        QVERIFY(rules->variable("other") == nullptr);
    }

    void anyBytesAreText() {
        const auto rules = Substitution::make({{"b", "c"}}, {});
        QCOMPARE(rules
                     ->apply("a\xff"
                             "b\xc3")
                     .text,
                 std::string("a\xff"
                             "c\xc3"));
        QCOMPARE(rules->apply("").text, std::string());
    }

    void givesUpOnEndlessExpressions() {
        const auto rules = Substitution::make({{"(a+)+$", "x"}, {"b", "c"}}, {});
        QVERIFY(rules);
        const std::string text = std::string(40, 'a') + "b";
        const Substitution::Outcome outcome = rules->apply(text);
        QVERIFY(outcome.remark.starts_with("A rule was given up on a text: "));
        QCOMPARE(outcome.text, std::string(40, 'a') + "c");
    }

    /// Text that is UTF-8 is matched by another code than bytes that are not.
    void matchesTheSameInAnyBytes() {
        const auto rules = Substitution::make({{"(?<=é)x(.)", "<$1>"}}, {});
        QVERIFY(rules);
        QCOMPARE(rules->apply("éxüéxaé").text, std::string("é<ü>é<a>é"));
        QCOMPARE(rules
                     ->apply("éxüéxa\xff"
                             "éx")
                     .text,
                 std::string("é<ü>é<a>\xff"
                             "éx"));
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("replacement");
        QTest::addColumn<QString>("sentence");
        const auto add = [](const char* pattern, const char* replacement, const char* sentence) {
            QTest::addRow("%s -> %s", pattern, replacement) << pattern << replacement << sentence;
        };
        add("(a", "",
            "The rule \"(a\" is no regular expression: missing closing parenthesis, at character "
            "3.");
        add("a", "$1", "The replacement \"$1\" cannot be read: its expression has no group 1.");
        add("a", "${x}",
            "The replacement \"${x}\" cannot be read: its expression has no group that is named "
            "\"x\".");
        add("a", "${env:FRAMESCOPE_NO_SUCH}",
            "The replacement \"${env:FRAMESCOPE_NO_SUCH}\" cannot be read: there is no variable "
            "FRAMESCOPE_NO_SUCH in the environment.");
        add("a", "${received:t}",
            "The replacement \"${received:t}\" cannot be read: no capture has a group that is "
            "named \"t\".");
        add("a", "${x", "The replacement \"${x\" cannot be read: \"${\" is not closed.");
        add("a", "5$",
            "The replacement \"5$\" cannot be read: a dollar stands at its end; write $$ for one.");
        add("a", "$x",
            "The replacement \"$x\" cannot be read: behind a dollar a number or { is expected; "
            "write $$ for a dollar.");
    }

    void saysWhatIsWrong() {
        QFETCH(QString, pattern);
        QFETCH(QString, replacement);
        QFETCH(QString, sentence);
        const auto rules =
            Substitution::make({{pattern.toStdString(), replacement.toStdString()}}, {});
        QVERIFY(!rules);
        QCOMPARE(QString::fromStdString(rules.error().sentence), sentence);
    }

    void capturesNeedNames() {
        const auto rules = Substitution::make({}, {"(a)"});
        QVERIFY(!rules);
        QCOMPARE(
            rules.error().sentence,
            std::string("The capture \"(a)\" has no named group, so nothing is kept of what it "
                        "matches."));
    }
};

QTEST_APPLESS_MAIN(TestSubstitution)
#include "test_substitution.moc"
