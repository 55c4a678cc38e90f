// Forms of the composer: a draft that is put in comes out as it was, what cannot be read is named,
// tables are good models, and settings say what was chosen.
#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>

#include "capture/compose/draft_json.h"
#include "ui/composer/frame_form.h"
#include "ui/composer/history_model.h"
#include "ui/composer/history_view.h"
#include "ui/composer/pair_table_model.h"
#include "ui/composer/payload_edit.h"
#include "ui/composer/plain_forms.h"
#include "ui/composer/settings_dialog.h"
#include "ui/composer/socketio_form.h"
#include "ui/widgets/flat_tab_bar.h"

using namespace framescope;

namespace {

QString written(const compose::Draft& draft) {
    return QString::fromStdString(compose::toJson(draft));
}

QLineEdit* fieldNamed(QWidget& form, const char* name) {
    for (QLineEdit* field : form.findChildren<QLineEdit*>()) {
        if (field->accessibleName() == QLatin1String(name)) return field;
    }
    return nullptr;
}

/// Headers or settings of a connection, everything different from what is usual.
client::ClientOptions unusualOptions() {
    client::ClientOptions options;
    options.urls = {"ws://a/", "ws://b/", "wss://c/"};
    options.handshake.subprotocols = {"chat", "mqtt"};
    options.handshake.extensions = {"permessage-deflate; client_max_window_bits", "x"};
    using Kind = client::HandshakeDraft::Edit::Kind;
    options.handshake.edits = {{Kind::Set, "Origin", "https://a"},
                               {Kind::Add, "Cookie", "a=b"},
                               {Kind::Remove, "User-Agent", ""}};
    options.handshake.rawRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    options.connection.tls.verify = false;
    options.connection.tls.caFile = "/ca.pem";
    options.connection.tls.certificateFile = "/c.pem";
    options.connection.tls.keyFile = "/k.pem";
    options.connection.tls.serverName = "example.org";
    options.connection.tls.keyLogFile = "/keys.log";
    options.connection.proxy = {"proxy", 3128, "me:secret"};
    options.connection.connectTimeout = std::chrono::milliseconds(1500);
    options.connection.idleTimeout = std::chrono::milliseconds(60'000);
    options.engineIo.revision = 3;
    options.engineIo.way = client::EngineIoOptions::Way::PollingOnly;
    options.engineIo.path = "/rt/";
    options.engineIo.answersHeartbeats = false;
    options.engineIo.base64 = true;
    options.socketIo.namespaces = {{"/", ""}, {"/chat", "{\"token\":1}"}};
    options.socketIo.msgpack = true;
    options.answersPings = false;
    options.answersClose = false;
    options.periodic = {
        {*compose::parseDraft("{\"text\":\"tick\"}"), std::chrono::milliseconds(250)}};
    options.reconnecting.enabled = true;
    options.reconnecting.attempts = 7;
    return options;
}

}  // namespace

class TestForms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void draftsComeOutAsTheyWentIn_data() {
        QTest::addColumn<QString>("json");
        const char* const drafts[] = {
            "{'text':'hello'}",
            "{'json':{'a':1},'fragments':[3,2]}",
            "{'hex':'48 65','opcode':'binary','mask':'zero','length':'16'}",
            "{'file':'photo.png','opcode':2,'compress':'no-context'}",
            "{'opcode':'close','code':1000,'text':'bye'}",
            "{'opcode':'ping','text':'x','rsv2':true,'rsv1':false,'fin':false,'announce':5}",
            "{'text':'abcdef','fragments':[2,2],'between':[{'after':0,'opcode':'ping'}]}",
            "{'text':'ab','fragments':[1],'between':[{'after':0,'hex':'00','opcode':3,'rsv3':true}]"
            "}",
            "{'text':'x','opcode':11,'mask':'37fa213d','length':'64','compress':'agreed'}",
            "{'emit':'message','args':['a',{'b':1}],'nsp':'/"
            "chat','ack':true,'attachments':[{'file':'a.png'}]}",
            "{'sio':'connect','nsp':'/chat','data':{'token':'x'}}",
            "{'sio':'disconnect','nsp':'/chat'}",
            "{'sio':'ack','id':3,'args':[]}",
            "{'eio':'message','text':'2[\\'a\\']'}",
            "{'eio':'ping','text':'probe'}",
            "{'raw':'GET / HTTP/1.1\\r\\n\\r\\n'}",
            "{'raw':'one\\ntwo'}",
            "{'raw':{'hex':'81 05'}}",
        };
        for (const char* json : drafts)
            QTest::newRow(json) << QString::fromUtf8(json).replace(QLatin1Char('\''),
                                                                   QLatin1Char('"'));
    }

    void draftsComeOutAsTheyWentIn() {
        QFETCH(QString, json);
        const auto draft = compose::parseDraft(json.toStdString());
        QVERIFY2(draft, draft ? "" : draft.error().sentence.c_str());
        FrameForm frame;
        SocketIoForm socketIo;
        EngineIoForm engineIo;
        RawForm raw;
        int taken = 0;
        for (DraftForm* form :
             std::initializer_list<DraftForm*>{&frame, &socketIo, &engineIo, &raw}) {
            if (!form->takes(*draft)) continue;
            ++taken;
            QSignalSpy changed(form, &DraftForm::changed);
            form->setDraft(*draft);
            QCOMPARE(changed.size(), 1);
            QCOMPARE(written(form->draft()), written(*draft));
            QVERIFY(form->draft() == *draft);
            QCOMPARE(form->fault(), QString());
        }
        QCOMPARE(taken, 1);
    }

    void textThatAnEditorWouldChangeBecomesHex() {
        FrameForm form;
        compose::FrameDraft frame;
        frame.payload.text = std::string("a\r\nb\0c", 6);
        form.setDraft(frame);
        const auto out = std::get<compose::FrameDraft>(form.draft());
        QCOMPARE(out.payload.kind, compose::Payload::Kind::Hex);
        QCOMPARE(QString::fromStdString(out.payload.text), QStringLiteral("61 0d 0a 62 00 63"));
        QCOMPARE(out.opcode, std::uint8_t{1});
    }

    void whatCannotBeReadIsNamed() {
        FrameForm form;
        QCOMPARE(form.fault(), QString());
        QLineEdit* const sizes = fieldNamed(form, "Fragments");
        sizes->setText(QStringLiteral("3, two"));
        QVERIFY(form.fault().contains(QStringLiteral("fragments")));
        sizes->setText(QStringLiteral("3,2"));
        QCOMPARE(form.fault(), QString());
        QCOMPARE(std::get<compose::FrameDraft>(form.draft()).fragments,
                 (std::vector<std::uint64_t>{3, 2}));
        fieldNamed(form, "Frames between")->setText(QStringLiteral("1 ping hello, 2 pong"));
        const auto between = std::get<compose::FrameDraft>(form.draft()).between;
        QCOMPARE(between.size(), std::size_t{2});
        QCOMPARE(between[0].first, std::size_t{0});
        QCOMPARE(between[0].second.payload.text, std::string("hello"));
        QCOMPARE(between[1].second.opcode, std::uint8_t{10});
        fieldNamed(form, "Frames between")->setText(QStringLiteral("0 ping"));
        QVERIFY(!form.fault().isEmpty());
    }

    void bytesGoAsBinaryUnlessSomebodyChoseOtherwise() {
        FrameForm form;
        form.show();
        FlatTabBar& kinds = form.payload().kinds();
        QTest::mouseClick(&kinds, Qt::LeftButton, {}, kinds.tabRect(2).center());
        QTRY_COMPARE(std::get<compose::FrameDraft>(form.draft()).opcode, std::uint8_t{2});
        QTest::mouseClick(&kinds, Qt::LeftButton, {}, kinds.tabRect(0).center());
        QTRY_COMPARE(std::get<compose::FrameDraft>(form.draft()).opcode, std::uint8_t{1});
    }

    void rawLinesEndAsHttpWantsIt() {
        RawForm form;
        const auto raw = std::get<compose::RawDraft>(form.draft());
        QVERIFY(raw.bytes.text.ends_with("\r\n\r\n"));
        form.findChild<QCheckBox*>()->setChecked(false);
        QCOMPARE(std::get<compose::RawDraft>(form.draft()).bytes.text.find('\r'),
                 std::string::npos);
    }

    void tablesAreGoodModels() {
        PairTableModel model({QStringLiteral("Name"), QStringLiteral("Value")}, {});
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(model.setData(model.index(0, 0), QStringLiteral("a")));
        QVERIFY(model.setData(model.index(0, 1), QStringLiteral("b")));
        QVERIFY(model.setData(model.index(1, 1), QStringLiteral("c")));
        QCOMPARE(model.lines(), (QList<QStringList>{{QStringLiteral("a"), QStringLiteral("b")},
                                                    {QString(), QStringLiteral("c")}}));
        QVERIFY(!model.setData(model.index(2, 0), QString()));
        QVERIFY(model.removeRows(0, 1));
        QVERIFY(!model.removeRows(1, 1));  // the empty line stays
        QCOMPARE(model.rowCount(), 2);
        model.setLines({});
        QCOMPARE(model.rowCount(), 1);
    }

    void theHistoryKeepsTheLatestFirst() {
        HistoryModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
        const auto text = [](int number) {
            compose::FrameDraft frame;
            frame.payload.text = std::to_string(number);
            return compose::Draft(frame);
        };
        const QDateTime now = QDateTime::currentDateTime();
        for (std::size_t i = 0; i < HistoryModel::kMost + 5; ++i) {
            model.add(text(static_cast<int>(i)), now);
            model.add(text(static_cast<int>(i)), now);  // once is enough
        }
        QCOMPARE(model.rowCount(), static_cast<int>(HistoryModel::kMost));
        QVERIFY(model.draftAt(0) == text(static_cast<int>(HistoryModel::kMost) + 4));
        compose::FrameDraft huge;
        huge.payload.text.assign(HistoryModel::kMostText + 1, 'x');
        model.add(huge, now);
        QVERIFY(model.draftAt(0) == text(static_cast<int>(HistoryModel::kMost) + 4));
        HistoryView view(model);
        QSignalSpy chosen(&view, &HistoryView::chosen);
        view.setCurrentIndex(model.index(3));
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.front().front().toInt(), 3);
    }

    void settingsSayWhatWasChosen() {
        const client::ClientOptions given = unusualOptions();
        SettingsDialog dialog(given, nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(dialog.obstacle(), QString());
        const client::ClientOptions out = dialog.options();
        QVERIFY(out.urls == given.urls);
        QVERIFY(out.handshake.subprotocols == given.handshake.subprotocols);
        QVERIFY(out.handshake.extensions == given.handshake.extensions);
        QVERIFY(out.handshake.edits == given.handshake.edits);
        QVERIFY(out.handshake.rawRequest == given.handshake.rawRequest);
        QVERIFY(!out.connection.tls.verify);
        QCOMPARE(out.connection.tls.caFile, given.connection.tls.caFile);
        QCOMPARE(out.connection.tls.keyFile, given.connection.tls.keyFile);
        QCOMPARE(out.connection.tls.serverName, given.connection.tls.serverName);
        QCOMPARE(out.connection.tls.keyLogFile, given.connection.tls.keyLogFile);
        QCOMPARE(out.connection.proxy.host, given.connection.proxy.host);
        QCOMPARE(out.connection.proxy.port, given.connection.proxy.port);
        QCOMPARE(out.connection.proxy.userInfo, given.connection.proxy.userInfo);
        QVERIFY(out.connection.connectTimeout == given.connection.connectTimeout);
        QVERIFY(out.connection.idleTimeout == given.connection.idleTimeout);
        QVERIFY(out.closeTimeout == given.closeTimeout);
        QCOMPARE(out.engineIo.revision, given.engineIo.revision);
        QVERIFY(out.engineIo.way == given.engineIo.way);
        QCOMPARE(out.engineIo.path, given.engineIo.path);
        QVERIFY(!out.engineIo.answersHeartbeats && out.engineIo.base64 && out.socketIo.msgpack);
        QCOMPARE(out.socketIo.namespaces.size(), std::size_t{2});
        QCOMPARE(out.socketIo.namespaces[1].name, std::string("/chat"));
        QCOMPARE(out.socketIo.namespaces[1].auth, std::string("{\"token\":1}"));
        QVERIFY(!out.answersPings && !out.answersClose);
        QCOMPARE(out.periodic.size(), std::size_t{1});
        QVERIFY(out.periodic[0].draft == given.periodic[0].draft);
        QVERIFY(out.periodic[0].interval == given.periodic[0].interval);
        QVERIFY(out.reconnecting.enabled);
        QCOMPARE(out.reconnecting.attempts, 7U);
        QVERIFY(out.reconnecting.firstDelay == given.reconnecting.firstDelay);
    }

    void settingsThatCannotBeTakenSaySo() {
        client::ClientOptions options;
        options.urls = {"ws://a/", "nonsense://b"};
        SettingsDialog dialog(options, nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QVERIFY(!dialog.obstacle().isEmpty());
    }
};

QTEST_MAIN(TestForms)
#include "test_forms.moc"
