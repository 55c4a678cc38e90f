// What the form holds, what is wrong with it, and what it means.
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/replay/replay_choices.h"
#include "ui/replay/replay_form.h"
#include "ui/replay/replay_subject.h"
#include "ui/widgets/line_list.h"

using namespace framescope;

namespace {

ReplayChoices everything() {
    ReplayChoices choices;
    choices.url = QStringLiteral(" wss://example.org/chat ");
    choices.timing = replay::Timing::Recorded;
    choices.speed = 2.5;
    choices.recordedMasks = true;
    choices.patienceMs = 700;
    choices.laterThanMs = 250;
    choices.verify = false;
    choices.caFile = QStringLiteral("/tmp/ca.pem");
    choices.proxy = QStringLiteral("proxy.example:3128");
    choices.rules = {{QStringLiteral("room-(\\d+)"), QStringLiteral("lobby-$1")},
                     {QStringLiteral("secret"), QString()}};
    choices.captures = {QStringLiteral("\"token\":\"(?<token>\\w+)\"")};
    choices.ignored = {QStringLiteral("$.time"), QStringLiteral("header:Date")};
    return choices;
}

}  // namespace

class TestReplayChoices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFormGivesBackWhatItWasGiven() {
        ReplayForm form;
        const ReplayChoices wanted = everything();
        form.setChoices(wanted);
        ReplayChoices got = form.choices();
        got.url = wanted.url;  // stands elsewhere
        QVERIFY(got == wanted);
        QCOMPARE(form.obstacle(), QString());
    }

    void choicesBecomeOptions() {
        ReplaySubject subject;
        subject.engineSession = 3;
        const replay::ReplayOptions options = toOptions(everything(), subject);
        QVERIFY(!options.connection);
        QCOMPARE(*options.engineSession, engineio::SessionId{3});
        QCOMPARE(options.url, std::string("wss://example.org/chat"));
        QVERIFY(options.timing == replay::Timing::Recorded);
        QCOMPARE(options.speed, 2.5);
        QVERIFY(options.recordedMasks);
        QCOMPARE(options.patience, std::chrono::milliseconds(700));
        QCOMPARE(*options.laterThan, std::chrono::milliseconds(250));
        QVERIFY(!options.connect.tls.verify);
        QCOMPARE(options.connect.tls.caFile.string(), std::string("/tmp/ca.pem"));
        QCOMPARE(options.connect.proxy.host, std::string("proxy.example"));
        QCOMPARE(options.connect.proxy.port, std::uint16_t{3128});
        QCOMPARE(options.rules.size(), std::size_t{2});
        QCOMPARE(options.rules[0].pattern, std::string("room-(\\d+)"));
        QCOMPARE(options.rules[0].replacement, std::string("lobby-$1"));
        QCOMPARE(options.captures.size(), std::size_t{1});
        QCOMPARE(options.ignored.size(), std::size_t{2});
        QVERIFY(!toOptions({}, subject).laterThan);
    }

    void choicesAreKeptButNotTheBlindEye() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
        ReplayChoices kept = everything();
        storeChoices(&settings, kept);
        const ReplayChoices stored = storedReplayChoices(&settings);
        QVERIFY(stored.verify);
        kept.verify = true;
        QVERIFY(stored == kept);
        QVERIFY(storedReplayChoices(nullptr) == ReplayChoices());
    }

    void whatIsWrongIsSaid_data() {
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QString>("holds");
        QTest::newRow("no address") << whyBadUrl(QStringLiteral("  ")) << QStringLiteral("Where");
        QTest::newRow("scheme") << whyBadUrl(QStringLiteral("ftp://a/")) << QStringLiteral("ftp");
        QTest::newRow("pattern") << whyBadPattern(QStringLiteral("(a")) << QStringLiteral("“(a”");
        QTest::newRow("rule of nothing")
            << whyBadRule({QString(), QStringLiteral("x")}) << QStringLiteral("replaced");
        QTest::newRow("group") << whyBadRule({QStringLiteral("a(?<x>b)"), QStringLiteral("${y}")})
                               << QStringLiteral("“y”");
        QTest::newRow("group number")
            << whyBadRule({QStringLiteral("a"), QStringLiteral("${2}")}) << QStringLiteral("“2”");
        QTest::newRow("capture") << whyBadCapture(QStringLiteral("a(b)"))
                                 << QStringLiteral("(?<token>");
        QTest::newRow("path") << whyBadIgnored(QStringLiteral("$.a[")) << QStringLiteral("$.a[");
        QTest::newRow("header") << whyBadIgnored(QStringLiteral("header:"))
                                << QStringLiteral("header:");
        QTest::newRow("proxy") << whyBadProxy(QStringLiteral("a:99999"))
                               << QStringLiteral("HOST:PORT");
    }
    void whatIsWrongIsSaid() {
        QFETCH(QString, sentence);
        QFETCH(QString, holds);
        QVERIFY2(sentence.contains(holds), qPrintable(sentence));
        QVERIFY(sentence.endsWith(QLatin1Char('.')) || sentence.endsWith(QLatin1Char('?')));
    }

    void whatIsRightIsNot() {
        QCOMPARE(whyBadUrl(QStringLiteral("localhost:3000")), QString());
        QCOMPARE(whyBadRule({QStringLiteral("a(?<x>b)(c)"),
                             QStringLiteral("${x} ${2} $1 ${env:HOME} ${received:token}")}),
                 QString());
        for (const char* path :
             {"$", "$.time", "$[1].id", "$..ts", "message[0].id", "header:Date"}) {
            QCOMPARE(whyBadIgnored(QString::fromLatin1(path)), QString());
        }
        QCOMPARE(whyImpossible(everything()), QString());
    }

    void anErrorStandsBelowItsLine() {
        ReplayForm form;
        form.show();
        LineList& rules = form.rules();
        QSignalSpy edited(&form, &ReplayForm::edited);
        QTest::keyClicks(rules.field(0, 0), QStringLiteral("a(b"));
        QVERIFY(edited.size() >= 3);
        QVERIFY(rules.errorOf(0).contains(QStringLiteral("“a(b”")));
        QCOMPARE(form.obstacle(), rules.errorOf(0));
        QTest::keyClicks(rules.field(0, 0), QStringLiteral(")"));
        QCOMPARE(rules.errorOf(0), QString());
        QCOMPARE(form.obstacle(), QString());
        // There is a line for the next one, and an emptied line is no rule.
        QTest::keyClicks(rules.field(1, 0), QStringLiteral("x"));
        QCOMPARE(rules.lines().size(), 2);
        rules.field(0, 0)->clear();
        QCOMPARE(rules.lines(), (QList<QStringList>{{QStringLiteral("x"), QString()}}));
    }

    void aFieldIsIgnoredOnce() {
        ReplayForm form;
        form.ignore(QStringLiteral("$.time"));
        form.ignore(QStringLiteral("$.time"));
        form.ignore(QStringLiteral("$.id"));
        QCOMPARE(form.choices().ignored,
                 (QStringList{QStringLiteral("$.time"), QStringLiteral("$.id")}));
    }
};

QTEST_MAIN(TestReplayChoices)
#include "test_replay_choices.moc"
