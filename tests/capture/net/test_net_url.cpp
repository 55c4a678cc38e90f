// URLs as people type them, and what is wrong with others.
#include <QTest>

#include "capture/net/url.h"

using framescope::net::hostOf;
using framescope::net::parseUrl;
using framescope::net::toText;
using framescope::net::Url;

class TestNetUrl : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("whole");  // as toText() gives it
        QTest::addColumn<QString>("host");   // as hostOf() gives it
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("port");
        const auto row = [](const char* text, const char* whole, const char* host,
                            const char* target, int port) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(whole)
                                << QString::fromUtf8(host) << QString::fromUtf8(target) << port;
        };
        row("ws://localhost:3000/", "ws://localhost:3000/", "localhost:3000", "/", 3000);
        row("localhost:3000", "ws://localhost:3000/", "localhost:3000", "/", 3000);
        row("localhost", "ws://localhost/", "localhost", "/", 80);
        row("localhost/a://b", "ws://localhost/a://b", "localhost", "/a://b", 80);
        row("  ws://a.example/chat?room=1&x=%20#top \n", "ws://a.example/chat?room=1&x=%20",
            "a.example", "/chat?room=1&x=%20", 80);
        row("wss://a.example", "wss://a.example/", "a.example", "/", 443);
        row("WSS://a.example:443/x", "wss://a.example/x", "a.example", "/x", 443);
        row("wss://a.example:80/x", "wss://a.example:80/x", "a.example:80", "/x", 80);
        row("http://a.example?q", "http://a.example/?q", "a.example", "/?q", 80);
        row("https://a.example:/", "https://a.example/", "a.example", "/", 443);
        row("ws://[::1]:8080/x", "ws://[::1]:8080/x", "[::1]:8080", "/x", 8080);
        row("[2001:db8::7]", "ws://[2001:db8::7]/", "[2001:db8::7]", "/", 80);
        row("ws://u:p@h.example/", "ws://u:p@h.example/", "h.example", "/", 80);
        row("ws://h/with space/\xc3\xa4", "ws://h/with%20space/%C3%A4", "h", "/with%20space/%C3%A4",
            80);
        row("ws://127.0.0.1:65535", "ws://127.0.0.1:65535/", "127.0.0.1:65535", "/", 65535);
        row("ws://my_host-1.example/", "ws://my_host-1.example/", "my_host-1.example", "/", 80);
    }
    void reads() {
        QFETCH(QString, text);
        const auto url = parseUrl(text.toStdString());
        QVERIFY2(bool(url), url ? "" : url.error().sentence.c_str());
        const auto shown = [](const std::string& s) { return QString::fromStdString(s); };
        QTEST(shown(toText(*url)), "whole");
        QTEST(shown(hostOf(*url)), "host");
        QTEST(shown(url->target), "target");
        QTEST(int(url->port), "port");
        // What was written comes back the same.
        const auto again = parseUrl(toText(*url));
        QVERIFY(bool(again));
        QVERIFY(*again == *url);
    }

    void decodesUserInformation() {
        const auto url = parseUrl("wss://me%40home:p%3a%2Fw%@h.example/");
        QVERIFY(bool(url));
        QCOMPARE(QString::fromStdString(url->userInfo), QString("me@home:p:/w%"));
        QCOMPARE(QString::fromStdString(url->host), QString("h.example"));
        QCOMPARE(QString::fromStdString(toText(*url)),
                 QString("wss://me%40home:p:%2Fw%25@h.example/"));
        const auto again = parseUrl(toText(*url));
        QVERIFY(bool(again));
        QVERIFY(*again == *url);
    }

    void keepsSchemesApart() {
        const auto flags = [](const char* text) {
            const auto url = parseUrl(text);
            return std::pair(url->secure, url->webSocket);
        };
        QVERIFY(flags("ws://h") == std::pair(false, true));
        QVERIFY(flags("wss://h") == std::pair(true, true));
        QVERIFY(flags("http://h") == std::pair(false, false));
        QVERIFY(flags("https://h") == std::pair(true, false));
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const QByteArray& text, const char* sentence) {
            QTest::newRow(name) << text << QString::fromUtf8(sentence);
        };
        row("nothing", "  ", "There is no URL.");
        row("scheme", "ftp://h/",
            "A URL begins with ws, wss, http or https, and \"ftp\" is none of "
            "them.");
        row("no host", "ws:///x", "The URL names no host.");
        row("only a port", "ws://:80/", "The URL names no host.");
        row("port 0", "ws://h:0/", "A port is a number from 1 to 65535, and \"0\" is none.");
        row("great port", "h:65536", "A port is a number from 1 to 65535, and \"65536\" is none.");
        row("no port", "h:x1", "A port is a number from 1 to 65535, and \"x1\" is none.");
        row("port and more", "h:80x", "A port is a number from 1 to 65535, and \"80x\" is none.");
        row("no brackets", "ws://::1/", "An IPv6 address in a URL stands in brackets: \"[::1]\".");
        row("open bracket", "ws://[::1/", "\"[::1\" is no IPv6 address in brackets.");
        row("no address", "ws://[h]/", "\"[h]\" is no IPv6 address in brackets.");
        row("behind brackets", "ws://[::1]80/", "\"80\" cannot follow an address in brackets.");
        row("space in host", "ws://a b/", "\"a b\" is no name of a host.");
        row("umlaut",
            "ws://b\xc3\xbc"
            "cher.example/",
            "The host \"b\xc3\xbc"
            "cher.example\" is not written in ASCII: use its form that begins "
            "with \"xn--\".");
        row("line end", "ws://h/a\r\nX: y", "The URL holds a control character or a line end.");
        row("zero", QByteArray("ws://h/\0", 8), "The URL holds a control character or a line end.");
        row("long", "ws://h/" + QByteArray(70000, 'a'), "The URL is longer than 65536 characters.");
        row("long host", "ws://" + QByteArray(254, 'a'),
            "The host's name is longer than 253 characters.");
    }
    void refuses() {
        QFETCH(QByteArray, text);
        const auto url = parseUrl(std::string_view(text.data(), std::size_t(text.size())));
        QVERIFY(!url);
        QTEST(QString::fromStdString(url.error().sentence), "sentence");
    }
};

QTEST_GUILESS_MAIN(TestNetUrl)
#include "test_net_url.moc"
