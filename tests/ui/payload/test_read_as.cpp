// Overruling how payloads are read: the rule that comes of it, and the menu.
#include <QAction>
#include <QFile>
#include <QInputDialog>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWidget>

#include "tests/ui/hand_made_dissection.h"
#include "tests/ui/hand_made_session.h"
#include "ui/payload/payload_overrule.h"
#include "ui/payload/read_as_menu.h"

using namespace framescope;

namespace {

PayloadRule rule(const char* path, const char* event, PayloadFormat format) {
    PayloadRule made;
    made.path = path;
    made.event = event;
    made.format = format;
    return made;
}

QStringList textsOf(const PayloadRules& rules) {
    QStringList texts;
    for (const PayloadRule& one : rules.rules()) {
        texts << QString::fromStdString(payloadRuleText(one));
    }
    return texts;
}

QAction* entry(ReadAsMenu& menu, const char* text) {
    for (QAction* action : menu.actions()) {
        if (action->text().remove(QLatin1Char('&')) == QLatin1String(text)) return action;
    }
    return nullptr;
}

QString written(const QTemporaryDir& folder, const char* name, const char* text) {
    const QString path = folder.filePath(QString::fromLatin1(name));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write(text);
    return path;
}

}  // namespace

class TestReadAs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRowGivesTheRuleItFallsUnder() {
        Session session(nullptr);
        Batch batch = test::handMadeBatch(0, 4, 2, [](RecordId row, Record& record) {
            if (row != 2) return;
            record.protocol = Protocol::SocketIo;
            record.name = 2;
        });
        batch.names = {"/socket.io/?EIO=4&transport=websocket", "message"};
        batch.connections[0].second.facts.path = 1;
        session.append(std::move(batch));
        const PayloadRule event = ruleOf(session, 2, *test::handMadeDissection());
        QCOMPARE(event.path, std::string("/socket.io/"));
        QCOMPARE(event.event, std::string("message"));
        QCOMPARE(ruleScope(event), QStringLiteral("“message” at /socket.io/"));
        const PayloadRule plain = ruleOf(session, 0, Dissection());
        QCOMPARE(ruleScope(plain), QStringLiteral("/socket.io/"));
        // An attachment is read as the arguments of its event are.
        Dissection attachment;
        attachment.fields.addComputed(FieldId::SocketIoAttachmentOf, std::string("attachment 1"));
        attachment.fields.open(FieldId::RowLink, {}, 0, "attachment of row 3", std::uint64_t{3});
        attachment.fields.addComputed(FieldId::RowLinkKind, std::string("attachment"));
        attachment.fields.close();
        QCOMPARE(ruleOf(session, 0, attachment).event, std::string("message"));
        // Nothing is known of the other connection: the rule is for all then.
        const PayloadRule all = ruleOf(session, 1, Dissection());
        QCOMPARE(all.path, std::string("*"));
        QCOMPARE(ruleScope(all), QStringLiteral("all payloads"));
    }

    void theLatestChoiceCounts() {
        PayloadRules rules;
        rules = overruled(rules, rule("/feed", "", PayloadFormat::Cbor));
        rules = overruled(rules, rule("*", "", PayloadFormat::Text));
        QCOMPARE(textsOf(rules),
                 (QStringList{QStringLiteral("*=text"), QStringLiteral("/feed=cbor")}));
        rules = overruled(rules, rule("/feed", "", PayloadFormat::Json));
        QCOMPARE(textsOf(rules),
                 (QStringList{QStringLiteral("/feed=json"), QStringLiteral("*=text")}));
        QVERIFY(rules.choose("/feed?x=1", "").format == PayloadFormat::Json);
    }

    void guessingAgainTakesTheRuleAway() {
        PayloadRules rules;
        rules = overruled(rules, rule("/feed", "", PayloadFormat::Cbor));
        QVERIFY(overruled(rules, rule("/feed", "", PayloadFormat::Auto)).empty());
        // A wider rule must not take its place.
        rules = overruled(rules, rule("*", "", PayloadFormat::Text));
        rules = overruled(rules, rule("/feed", "", PayloadFormat::Auto));
        QCOMPARE(textsOf(rules),
                 (QStringList{QStringLiteral("/feed=auto"), QStringLiteral("*=text")}));
    }

    void theMenuGivesTheRuleItsFormat() {
        ReadAsMenu menu;
        QVERIFY(!menu.menuAction()->isEnabled());
        menu.setTarget(rule("/a&b", "", PayloadFormat::Auto));
        QVERIFY(menu.menuAction()->isEnabled());
        QVERIFY(!menu.actions().front()->isEnabled());
        QCOMPARE(menu.actions().front()->text(), QStringLiteral("/a&&b"));
        std::vector<PayloadRule> chosen;
        connect(&menu, &ReadAsMenu::chosen, this,
                [&chosen](const PayloadRule& one) { chosen.push_back(one); });
        for (const char* text : {"JSON", "MessagePack", "CBOR", "Protocol Buffers", "Base64",
                                 "Text", "Raw Bytes", "Guess Again"}) {
            QAction* const action = entry(menu, text);
            QVERIFY2(action != nullptr, text);
            action->trigger();
        }
        QCOMPARE(chosen.size(), std::size_t{8});
        QCOMPARE(payloadRuleText(chosen[0]), std::string("/a&b=json"));
        QCOMPARE(payloadRuleText(chosen[3]), std::string("/a&b=protobuf"));
        QCOMPARE(payloadRuleText(chosen[7]), std::string("/a&b=auto"));
    }

    void aSchemaAsksForTheMessage() {
        QTemporaryDir folder;
        const QString path = written(
            folder, "chat.proto",
            "syntax = \"proto3\"; message Hello { string text = 1; } message Bye { int32 n = 1; }");
        QWidget window;
        window.show();
        ReadAsMenu menu(&window);
        menu.setTarget(rule("/feed", "", PayloadFormat::Auto));
        std::vector<PayloadRule> chosen;
        connect(&menu, &ReadAsMenu::chosen, this,
                [&chosen](const PayloadRule& one) { chosen.push_back(one); });
        menu.readSchema(path);
        // Another row is selected meanwhile: the choice is still about the first.
        menu.setTarget(rule("/other", "", PayloadFormat::Auto));
        QInputDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = window.findChild<QInputDialog*>(QStringLiteral("message"))) !=
                    nullptr);
        QCOMPARE(dialog->comboBoxItems(),
                 (QStringList{QStringLiteral("Hello"), QStringLiteral("Bye")}));
        dialog->setTextValue(QStringLiteral("Bye"));
        dialog->accept();
        QCOMPARE(chosen.size(), std::size_t{1});
        QCOMPARE(chosen[0].path, std::string("/feed"));
        QCOMPARE(chosen[0].message, std::string("Bye"));
        QVERIFY(chosen[0].schema != nullptr);
        QVERIFY(chosen[0].format == PayloadFormat::Protobuf);
    }

    void whatIsWrongWithASchemaIsSaid() {
        QTemporaryDir folder;
        ReadAsMenu menu;
        menu.setTarget(rule("/feed", "", PayloadFormat::Auto));
        QSignalSpy failed(&menu, &ReadAsMenu::failed);
        menu.readSchema(folder.filePath(QStringLiteral("missing.proto")));
        QVERIFY(failed.wait());
        QVERIFY(failed.takeFirst().at(0).toString().contains(QStringLiteral("missing.proto")));
        menu.readSchema(written(folder, "wrong.proto", "syntax = \"proto3\"; message {"));
        QVERIFY(failed.wait());
        QVERIFY(failed.takeFirst().at(0).toString().contains(QStringLiteral("wrong.proto")));
        menu.readSchema(written(folder, "empty.proto", "syntax = \"proto3\";"));
        QVERIFY(failed.wait());
        QCOMPARE(failed.takeFirst().at(0).toString(),
                 QStringLiteral("empty.proto holds no message."));
    }

    void aMenuThatGoesAwayWaitsForItsThread() {
        QTemporaryDir folder;
        const QString path = written(folder, "chat.proto",
                                     "syntax = \"proto3\"; message Hello { string text = 1; }");
        {
            ReadAsMenu menu;
            menu.setTarget(rule("/feed", "", PayloadFormat::Auto));
            menu.readSchema(path);
        }
        QCoreApplication::processEvents();
    }
};

QTEST_MAIN(TestReadAs)
#include "test_read_as.moc"
