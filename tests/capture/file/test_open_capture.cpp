// What opening says about paths that are no captures, and what link types are called.
#include <sys/stat.h>
#include <unistd.h>

#include <QTest>

#include "capture/file/link_type_name.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestOpenCapture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void missing();
    void folder();
    void empty();
    void unreadable();
    void pipe();
    void otherKinds_data();
    void otherKinds();
    void unknownVersion();
    void linkTypes_data();
    void linkTypes();
};

namespace {

QString sentence(const std::filesystem::path& path) {
    const auto file = CaptureFile::open(path);
    return file ? QString() : QString::fromStdString(file.error().sentence);
}

QString quoted(const std::filesystem::path& path) {
    return QLatin1Char('"') + QString::fromStdString(path.string()) + QLatin1Char('"');
}

}  // namespace

void TestOpenCapture::missing() {
    const Scratch scratch;
    const auto path = scratch.folder() / "nothing.pcap";
    QCOMPARE(sentence(path), quoted(path) + QStringLiteral(" does not exist."));
    const auto below = scratch.write(someBytes(10)) / "below";
    QCOMPARE(sentence(below), quoted(below) + QStringLiteral(" does not exist."));
}

void TestOpenCapture::folder() {
    const Scratch scratch;
    QCOMPARE(sentence(scratch.folder()),
             quoted(scratch.folder()) + QStringLiteral(" is a folder, not a capture file."));
}

void TestOpenCapture::empty() {
    const Scratch scratch;
    const auto path = scratch.write({});
    QCOMPARE(sentence(path), quoted(path) + QStringLiteral(" is an empty file, not a capture."));
}

void TestOpenCapture::unreadable() {
    if (::geteuid() == 0) QSKIP("the superuser may read everything");
    const Scratch scratch;
    const auto path = scratch.write(PcapBuilder(false, false).bytes());
    std::filesystem::permissions(path, std::filesystem::perms::none);
    QCOMPARE(sentence(path),
             quoted(path) + QStringLiteral(" may not be read: permission is denied."));
}

void TestOpenCapture::pipe() {
    const Scratch scratch;
    const auto path = scratch.folder() / "pipe";
    QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
    QCOMPARE(sentence(path),
             quoted(path) + QStringLiteral(" is a device or pipe, not a capture file."));
}

void TestOpenCapture::otherKinds_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const QByteArray& bytes, const char* says) {
        QTest::newRow(name) << bytes << QString::fromLatin1(says);
    };
    row("short snoop", QByteArray("snoop\0\0\0\0\0\0\2", 12), "cut off within its snoop header");
    row("short patched pcap", QByteArray::fromHex("34cdb2a1020004000000000000000000"),
        "cut off within its pcap header");
    row("Bluetooth snoop", QByteArray("btsnoop\0\0\0\0\1", 12), "a Bluetooth snoop capture");
    row("xz", QByteArray::fromHex("fd377a585a000000"), "compressed with xz");
    row("ZIP", QByteArray::fromHex("504b030414000000"), "a ZIP archive");
    row("program", QByteArray::fromHex("7f454c46020101"), "a program");
    row("text", "GET / HTTP/1.1\r\nHost: a\r\n", "text that begins with \"GET / HTTP/1.1\".");
    row("long text", QByteArray(100, 'y'), "yyyy...\".");
    row("one byte", "x", "text that begins with \"x\".");
    row("UTF-8", "gr\xc3\xbc\xc3\x9f Gott\n", "text that begins with \"gr???? Gott\".");
    row("UTF-8 cut within a character", "caf\xc3", "text that begins with \"caf?\".");
    row("Latin-1", "gr\xfc\xdf Gott\n", "begins with the bytes 67 72 fc df 20 47 6f 74.");
    row("bytes", QByteArray::fromHex("0001020304050607080910"),
        "begins with the bytes 00 01 02 03 04 05 06 07.");
    row("escape sequence", "\x1b[31mred", "an unknown kind");
    row("short pcap", QByteArray::fromHex("d4c3b2a10200"), "cut off within its pcap header");
    row("short pcapng", QByteArray::fromHex("0a0d0d0a1c00"), "cut off within its pcapng header");
    row("pcapng without magic", QByteArray::fromHex("0a0d0d0a1c0000000000000001000000"),
        "byte-order magic is damaged");
}

void TestOpenCapture::otherKinds() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const Scratch scratch;
    const auto path = scratch.write(asBytes(bytes.toStdString()));
    const QString said = sentence(path);
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY(said.startsWith(quoted(path)));
    QVERIFY(said.endsWith(QLatin1Char('.')));
}

void TestOpenCapture::unknownVersion() {
    const Scratch scratch;
    Bytes bytes = PcapBuilder(false, false).bytes();
    bytes[4] = 9;
    QVERIFY(sentence(scratch.write(bytes)).contains(QStringLiteral("version 9.4")));
}

void TestOpenCapture::linkTypes_data() {
    QTest::addColumn<quint32>("value");
    QTest::addColumn<QString>("name");
    const auto row = [](quint32 value, const char* name) {
        QTest::addRow("%u", value) << value << QString::fromLatin1(name);
    };
    row(0, "BSD loopback (0)");
    row(1, "Ethernet (1)");
    row(9, "PPP (9)");
    row(12, "Raw IP (12)");
    row(101, "Raw IP (101)");
    row(105, "802.11 (105)");
    row(108, "OpenBSD loopback (108)");
    row(113, "Linux cooked v1 (113)");
    row(228, "Raw IPv4 (228)");
    row(229, "Raw IPv6 (229)");
    row(276, "Linux cooked v2 (276)");
    row(4711, "link type 4711");
    row(0xffffffff, "link type 4294967295");
}

void TestOpenCapture::linkTypes() {
    QFETCH(quint32, value);
    QFETCH(QString, name);
    const QString got = QString::fromStdString(linkTypeText(value));
    QCOMPARE(got, name);
}

QTEST_APPLESS_MAIN(TestOpenCapture)
#include "test_open_capture.moc"
