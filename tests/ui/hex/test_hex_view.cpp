// The hex view and its tabs as somebody uses them: click, keys, copy, and the way to the tree.
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

#include "tests/ui/hand_made_dissection.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"

using namespace framescope;
using framescope::test::handMadeDissection;
using framescope::test::kEvent;

namespace {

std::shared_ptr<Dissection> bytesOf(std::size_t size) {
    auto made = std::make_shared<Dissection>();
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
    made->addSource(SourceKind::Packet, "Packet", std::move(bytes));
    return made;
}

}  // namespace

class TestHexView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aClickSaysWhichByte() {
        HexView view;
        view.resize(800, 300);
        view.show();
        view.setSource(bytesOf(100), 0);
        QCOMPARE(view.geometry().bytesPerLine(), 16);
        QSignalSpy activated(&view, &HexView::byteActivated);
        for (const quint64 position : {0, 15, 16, 37, 99}) {
            QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                              view.byteRect(position).center());
            QCOMPARE(activated.takeLast().at(0).toULongLong(), position);
            QCOMPARE(view.cursor(), position);
        }
        // Behind the last byte, and beside the columns, there is nothing to point at.
        const QPoint behind = view.byteRect(99).center() + QPoint(60, 0);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, behind);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, QPoint(2, 5));
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, QPoint(100, 280));
        QCOMPARE(activated.count(), 0);
    }

    void clicksAreRightWhenScrolled() {
        HexView view;
        view.resize(800, 200);
        view.show();
        view.setSource(bytesOf(10'000), 0);
        view.verticalScrollBar()->setValue(100);
        QSignalSpy activated(&view, &HexView::byteActivated);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.byteRect(1605).center());
        QCOMPARE(activated.last().at(0).toULongLong(), quint64{1605});
    }

    void keysMoveTheCursor() {
        HexView view;
        view.resize(800, 200);
        view.show();
        view.setSource(bytesOf(1000), 0);
        const auto press = [&view](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(&view, key, modifiers);
            return view.cursor().value_or(99'999);
        };
        QCOMPARE(press(Qt::Key_Right), quint64{0});
        QCOMPARE(press(Qt::Key_Right), quint64{1});
        QCOMPARE(press(Qt::Key_Down), quint64{17});
        QCOMPARE(press(Qt::Key_End), quint64{31});
        QCOMPARE(press(Qt::Key_Home), quint64{16});
        QCOMPARE(press(Qt::Key_Up), quint64{0});
        QCOMPARE(press(Qt::Key_Up), quint64{0});
        QCOMPARE(press(Qt::Key_Left), quint64{0});
        QCOMPARE(press(Qt::Key_End, Qt::ControlModifier), quint64{999});
        QVERIFY(view.viewport()->rect().contains(view.byteRect(999)));
        QCOMPARE(press(Qt::Key_Right), quint64{999});
        QCOMPARE(press(Qt::Key_Down), quint64{999});
        const quint64 up = press(Qt::Key_PageUp);
        QVERIFY(up < 999 && up % 16 == 999 % 16);
        QCOMPARE(press(Qt::Key_PageDown), quint64{999});
        QCOMPARE(press(Qt::Key_Home, Qt::ControlModifier), quint64{0});
        QVERIFY(view.viewport()->rect().contains(view.byteRect(0)));
    }

    void keysOnNothingDoNothing() {
        HexView view;
        for (const Qt::Key key : {Qt::Key_Right, Qt::Key_End, Qt::Key_PageDown, Qt::Key_Home}) {
            QTest::keyClick(&view, key);
        }
        view.setSource(bytesOf(0), 0);
        for (const Qt::Key key : {Qt::Key_Right, Qt::Key_End, Qt::Key_PageDown, Qt::Key_Home}) {
            QTest::keyClick(&view, key);
        }
        QVERIFY(!view.cursor());
    }

    void theTextColumnNeverWraps() {
        HexView view;
        view.show();
        view.setSource(bytesOf(100), 0);
        for (const int width : {900, 500, 350, 250}) {
            view.resize(width, 200);
            const HexGeometry& geometry = view.geometry();
            if (geometry.bytesPerLine() > 4) {
                QVERIFY(geometry.lineWidth() <= view.viewport()->width());
                QCOMPARE(view.horizontalScrollBar()->maximum(), 0);
            }
        }
        view.resize(120, 200);
        QCOMPARE(view.geometry().bytesPerLine(), 4);
        QVERIFY(view.horizontalScrollBar()->maximum() > 0);
    }

    void litBytesComeIntoView() {
        HexView view;
        view.resize(800, 200);
        view.show();
        view.setSource(bytesOf(5000), 0);
        view.highlight({4000, 4004});
        QVERIFY(view.viewport()->rect().contains(view.byteRect(4000)));
        view.highlight({10, 4900});
        QVERIFY(view.viewport()->rect().contains(view.byteRect(10)));
        // A range that a damaged dissection might give must only not crash.
        view.highlight({4999, 10'000});
        view.highlight({20'000, 30'000});
        view.grab();
    }

    void litBytesCanBeCopied() {
        HexView view;
        auto dissection = handMadeDissection();
        view.setSource(dissection, 2);
        view.highlight({11, 20});
        view.copyActions().at(0)->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("22 6d 65 73 73 61 67 65 22"));
        view.copyActions().at(1)->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("\"message\""));
        view.highlight({});
        view.copyActions().at(1)->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text().toUtf8().toStdString(), std::string(kEvent));
    }

    void holesAndCutSourcesArePainted() {
        auto dissection = bytesOf(64);
        dissection->sources[0].holes = {{8, 24}};
        dissection->sources[0].totalSize = 5'000'000;
        HexView view;
        view.resize(800, 200);
        view.setSource(dissection, 0);
        const QImage withHole = view.grab().toImage();
        dissection = bytesOf(64);
        view.setSource(dissection, 0);
        QVERIFY(view.grab().toImage() != withHole);
    }

    void tabsBeginWithTheMostDecoded() {
        SourceTabs tabs;
        tabs.setDissection(handMadeDissection());
        QCOMPARE(tabs.tabBar().count(), 3);
        QCOMPARE(tabs.tabBar().tabText(0), QStringLiteral("Unmasked (%1)").arg(kEvent.size()));
        QCOMPARE(tabs.tabBar().tabText(2), QStringLiteral("Packet (132)"));
        QCOMPARE(tabs.currentSource(), SourceId{2});
        tabs.moveTab(-1);
        QCOMPARE(tabs.currentSource(), SourceId{0});
        tabs.setDissection(nullptr);
        QCOMPARE(tabs.currentSource(), kNoSource);
    }

    void whatWasFoundInsideComesBehindTheMainSource() {
        auto dissection = handMadeDissection();
        dissection->addSource(SourceKind::Decoded, "Base64", Bytes(3));
        const SourceId last = dissection->addSource(
            SourceKind::Decoded, "a name that is much too long for a tab of its own", Bytes(5));
        dissection->sources[last].focus = {1, 3};
        SourceTabs tabs;
        tabs.setDissection(dissection);
        QStringList names;
        for (int tab = 0; tab < tabs.tabBar().count(); ++tab) names << tabs.tabBar().tabText(tab);
        QCOMPARE(names.size(), 5);
        QVERIFY(names.at(0).startsWith(QStringLiteral("Unmasked")));
        QCOMPARE(names.at(1), QStringLiteral("Base64 (3)"));
        QCOMPARE(names.at(2), QStringLiteral("a name that is much too long f… (5)"));
        QVERIFY(tabs.tabBar().tabToolTip(2).contains(QStringLiteral("2 of them are of this row")));
        QVERIFY(names.at(3).startsWith(QStringLiteral("Frame")));
        QVERIFY(names.at(4).startsWith(QStringLiteral("Packet")));
        QCOMPARE(tabs.currentSource(), SourceId{2});
        tabs.moveTab(2);
        QCOMPARE(tabs.currentSource(), last);
        tabs.showField(dissection->fields.find(FieldId::IpSrc));
        QCOMPARE(tabs.currentSource(), SourceId{0});
    }

    /// A group that stands in no bytes itself begins with those of its first field that does.
    void aGroupBeginsWithItsFirstBytes() {
        auto dissection = bytesOf(60);
        FieldTree& tree = dissection->fields;
        tree.add(FieldId::Frame, Place{0, 0}, 60, {});
        const SourceId first = dissection->addSource(SourceKind::Stream, "Seen first", Bytes(3));
        const SourceId later = dissection->addSource(SourceKind::Stream, "Seen later", Bytes(3));
        tree.open(FieldId::TcpConflict, Place{}, 0);
        tree.addComputed(FieldId::TcpConflictLength, std::uint64_t{3});
        tree.add(FieldId::TcpConflictFirst, Place{first, 0}, 3, Bytes(3));
        tree.add(FieldId::TcpConflictLater, Place{later, 0}, 3, Bytes(3));
        tree.close();
        SourceTabs tabs;
        tabs.setDissection(dissection);
        QCOMPARE(tabs.currentSource(), first);
        tabs.moveTab(1);
        QCOMPARE(tabs.currentSource(), later);
    }

    void aFieldBringsItsSource() {
        SourceTabs tabs;
        const auto dissection = handMadeDissection();
        tabs.setDissection(dissection);
        tabs.showField(dissection->fields.find(FieldId::IpSrc));
        QCOMPARE(tabs.currentSource(), SourceId{0});
        QCOMPARE(tabs.hexView().highlighted(), (ByteRange{26, 30}));
        tabs.showField(dissection->fields.find(FieldId::SocketIoEvent));
        QCOMPARE(tabs.currentSource(), SourceId{2});
        QCOMPARE(tabs.hexView().highlighted(), (ByteRange{11, 20}));
        tabs.showField(dissection->fields.find(FieldId::FrameNumber));
        QVERIFY(tabs.hexView().highlighted().empty());
        tabs.showField(kNoField);
        QVERIFY(tabs.hexView().highlighted().empty());
    }
};

QTEST_MAIN(TestHexView)
#include "test_hex_view.moc"
