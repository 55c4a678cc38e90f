// Our parsers and encoders against those of the peers, in the versions that the npm packages
// socket.io 1.7 to 4 use: ten thousand random packets of each kind, encoded by them and read by us,
// and the same packets encoded by us and read by them.
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include "dissector/engineio/packet.h"
#include "dissector/socketio/packet.h"
#include "tests/support/peer_rows.h"
#include "tests/support/peer_scenario.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// Packets of each kind; the seed makes them the same on every machine.
constexpr int kPackets = 10'000;
constexpr int kSeed = 31'415;

const QString kText = QStringLiteral("text");
const QString kBytes = QStringLiteral("@bytes");
const QString kWire = QStringLiteral("wire");
const QString kDecoded = QStringLiteral("decoded");

/// A line's text, as it goes over the wire.
std::string wireText(const QJsonObject& line) {
    return line.value(kWire).toObject().value(kText).toString().toStdString();
}

bool isText(const QJsonObject& line) {
    return line.value(kWire).toObject().contains(kText);
}

/// One line with a packet in it, for a message.
QString shown(const QJsonObject& line) {
    return QString::fromUtf8(QJsonDocument(line).toJson(QJsonDocument::Compact)).left(800);
}

/// Whether two texts are the same JSON value.
bool sameJson(std::string_view one, std::string_view other) {
    if (one == other) return true;
    const auto parsed = [](std::string_view text) {
        return QJsonDocument::fromJson(
            "[" + QByteArray(text.data(), static_cast<qsizetype>(text.size())) + "]");
    };
    return parsed(one) == parsed(other) && !parsed(one).isNull();
}

/// What a peer decoded, in the form of our parser.
struct Expected {
    explicit Expected(const QJsonObject& line) {
        const QJsonObject decoded = line.value(kDecoded).toObject();
        packet.type =
            static_cast<socketio::PacketType>(decoded.value(QStringLiteral("type")).toInt());
        nsp = decoded.value(QStringLiteral("nsp")).toString().toStdString();
        data = decoded.value(QStringLiteral("data")).toString().toStdString();
        if (nsp != "/") packet.nsp = nsp;
        packet.data = data;
        if (decoded.contains(QStringLiteral("id"))) {
            packet.id = static_cast<std::uint64_t>(decoded.value(QStringLiteral("id")).toInteger());
        }
        if (decoded.contains(QStringLiteral("attachments"))) {
            packet.attachments = static_cast<std::uint32_t>(
                decoded.value(QStringLiteral("attachments")).toArray().size());
        }
    }
    Expected(const Expected&) = delete;
    Expected& operator=(const Expected&) = delete;

    std::string nsp;
    std::string data;
    socketio::Packet packet;  ///< a view into the texts above
};

/// What differs; empty if nothing does.
QString difference(const socketio::Packet& expected, const socketio::Packet& got) {
    if (got.type != expected.type) return QStringLiteral("type");
    if (got.nsp != expected.nsp) return QStringLiteral("namespace");
    if (got.id != expected.id) return QStringLiteral("id");
    if (got.attachments != expected.attachments) return QStringLiteral("attachments");
    if (!sameJson(got.data, expected.data)) return QStringLiteral("data");
    if (expected.hasEvent()) {
        const auto array =
            QJsonDocument::fromJson(QByteArray::fromStdString(std::string(expected.data))).array();
        const QString name = array.first().toString();
        if (toQt(socketio::eventName(got)) != name) return QStringLiteral("event");
    }
    if (!got.wellFormed) return QStringLiteral("well-formedness");
    IssueSink issues;
    socketio::check(got, issues);
    if (!issues.empty()) return QStringLiteral("issues");
    return {};
}

std::string encoded(const auto& packet) {
    Bytes bytes;
    ByteWriter writer(bytes);
    encode(packet, writer);
    return std::string(asText(bytes));
}

QString engineDifference(const QJsonObject& decoded, const engineio::Packet& got) {
    if (toQt(engineio::packetTypeName(got.type)) !=
        decoded.value(QStringLiteral("type")).toString()) {
        return QStringLiteral("type");
    }
    if (toQt(got.data) != decoded.value(kText).toString()) return QStringLiteral("data");
    return {};
}

}  // namespace

class TestParsersAgree : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const QString reason = peersUnavailable();
        if (!reason.isEmpty()) QSKIP(qPrintable(reason));
        m_folder = QCoreApplication::applicationDirPath() + QStringLiteral("/peers");
        QVERIFY(QDir().mkpath(m_folder));
        const QString path = m_folder + QStringLiteral("/packets.jsonl");
        const QString error =
            runPeerProgram(QStringLiteral("generate_packets.mjs"),
                           {QString::number(kSeed), QString::number(kPackets), path});
        QVERIFY2(error.isEmpty(), qPrintable(error));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        while (!file.atEnd()) {
            const QJsonObject line = QJsonDocument::fromJson(file.readLine()).object();
            m_lines[line.value(QStringLiteral("kind")).toString()].append(line);
        }
    }

    void ourSocketIoParserReadsTheirPackets() {
        const QList<QJsonObject>& lines = m_lines[QStringLiteral("socket")];
        QVERIFY(lines.size() >= kPackets);
        for (const QJsonObject& line : lines) {
            const std::string wire = wireText(line);
            const auto got = socketio::parse(wire);
            QVERIFY2(got, qPrintable(shown(line)));
            const QString what = difference(Expected(line).packet, *got);
            QVERIFY2(what.isEmpty(), qPrintable(what + QStringLiteral(" differs: ") + shown(line)));
        }
    }

    void theirSocketIoParsersReadOurPackets() {
        QList<QJsonObject> lines = m_lines[QStringLiteral("socket")];
        for (QJsonObject& line : lines) {
            line.insert(kWire, QJsonObject{{kText, toQt(encoded(Expected(line).packet))}});
        }
        compareTheirs(lines, QStringLiteral("our-socket.jsonl"));
    }

    void ourEngineIoParserReadsTheirPackets() {
        int texts = 0;
        for (const QJsonObject& line : m_lines[QStringLiteral("engine")]) {
            const QJsonObject decoded = line.value(kDecoded).toObject();
            if (!isText(line) || !decoded.contains(kText)) continue;
            ++texts;
            const std::string wire = wireText(line);
            const auto got = engineio::parse(wire);
            QVERIFY2(got, qPrintable(shown(line)));
            const QString what = engineDifference(decoded, *got);
            QVERIFY2(what.isEmpty(), qPrintable(what + QStringLiteral(" differs: ") + shown(line)));
        }
        QVERIFY(texts >= kPackets / 2);
    }

    void theirEngineIoParsersReadOurPackets() {
        QList<QJsonObject> lines;
        for (QJsonObject line : m_lines[QStringLiteral("engine")]) {
            const QJsonObject decoded = line.value(kDecoded).toObject();
            if (!decoded.contains(kText)) continue;
            const std::string data = decoded.value(kText).toString().toStdString();
            const std::string type = decoded.value(QStringLiteral("type")).toString().toStdString();
            engineio::Packet packet;
            for (int i = 0; i <= static_cast<int>(engineio::PacketType::Noop); ++i) {
                const auto candidate = static_cast<engineio::PacketType>(i);
                if (engineio::packetTypeName(candidate) == type) packet.type = candidate;
            }
            packet.data = data;
            line.insert(kWire, QJsonObject{{kText, toQt(encoded(packet))}});
            lines.append(line);
        }
        compareTheirs(lines, QStringLiteral("our-engine.jsonl"));
    }

private:
    /// Lets the peers' decoders read the wire of these lines and compare.
    void compareTheirs(const QList<QJsonObject>& lines, const QString& name) {
        const QString path = m_folder + QStringLiteral("/") + name;
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        for (const QJsonObject& line : lines) {
            file.write(QJsonDocument(line).toJson(QJsonDocument::Compact) + "\n");
        }
        file.close();
        const QString error = runPeerProgram(QStringLiteral("decode_packets.mjs"), {path});
        QVERIFY2(error.isEmpty(), qPrintable(error));
    }

    QString m_folder;
    std::map<QString, QList<QJsonObject>> m_lines;
};

QTEST_GUILESS_MAIN(TestParsersAgree)
#include "test_parsers_agree.moc"
