// The tree of a row: model, folding, selection and what can be copied.
#include <cmath>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/hand_made_dissection.h"
#include "ui/tree/field_tree_view.h"

using namespace framescope;
using framescope::test::handMadeDissection;

namespace {

/// An event that row 57 acknowledges.
std::shared_ptr<Dissection> withLink() {
    auto dissection = handMadeDissection();
    dissection->fields.open(FieldId::RowLink, {}, 0, "acknowledged by row 57", std::uint64_t{57});
    dissection->fields.addComputed(FieldId::RowLinkKind, std::string("ack"));
    dissection->fields.close();
    return dissection;
}

}  // namespace

class TestFieldTree : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelKeepsItsPromises() {
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model);
        model.setDissection(handMadeDissection());
        QCOMPARE(model.rowCount(), 4);
        model.setDissection(std::make_shared<Dissection>());
        QCOMPARE(model.rowCount(), 0);
        model.setDissection(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void everyFieldIsFoundAgain() {
        FieldTreeModel model;
        const auto dissection = handMadeDissection();
        model.setDissection(dissection);
        for (FieldIndex field = 0; field < dissection->fields.size(); ++field) {
            const QModelIndex index = model.indexOf(field);
            QVERIFY(index.isValid());
            QCOMPARE(model.fieldOf(index), field);
            const FieldIndex parent = dissection->fields[field].parent;
            QCOMPARE(model.fieldOf(index.parent()), parent);
        }
        QVERIFY(!model.indexOf(kNoField).isValid());
    }

    void anIssueStandsUnderItsField() {
        FieldTreeModel model;
        const auto dissection = handMadeDissection();
        model.setDissection(dissection);
        const FieldIndex opcode = dissection->fields.find(FieldId::WebSocketOpcode);
        const QModelIndex field = model.indexOf(opcode);
        QCOMPARE(model.rowCount(field), 1);
        const QModelIndex issue = model.index(0, 0, field);
        QVERIFY(issue.data(FieldTreeModel::IssueRole).toBool());
        QVERIFY(
            issue.data().toString().startsWith(QStringLiteral("Error: The opcode is reserved.")));
        QVERIFY(issue.data().toString().contains(QStringLiteral("RFC 6455 section 5.2")));
        QCOMPARE(model.fieldOf(issue), opcode);
        const auto error = static_cast<int>(Severity::Error);
        QCOMPARE(field.data(FieldTreeModel::SeverityRole).toInt(), error);
        QCOMPARE(field.parent().data(FieldTreeModel::SeverityRole).toInt(), 0);
        QCOMPARE(field.parent().data(FieldTreeModel::SubtreeSeverityRole).toInt(), error);
    }

    /// A comment of several lines, or of one that is long, can be read whole below it.
    void aLongCommentStandsInLines() {
        const auto made = [](const std::string& text) {
            auto dissection = std::make_shared<Dissection>();
            const ByteView bytes = asBytes(text);
            dissection->fields.addComputed(FieldId::Frame, {});
            const SourceId source = dissection->addSource(SourceKind::Decoded, "Comment",
                                                          Bytes(bytes.begin(), bytes.end()));
            dissection->fields.open(FieldId::Capture, Place{source, 0}, text.size(), "comment");
            dissection->fields.close();
            return dissection;
        };
        FieldTreeView view;
        FieldTreeModel& model = view.fieldModel();
        QAbstractItemModelTester tester(&model);
        // Room for 52 characters behind two levels.
        const qreal character = QFontMetricsF(view.font()).horizontalAdvance(QLatin1Char('0'));
        const auto roomFor = [&](int characters) {
            view.resize(static_cast<int>(std::ceil(characters * character)) +
                            2 * view.indentation() + 10 + view.width() - view.viewport()->width(),
                        300);
        };
        view.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        view.show();
        roomFor(52);
        view.setDissection(made("short"));
        QCOMPARE(model.rowCount(model.index(1, 0)), 0);
        view.setDissection(made("first\n" + std::string(60, 'x') + " <b>end</b>"));
        const QModelIndex comment = model.index(1, 0);
        QCOMPARE(model.rowCount(comment), 3);
        QVERIFY(view.isExpanded(comment));
        QStringList lines;
        for (int row = 0; row < 3; ++row) {
            const QModelIndex line = model.index(row, 0, comment);
            lines << line.data().toString();
            QCOMPARE(model.fieldOf(line), FieldIndex{1});
            QVERIFY(!model.linkOf(line));
            QCOMPARE(model.valueOf(line), lines.last());
            QVERIFY(!line.data(FieldTreeModel::IssueRole).toBool());
        }
        QCOMPARE(lines.join(QLatin1Char('|')),
                 QStringLiteral("first|%1|%2 <b>end</b>")
                     .arg(QString(52, QLatin1Char('x')), QString(8, QLatin1Char('x'))));
        // With the pane they get longer, and stay unfolded; what is selected stays so.
        view.selectField(1);
        roomFor(72);
        const QModelIndex wider = model.index(1, 0);
        QCOMPARE(model.rowCount(wider), 2);
        QVERIFY(view.isExpanded(wider));
        QCOMPARE(view.selectedField(), FieldIndex{1});
        view.setDissection(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    /// Of a sentence that says what is wrong the half would be of no use.
    void aLongIssueStandsInLines() {
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model);
        const auto dissection = handMadeDissection();
        model.setDissection(dissection);
        const FieldIndex opcode = dissection->fields.find(FieldId::WebSocketOpcode);
        const QString whole = model.index(0, 0, model.indexOf(opcode)).data().toString();
        QVERIFY(model.setLineRoom({30, 2, 3}));
        const QModelIndex field = model.indexOf(opcode);
        QVERIFY(model.rowCount(field) > 1);
        QStringList words;
        for (int row = 0; row < model.rowCount(field); ++row) {
            const QModelIndex line = model.index(row, 0, field);
            const QString text = line.data().toString();
            QVERIFY2(text.size() <= 30 - 3 - 2, qPrintable(text));
            QCOMPARE(line.data(FieldTreeModel::IssueRole).toBool(), row == 0);
            QCOMPARE(line.data(FieldTreeModel::ContinuedIssueRole).toBool(), row != 0);
            QCOMPARE(line.data(FieldTreeModel::SeverityRole).toInt(),
                     static_cast<int>(Severity::Error));
            QCOMPARE(model.fieldOf(line), opcode);
            QCOMPARE(model.lineOf(line), whole);
            words << text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        }
        QCOMPARE(words, whole.split(QLatin1Char(' '), Qt::SkipEmptyParts));
        // The field that it is about is worth as much as before.
        QCOMPARE(field.data(FieldTreeModel::SeverityRole).toInt(),
                 static_cast<int>(Severity::Error));
        QVERIFY(model.setLineRoom({200, 2, 3}));
        QCOMPARE(model.rowCount(model.indexOf(opcode)), 1);
    }

    void countsOfBytesAreGrouped() {
        auto dissection = std::make_shared<Dissection>();
        FieldTree& fields = dissection->fields;
        const FieldIndex length =
            fields.addComputed(FieldId::WebSocketPayloadLength, std::uint64_t{1000});
        const FieldIndex port = fields.addComputed(FieldId::TcpSrcPort, std::uint64_t{51024});
        FieldTreeModel model;
        model.setDissection(dissection);
        QVERIFY(model.indexOf(length).data().toString().endsWith(QStringLiteral(": 1\u202f000")));
        QCOMPARE(model.valueOf(model.indexOf(length)), QStringLiteral("1000"));
        QVERIFY(model.indexOf(port).data().toString().endsWith(QStringLiteral(": 51024")));
    }

    void aTabInACommentIsASpace() {
        const std::string text = "one\ttwo\nthree";
        auto dissection = std::make_shared<Dissection>();
        const ByteView bytes = asBytes(text);
        const SourceId source = dissection->addSource(SourceKind::Decoded, "Comment",
                                                      Bytes(bytes.begin(), bytes.end()));
        dissection->fields.open(FieldId::Capture, Place{source, 0}, text.size(), "comment");
        dissection->fields.close();
        FieldTreeModel model;
        model.setDissection(dissection);
        QCOMPARE(model.index(0, 0, model.index(0, 0)).data().toString(), QStringLiteral("one two"));
    }

    void layersBelowAreFoldedAndDim() {
        FieldTreeView view;
        const auto dissection = handMadeDissection();
        view.setDissection(dissection);
        FieldTreeModel& model = view.fieldModel();
        const auto at = [&](FieldId id) { return model.indexOf(dissection->fields.find(id)); };
        QVERIFY(at(FieldId::Ip).data(FieldTreeModel::LowerLayerRole).toBool());
        QVERIFY(!view.isExpanded(at(FieldId::Ip)));
        QVERIFY(!at(FieldId::WebSocket).data(FieldTreeModel::LowerLayerRole).toBool());
        QVERIFY(view.isExpanded(at(FieldId::WebSocket)));
        QVERIFY(view.isExpanded(at(FieldId::WebSocketOpcode)));
    }

    void theLastLayerIsNeverFolded() {
        auto dissection = std::make_shared<Dissection>();
        const SourceId packet = dissection->addSource(SourceKind::Packet, "Packet", Bytes(60));
        dissection->fields.open(FieldId::Tcp, {packet, 34}, 20, "SYN");
        dissection->fields.add(FieldId::TcpSrcPort, {packet, 34}, 2, std::uint64_t{80});
        dissection->fields.close();
        FieldTreeView view;
        view.setDissection(dissection);
        QVERIFY(view.isExpanded(view.fieldModel().index(0, 0)));
    }

    void aRowOfTcpUnfoldsTcp() {
        auto dissection = std::make_shared<Dissection>();
        const SourceId packet = dissection->addSource(SourceKind::Packet, "Packet", Bytes(60));
        for (const FieldId layer : {FieldId::Ip, FieldId::Tcp}) {
            dissection->fields.open(layer, {packet, 14}, 20, "layer");
            dissection->fields.add(FieldId::TcpSrcPort, {packet, 14}, 2, std::uint64_t{80});
            dissection->fields.close();
        }
        dissection->fields.addComputed(FieldId::TcpEvent, std::string("open"));
        FieldTreeView view;
        view.setDissection(dissection);
        const FieldTreeModel& model = view.fieldModel();
        QVERIFY(!view.isExpanded(model.index(0, 0)));
        QVERIFY(view.isExpanded(model.index(1, 0)));
        QVERIFY(!model.index(1, 0).data(FieldTreeModel::LowerLayerRole).toBool());
    }

    /// Of a row that exists since bytes are wrong these are current; the layers below are folded.
    void whatIsWrongWithAPacketIsCurrent() {
        for (const auto& [id, code] :
             {std::pair(FieldId::FrameUnread, IssueCode::PacketHeaderMalformed),
              std::pair(FieldId::TcpSegmentData, IssueCode::TcpDataUnplaced)}) {
            auto dissection = std::make_shared<Dissection>();
            const SourceId packet = dissection->addSource(SourceKind::Packet, "Packet", Bytes(60));
            FieldTree& fields = dissection->fields;
            fields.open(FieldId::Ip, {packet, 14}, 20, "layer");
            fields.add(FieldId::IpSrc, {packet, 26}, 4, std::uint64_t{1});
            fields.close();
            const FieldIndex bad = fields.add(id, {packet, 34}, 20, Bytes(20), "bad");
            IssueSink issues;
            issues.add(code);
            fields.attach(issues, bad);
            FieldTreeView view;
            QSignalSpy selected(&view, &FieldTreeView::fieldSelected);
            view.setDissection(dissection);
            const FieldTreeModel& model = view.fieldModel();
            QCOMPARE(model.mainLayer(), bad);
            QCOMPARE(view.selectedField(), bad);
            QVERIFY(!selected.isEmpty());
            QVERIFY(view.isExpanded(model.indexOf(bad)));
            QVERIFY(!view.isExpanded(model.index(0, 0)));
            QVERIFY(model.index(0, 0).data(FieldTreeModel::LowerLayerRole).toBool());
        }
    }

    void aLayerStaysAsSomebodyFoldedIt() {
        FieldTreeView view;
        const auto dissection = handMadeDissection();
        view.setDissection(dissection);
        const auto at = [&](FieldId id) {
            return view.fieldModel().indexOf(dissection->fields.find(id));
        };
        view.expand(at(FieldId::Ip));
        view.collapse(at(FieldId::WebSocket));
        view.setDissection(handMadeDissection());
        QVERIFY(view.isExpanded(at(FieldId::Ip)));
        QVERIFY(!view.isExpanded(at(FieldId::WebSocket)));
        QVERIFY(view.isExpanded(at(FieldId::SocketIo)));
    }

    void selectingAFieldUnfoldsTheWayToIt() {
        FieldTreeView view;
        const auto dissection = handMadeDissection();
        view.setDissection(dissection);
        QSignalSpy selected(&view, &FieldTreeView::fieldSelected);
        const FieldIndex source = dissection->fields.find(FieldId::IpSrc);
        view.selectField(source);
        QCOMPARE(view.selectedField(), source);
        QCOMPARE(selected.last().at(0).value<FieldIndex>(), source);
        QVERIFY(view.isExpanded(view.fieldModel().indexOf(source).parent()));
        view.selectField(kNoField);
        QCOMPARE(view.selectedField(), kNoField);
    }

    void lineValueAndBytesCanBeCopied() {
        FieldTreeView view;
        const auto dissection = handMadeDissection();
        view.setDissection(dissection);
        for (QAction* action : view.copyActions()) QVERIFY(!action->isEnabled());
        view.selectField(dissection->fields.find(FieldId::WebSocketMaskingKey));
        QStringList copied;
        for (QAction* action : view.copyActions()) {
            action->trigger();
            copied << QGuiApplication::clipboard()->text();
        }
        QVERIFY(copied.at(0).startsWith(QStringLiteral("Masking key: ")));
        QVERIFY(copied.at(0).endsWith(copied.at(1)));
        QCOMPARE(copied.at(2), QStringLiteral("01 02 03 04"));
    }

    void aLinkStandsInFrontOfWhatTheRowIsAbout() {
        FieldTreeModel model;
        QAbstractItemModelTester tester(&model);
        const auto dissection = withLink();
        model.setDissection(dissection);
        const QModelIndex link = model.firstLink();
        QVERIFY(link.isValid());
        QCOMPARE(link.row(), 3);
        QCOMPARE(model.fieldOf(model.index(4, 0)), model.mainLayer());
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.linkOf(link), std::optional<RecordId>(56));
        QVERIFY(link.data(FieldTreeModel::LinkRole).toBool());
        QCOMPARE(link.data().toString(), QStringLiteral("Acknowledged by row 57"));
        QCOMPARE(model.rowCount(link), 1);
        QVERIFY(!model.linkOf(model.index(0, 0, link)));
        QVERIFY(!model.linkOf(model.index(0, 0)));
        QVERIFY(!model.linkOf({}));
        for (FieldIndex field = 0; field < dissection->fields.size(); ++field) {
            QCOMPARE(model.fieldOf(model.indexOf(field)), field);
        }
    }

    void aLinkIsFollowedByKeyMouseAndMenu() {
        FieldTreeView view;
        view.resize(500, 400);
        view.show();
        view.setDissection(withLink());
        QSignalSpy followed(&view, &FieldTreeView::linkFollowed);
        const QModelIndex link = view.fieldModel().firstLink();
        const QPoint on = view.visualRect(link).center();
        view.setCurrentIndex(link);
        QTest::keyClick(&view, Qt::Key_Return);
        QTest::keyClick(&view, Qt::Key_Enter, Qt::KeypadModifier);
        QCOMPARE(followed.count(), 2);
        QCOMPARE(followed.last().at(0).value<RecordId>(), RecordId{56});
        QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, on);
        QCOMPARE(followed.count(), 3);
        QContextMenuEvent asked(QContextMenuEvent::Keyboard, on, view.mapToGlobal(on));
        QCoreApplication::sendEvent(view.viewport(), &asked);
        auto* const menu = view.findChild<QMenu*>();
        QVERIFY(menu != nullptr);
        QAction* const go = menu->actions().front();
        QCOMPARE(go->text().remove(QLatin1Char('&')), QStringLiteral("Go to Row 57"));
        go->trigger();
        QCOMPARE(followed.count(), 4);
        menu->close();
        // Any other line is none.
        view.setCurrentIndex(view.fieldModel().index(0, 0));
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(followed.count(), 4);
    }

    void aLinkLooksLikeOneUnderTheMouse() {
        FieldTreeView view;
        view.resize(500, 400);
        view.show();
        view.setDissection(withLink());
        const QModelIndex link = view.fieldModel().firstLink();
        QTest::mouseMove(view.viewport(), view.visualRect(link).center());
        QMouseEvent move(QEvent::MouseMove, view.visualRect(link).center(),
                         view.viewport()->mapToGlobal(view.visualRect(link).center()), Qt::NoButton,
                         Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view.viewport(), &move);
        QVERIFY(view.isHovered(link));
        QCOMPARE(view.viewport()->cursor().shape(), Qt::PointingHandCursor);
        view.setDissection(handMadeDissection());
        QCOMPARE(view.viewport()->cursor().shape(), Qt::ArrowCursor);
    }

    void aLineOfAPayloadKnowsIt() {
        auto dissection = handMadeDissection();
        const FieldIndex payload =
            dissection->fields.open(FieldId::Payload, {2, 0}, 4, "JSON, 4 bytes");
        const FieldIndex why =
            dissection->fields.addComputed(FieldId::PayloadWhy, std::string("it parses"));
        dissection->fields.close();
        FieldTreeModel model;
        model.setDissection(dissection);
        QCOMPARE(model.payloadOf(model.indexOf(why)), payload);
        QCOMPARE(model.payloadOf(model.indexOf(payload)), payload);
        QCOMPARE(model.payloadOf(model.index(0, 0)), kNoField);
        QCOMPARE(model.payloadOf({}), kNoField);
    }

    void aFieldOfManyChildrenIsLaidOutInAnInstant() {
        auto dissection = std::make_shared<Dissection>();
        const SourceId body = dissection->addSource(SourceKind::Message, "Message", Bytes(1000));
        dissection->fields.open(FieldId::SocketIo, {body, 0}, 1000, "EVENT");
        for (std::uint64_t i = 0; i < 200'000; ++i) {
            dissection->fields.add(FieldId::SocketIoEvent, {body, i % 1000}, 1, std::string("x"));
        }
        dissection->fields.close();
        FieldTreeView view;
        view.resize(400, 400);
        view.show();
        view.setDissection(dissection);
        QCOMPARE(view.fieldModel().rowCount(view.fieldModel().index(0, 0)), 200'000);
        view.selectField(199'999);
        QCOMPARE(view.selectedField(), FieldIndex{199'999});
    }

    void hostileTextIsShownAsText() {
        auto dissection = std::make_shared<Dissection>();
        dissection->fields.addComputed(FieldId::SocketIoEvent,
                                       std::string("<b>x</b>\n\xff" + std::string(100'000, 'y')));
        FieldTreeModel model;
        model.setDissection(dissection);
        const QString line = model.index(0, 0).data().toString();
        QVERIFY(line.contains(QStringLiteral("<b>x</b>␊\ufffd")));
        QVERIFY(line.size() < 2000);
        QVERIFY(model.index(0, 0)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("&lt;b&gt;")));
        QVERIFY(model.lineOf(model.index(0, 0)).size() > 100'000);
    }
};

QTEST_MAIN(TestFieldTree)
#include "test_field_tree.moc"
