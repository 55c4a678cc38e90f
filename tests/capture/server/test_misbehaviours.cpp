// The table of misbehaviours and the text form people type.
#include <QTest>

#include "capture/server/fault_list.h"
#include "capture/server/misbehaviour.h"

using namespace framescope::server;

class TestMisbehaviours : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFaultHasItsRow() {
        QCOMPARE(allFaults().size(), static_cast<std::size_t>(Fault::Count));
        std::size_t index = 0;
        for (const FaultInfo& info : allFaults()) {
            QCOMPARE(static_cast<std::size_t>(info.fault), index++);
            QVERIFY(!info.name.empty());
            QVERIFY(info.sentence.ends_with('.'));
            const auto parsed = parseMisbehaviours(info.name);
            QVERIFY(parsed);
            QCOMPARE((*parsed)[0].fault, info.fault);
            QCOMPARE(parseMisbehaviours(std::string(info.name) + ":7@2").operator bool(),
                     !info.number.empty() && info.fault != Fault::Refuse);
        }
    }
    void textAndBack_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"wrong-accept", "close:1011@3", "lying-length:5,reset@2", "close",
                                 "refuse:503,split-writing:3,slow-reading:100"}) {
            QTest::newRow(text) << QString(text);
        }
    }
    void textAndBack() {
        QFETCH(QString, text);
        const auto parsed = parseMisbehaviours(text.toStdString());
        QVERIFY2(parsed, parsed ? "" : parsed.error().sentence.c_str());
        QCOMPARE(QString::fromStdString(toText(*parsed)), text);
    }
    void whatIsWrongIsSaid_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("why");
        QTest::newRow("name") << "late-akc"
                              << "none of that name";
        QTest::newRow("no number") << "masked:1"
                                   << "takes no number";
        QTest::newRow("range") << "refuse:100"
                               << "from 200 to 599";
        QTest::newRow("not a number") << "close:x"
                                      << "from 0 to 65535";
        QTest::newRow("after") << "close@x"
                               << "how many messages";
        QTest::newRow("too great") << "reserved-opcode:16"
                                   << "from 3 to 15";
        QTest::newRow("not reserved") << "reserved-opcode:1"
                                      << "from 3 to 15";
        QTest::newRow("not reserved either") << "reserved-opcode:9"
                                             << "11 to 15";
    }
    void whatIsWrongIsSaid() {
        QFETCH(QString, text);
        QFETCH(QString, why);
        const auto parsed = parseMisbehaviours(text.toStdString());
        QVERIFY(!parsed);
        QVERIFY2(QString::fromStdString(parsed.error().sentence).contains(why),
                 parsed.error().sentence.c_str());
        QVERIFY(QString::fromStdString(parsed.error().sentence).contains(text));
    }
    void severalAndSpaces() {
        const auto parsed = parseMisbehaviours(" close:1000 , ,masked ");
        QVERIFY(parsed);
        QCOMPARE(parsed->size(), 2U);
        const auto none = parseMisbehaviours("close:none@2");
        QVERIFY(none);
        QVERIFY(!none->front().number);
        QCOMPARE(none->front().after, 2U);
        std::string many;
        for (std::size_t i = 0; i <= kMaxMisbehaviours; ++i) many += "masked,";
        QVERIFY(!parseMisbehaviours(many));
    }
    void theRequestComesBeforeTheServer() {
        auto everywhere = std::make_shared<std::vector<Misbehaviour>>();
        const FaultList faults({{Fault::Close, 1011, 2}}, everywhere);
        QVERIFY(!faults.due(Fault::Close, 1));
        QCOMPARE(faults.due(Fault::Close, 2)->number, std::optional<std::uint64_t>(1011));
        QVERIFY(!faults.due(Fault::Masked));
        everywhere->push_back({Fault::Masked, {}, 0});
        everywhere->push_back({Fault::Close, 1001, 0});
        QVERIFY(faults.due(Fault::Masked));
        QCOMPARE(faults.due(Fault::Close, 1)->number, std::optional<std::uint64_t>(1001));
        QCOMPARE(faults.due(Fault::Close, 5)->number, std::optional<std::uint64_t>(1011));
        QCOMPARE(numberOf({Fault::Refuse, {}, 0}), 403U);
    }
};

QTEST_APPLESS_MAIN(TestMisbehaviours)
#include "test_misbehaviours.moc"
