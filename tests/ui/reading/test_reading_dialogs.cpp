// Limits, checksums and the properties of a capture in the window: what is chosen holds, is kept
// and can be seen.
#include <QAction>
#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QtEndian>

#include "capture/session/session.h"
#include "ui/load/load_controller.h"
#include "ui/reading/capture_properties_dialog.h"
#include "ui/reading/reading_limits.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_button.h"
#include "ui/window/capture_page.h"
#include "ui/window/main_window.h"

using namespace framescope;

namespace {

QString sample() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-deflate.pcapng");
}

QAction* action(MainWindow& window, const char* text) {
    for (QAction* const each : window.findChildren<QAction*>()) {
        if (each->text().remove(QLatin1Char('&')) == QString::fromUtf8(text)) return each;
    }
    return nullptr;
}

bool openAndRead(MainWindow& window, const QString& path) {
    window.show();
    QSignalSpy finished(&window.loader(), &LoadController::finished);
    window.openFile(path);
    return finished.wait();
}

void press(QDialog& dialog, const char* text) {
    for (FlatButton* const button : dialog.findChildren<FlatButton*>()) {
        if (button->text().remove(QLatin1Char('&')) == QString::fromUtf8(text)) {
            return button->click();
        }
    }
    QFAIL(text);
}

QSpinBox* box(QDialog& dialog, const char* name) {
    for (QSpinBox* const each : dialog.findChildren<QSpinBox*>()) {
        if (each->accessibleName() == QString::fromUtf8(name)) return each;
    }
    return nullptr;
}

bool shows(MainWindow& window, FieldId field) {
    const Session& session = *window.loader().session();
    const RecordId row = window.capturePage().rowView().selectedRecord();
    return session.dissect(row).fields.find(field) != kNoField;
}

}  // namespace

class TestReadingDialogs : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void limitsAreChosenAndKept() {
        QSettings settings(m_folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
        {
            MainWindow window({&settings, nullptr, {}});
            QVERIFY(openAndRead(window, sample()));
            QCOMPARE(window.loader().limits().heldBytes, DecodeLimits{}.heldBytes);
            action(window, "Reading Limits…")->trigger();
            auto* const dialog = window.findChild<ReadingLimitsDialog*>();
            QVERIFY(dialog != nullptr);
            QCOMPARE(box(*dialog, "Held bytes")->value(), 16);
            QCOMPARE(box(*dialog, "Held segments")->value(), 32768);
            QCOMPARE(box(*dialog, "Inflated message")->value(), 64);
            QCOMPARE(box(*dialog, "Conflicts listed")->value(), 100);
            box(*dialog, "Conflicts listed")->setValue(1000);
            box(*dialog, "Held bytes")->setValue(0);
            QCOMPARE(box(*dialog, "Held bytes")->value(), 1);
            box(*dialog, "Held segments")->setValue(100);
            box(*dialog, "Inflated message")->setValue(2);
            QSignalSpy replaced(&window.loader(), &LoadController::replaced);
            press(*dialog, "For the Next Capture");
            QVERIFY(replaced.isEmpty());
            QCOMPARE(window.loader().limits().heldBytes, std::uint64_t{1} << 20);
            QCOMPARE(window.loader().limits().heldSegments, std::uint64_t{100});
            QCOMPARE(window.loader().limits().inflatedMessage, std::uint64_t{2} << 20);
        }
        MainWindow window({&settings, nullptr, {}});
        QCOMPARE(window.loader().limits().heldSegments, std::uint64_t{100});
        QCOMPARE(window.loader().limits().conflicts, std::uint64_t{1000});
        settings.setValue(QStringLiteral("reading/heldSegments"), -5);
        settings.setValue(QStringLiteral("reading/heldMiB"), QStringLiteral("many"));
        QCOMPARE(storedLimits(&settings).heldSegments, std::uint64_t{1});
        QCOMPARE(storedLimits(&settings).heldBytes, DecodeLimits{}.heldBytes);
    }

    void whatIsOpenIsReadAgain() {
        MainWindow window({});
        QVERIFY(openAndRead(window, sample()));
        window.capturePage().selectRecord(8);
        action(window, "Reading Limits…")->trigger();
        auto* const dialog = window.findChild<ReadingLimitsDialog*>();
        QVERIFY(dialog != nullptr);
        box(*dialog, "Held bytes")->setValue(3);
        press(*dialog, "Defaults");
        QCOMPARE(box(*dialog, "Held bytes")->value(), 16);
        QSignalSpy replaced(&window.loader(), &LoadController::replaced);
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        press(*dialog, "Read Again Now");
        QCOMPARE(replaced.count(), 1);
        QVERIFY(finished.wait());
        QCOMPARE(window.capturePage().rowView().selectedRecord(), RecordId{8});
    }

    void withoutACaptureNothingIsReadAgain() {
        MainWindow window({});
        window.show();
        action(window, "Reading Limits…")->trigger();
        auto* const dialog = window.findChild<ReadingLimitsDialog*>();
        QVERIFY(dialog != nullptr);
        for (FlatButton* const button : dialog->findChildren<FlatButton*>()) {
            const bool again = button->text().contains(QStringLiteral("Now"));
            QCOMPARE(button->isEnabled(), !again);
        }
        QVERIFY(!action(window, "Capture Properties…")->isEnabled());
    }

    void checksumsAreSaidOnRequest() {
        QSettings settings(m_folder.filePath(QStringLiteral("b.ini")), QSettings::IniFormat);
        MainWindow window({&settings, nullptr, {}});
        QVERIFY(openAndRead(window, sample()));
        window.capturePage().selectRecord(5);
        QVERIFY(!shows(window, FieldId::TcpChecksumStatus));
        QAction* const verify = action(window, "Verify Checksums");
        QVERIFY(verify->isCheckable() && !verify->isChecked());
        verify->trigger();
        QVERIFY(shows(window, FieldId::TcpChecksumStatus));
        // What is on show says it at once.
        const FieldTreeModel& tree = window.capturePage().tree().fieldModel();
        const auto said = [&tree] {
            const QModelIndexList found =
                tree.match(tree.index(0, 0), Qt::DisplayRole, QStringLiteral("Checksum status"), -1,
                           Qt::MatchContains | Qt::MatchRecursive);
            return !found.isEmpty();
        };
        QVERIFY(said());
        MainWindow another({&settings, nullptr, {}});
        QVERIFY(action(another, "Verify Checksums")->isChecked());
        verify->trigger();
        QVERIFY(!shows(window, FieldId::TcpChecksumStatus));
    }

    void wrongChecksumsAreMarkedAndCounted() {
        MainWindow window({});
        const QString good = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap");
        QVERIFY(openAndRead(window, good));
        const PacketNumber packet = window.loader().session()->record(5).packet;
        QFile file(good);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray bytes = file.readAll();
        // Records have a header of 16 bytes, with the packet's length at its ninth; in front of
        // TCP's checksum stand Ethernet, IPv4 and 16 bytes.
        qsizetype at = 24;
        for (PacketNumber number = 1; number < packet; ++number) {
            at += 16 + qFromLittleEndian<quint32>(bytes.constData() + at + 8);
        }
        char& checksum = bytes[at + 16 + 14 + 20 + 16];
        checksum = static_cast<char>(~checksum);
        const QString bad = m_folder.filePath(QStringLiteral("bad.pcap"));
        QFile changed(bad);
        QVERIFY(changed.open(QIODevice::WriteOnly));
        QCOMPARE(changed.write(bytes), bytes.size());
        changed.close();

        QVERIFY(openAndRead(window, bad));
        const RowModel& rows = window.capturePage().rowModel();
        const auto severity = [&rows](int row) {
            return static_cast<Severity>(
                rows.index(row, RowModel::Number).data(RowModel::SeverityRole).toInt());
        };
        const auto warnings = [&rows] {
            return rows.checksums().counts()[static_cast<std::size_t>(Severity::Warning)];
        };
        QCOMPARE(severity(5), Severity::None);
        QAction* const verify = action(window, "Verify Checksums");
        verify->trigger();
        QCOMPARE(severity(5), Severity::Warning);
        QCOMPARE(severity(3), Severity::None);
        QTRY_COMPARE(warnings(), quint64{1});
        verify->trigger();
        QCOMPARE(severity(5), Severity::None);
        QCOMPARE(warnings(), quint64{0});
    }

    void propertiesCanBeReadAndCopied() {
        MainWindow window({});
        QVERIFY(openAndRead(window, sample()));
        action(window, "Capture Properties…")->trigger();
        auto* const dialog = window.findChild<CapturePropertiesDialog*>();
        QVERIFY(dialog != nullptr);
        const QString shown = dialog->findChild<QTextBrowser*>()->toPlainText();
        for (const char* const part : {"File", "ws-deflate.pcapng", "pcapng", "Contents", "Packets",
                                       "Not Read", "Section", "Interface 0", "Ethernet (1)"}) {
            QVERIFY2(shown.contains(QString::fromUtf8(part)), part);
        }
        press(*dialog, "Copy All");
        const QString copied = QGuiApplication::clipboard()->text();
        QCOMPARE(copied, dialog->text());
        QVERIFY(copied.contains(QStringLiteral("  Format: pcapng\n")));
        dialog->resize(240, 200);
        QVERIFY(dialog->width() < 400);
    }

    /// Texts of a file are nobody's markup, and keep their lines.
    void textsOfAFileStayTexts() {
        std::vector<PropertySection> sections{
            {QStringLiteral("Section"),
             {{QStringLiteral("Comment"), QStringLiteral("<b>bold</b>\nsecond line")},
              {QString(), QStringLiteral("Every packet was read.")}}}};
        CapturePropertiesDialog dialog(sections, nullptr);
        const QString shown = dialog.findChild<QTextBrowser*>()->toPlainText();
        QVERIFY(shown.contains(QStringLiteral("<b>bold</b>\nsecond line")));
        QVERIFY(shown.contains(QStringLiteral("Every packet was read.")));
        QCOMPARE(dialog.text(), QStringLiteral("Section\n  Comment: <b>bold</b>\n    second line\n"
                                               "  Every packet was read.\n"));
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    }
};

QTEST_MAIN(TestReadingDialogs)
#include "test_reading_dialogs.moc"
