// A capture that shrinks or is overwritten after it was read: every row still dissects, and says
// what became of its bytes.
#include <fcntl.h>
#include <unistd.h>

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

class TestChangedFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static void samples() {
        QTest::addColumn<QString>("name");
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        const QStringList names =
            folder.entryList({QStringLiteral("*.pcap"), QStringLiteral("*.pcapng")});
        QVERIFY(names.size() >= 10);
        for (const QString& name : names) QTest::newRow(qPrintable(name)) << name;
    }
    /// A copy of the sample that may be spoiled.
    std::string copy(const QString& name) {
        const QString path = m_folder.filePath(name);
        QFile::remove(path);
        if (!QFile::copy(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + name, path)) {
            qFatal("cannot copy a sample");
        }
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
        return path.toStdString();
    }
    /// Looks at every row in every way; the ranges of fields stay inside their sources.
    static void lookAtEverything(const Session& session) {
        for (RecordId row = 0; row < session.rowCount(); ++row) {
            QVERIFY(!session.text(row).protocol.empty());
            for (const StreamContext context : {StreamContext::Without, StreamContext::With}) {
                const Dissection dissection = session.dissect(row, context);
                QVERIFY(dissection.fields.size() > 0);
                for (const Field& field : dissection.fields.fields()) {
                    if (field.source == kNoSource) continue;
                    QVERIFY(field.source < dissection.sources.size());
                    QVERIFY(field.range.end <= dissection.sources[field.source].bytes.size());
                }
            }
        }
    }

private Q_SLOTS:
    void shrunk_data() { samples(); }
    void shrunk() {
        QFETCH(QString, name);
        for (const int part : {0, 1, 2, 3}) {
            const std::string path = copy(name);
            const auto session = loadSession(path);
            QVERIFY(session && session->rowCount() > 0);
            const off_t size = QFileInfo(QString::fromStdString(path)).size() * part / 4;
            QCOMPARE(::truncate(path.c_str(), size), 0);
            lookAtEverything(*session);
        }
    }

    void overwritten_data() { samples(); }
    void overwritten() {
        QFETCH(QString, name);
        for (const char filling : {'\0', '\x7f', '\xff', '\x81'}) {
            const std::string path = copy(name);
            const auto session = loadSession(path);
            QVERIFY(session && session->rowCount() > 0);
            // Same size, and written through another descriptor, as another program would.
            const qint64 size = QFileInfo(QString::fromStdString(path)).size();
            const QByteArray bytes(size - 24, filling);
            const int fd = ::open(path.c_str(), O_WRONLY);
            QVERIFY(fd >= 0);
            QCOMPARE(::pwrite(fd, bytes.constData(), static_cast<std::size_t>(bytes.size()), 24),
                     bytes.size());
            ::close(fd);
            lookAtEverything(*session);
        }
    }
};

QTEST_GUILESS_MAIN(TestChangedFile)
#include "test_changed_file.moc"
