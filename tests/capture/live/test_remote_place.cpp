// "user@host:interface" taken apart.
#include <QTest>

#include "capture/live/remote_place.h"

using framescope::live::parseRemotePlace;
using framescope::live::RemotePlace;

class TestRemotePlace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void places_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<QByteArray>("interface");
        const auto row = [](const char* text, const char* host, const char* interface) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(host) << QByteArray(interface);
        };
        row("there:eth0", "there", "eth0");
        row("me@there:any", "me@there", "any");
        row("me@10.0.0.1:br-lan", "me@10.0.0.1", "br-lan");
        row("[::1]:lo", "::1", "lo");
        row("me@[fe80::1%eth0]:eth0", "me@fe80::1%eth0", "eth0");
        row("me@example.org@there:lo", "me@example.org@there", "lo");
    }
    void places() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, host);
        QFETCH(QByteArray, interface);
        const auto place = parseRemotePlace(text.toStdString());
        QVERIFY(place.has_value());
        QVERIFY(*place == (RemotePlace{host.toStdString(), interface.toStdString()}));
    }

    void noPlaces_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"", ":", "there", "there:", ":eth0", "me@", "me@:eth0", "@there:eth0", "fe80::1:eth0",
              "[::1]", "[::1]:", "[]:lo", "[::1:lo", "me@[::1]lo", "-oProxyCommand=x:lo",
              "me@-oProxyCommand=x:lo", "there:eth0:1"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }
    void noPlaces() {
        QFETCH(QByteArray, text);
        QVERIFY(!parseRemotePlace(text.toStdString()).has_value());
    }
};

QTEST_APPLESS_MAIN(TestRemotePlace)
#include "test_remote_place.moc"
