// Our parsers and encoders against those of the peers, in the versions that the npm packages
// socket.io 1.7 to 4 use: ten thousand random packets of each kind, encoded by them and read by us,
// and the same packets encoded by us and read by them. Kinds: Socket.IO's text, Engine.IO packets
// of text and bytes, polling payloads of every revision, and socket.io-msgpack-parser.
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include "dissector/engineio/characters.h"
#include "dissector/engineio/packet.h"
#include "dissector/engineio/packet_description.h"
#include "dissector/engineio/payload.h"
#include "dissector/socketio/object_packet.h"
#include "dissector/socketio/packet.h"
#include "tests/support/peer_packets.h"
#include "tests/support/peer_rows.h"
#include "tests/support/peer_scenario.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// Packets of each kind; the seed makes them the same on every machine.
constexpr int kPackets = 10'000;
constexpr int kSeed = 31'415;

const QString kText = QStringLiteral("text");
const QString kWire = QStringLiteral("wire");
const QString kDecoded = QStringLiteral("decoded");

/// A line's text, as it goes over the wire.
std::string wireText(const QJsonObject& line) {
    return line.value(kWire).toObject().value(kText).toString().toStdString();
}

bool isText(const QJsonObject& line) {
    return line.value(kWire).toObject().contains(kText);
}

/// How socket.io-msgpack-parser wrote the line.
socketio::Encoding encodingOf(const QJsonObject& line) {
    return isText(line) ? socketio::Encoding::Json : socketio::Encoding::Msgpack;
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

int revisionOf(const QJsonObject& line) {
    return line.value(QStringLiteral("revision")).toInt();
}

/// Whether the package is of engine.io 1.x, which encodes the text of a payload to UTF-8 twice.
bool encodesTwice(const QJsonObject& line) {
    return line.value(QStringLiteral("version")).toString().startsWith(QStringLiteral("1."));
}

engineio::Framing framingOf(const QJsonObject& line) {
    if (revisionOf(line) == 4) return engineio::Framing::Records;
    return line.value(QStringLiteral("binary")).toBool() ? engineio::Framing::Binary
                                                         : engineio::Framing::Lengths;
}

/// What differs between a payload's packets as we read them and as the peer did; empty if nothing
/// does.
QString payloadDifference(const QJsonObject& line) {
    const Bytes body = wireBytes(line.value(kWire).toObject());
    const std::string_view payload = asText(body);
    const auto revision = static_cast<std::uint8_t>(revisionOf(line));
    const auto framing = engineio::recogniseFraming(payload, revision);
    if (framing != framingOf(line)) return QStringLiteral("framing");
    if (engineio::recogniseFraming(payload, 0) != framing) {
        return QStringLiteral("framing where the revision is not known");
    }
    const bool lengths = framing == engineio::Framing::Lengths;
    const bool twice = lengths && engineio::undoDoubleUtf8(payload).has_value();
    if (twice && !encodesTwice(line)) return QStringLiteral("encoding");

    const engineio::UnitForm form{*framing, engineio::Wrapping::None, twice};
    engineio::PayloadReader reader(payload, *framing);
    const QJsonArray expected = line.value(kDecoded).toArray();
    qsizetype number = 0;
    while (const auto unit = reader.next()) {
        engineio::PlainUnit plain;
        engineio::freeUnit(ByteView(body).subspan(unit->range.begin, unit->range.size()), form,
                           plain);
        const auto packet = engineio::packetOf(plain.content, form);
        if (!unit->complete || !packet) return QStringLiteral("unit %1").arg(number);
        if (engineLine(*packet) != expected.at(number).toObject()) {
            return QStringLiteral("packet %1").arg(number);
        }
        ++number;
    }
    if (!reader.rest().empty()) return QStringLiteral("rest");
    return number == expected.size() ? QString() : QStringLiteral("number of packets");
}

/// The same packets in a payload as we write it.
Bytes encodedPayload(const QJsonObject& line) {
    const engineio::Framing framing = framingOf(line);
    const bool asBinary = framing == engineio::Framing::Binary;
    std::vector<std::string> texts;
    std::vector<bool> areBytes;
    for (const QJsonValue& value : line.value(kDecoded).toArray()) {
        const QJsonObject decoded = value.toObject();
        texts.push_back(encodedEngine(decoded, revisionOf(line), asBinary));
        areBytes.push_back(asBinary && !decoded.contains(kText));
        // In the binary framing a text's bytes are the UTF-8 that the packet was encoded to.
        if (encodesTwice(line) && !asBinary) texts.back() = engineio::doDoubleUtf8(texts.back());
    }
    std::vector<engineio::EncodedPacket> packets;
    for (std::size_t i = 0; i < texts.size(); ++i) packets.push_back({texts[i], areBytes[i]});
    Bytes body;
    ByteWriter writer(body);
    encodePayload(packets, framing, writer);
    return body;
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
        qInfo("%d Socket.IO packets agree", static_cast<int>(lines.size()));
    }

    void theirSocketIoParsersReadOurPackets() {
        QList<QJsonObject> lines = m_lines[QStringLiteral("socket")];
        for (QJsonObject& line : lines) {
            line.insert(kWire, QJsonObject{{kText, toQt(encoded(Expected(line).packet))}});
        }
        compareTheirs(lines, QStringLiteral("our-socket.jsonl"));
    }

    void ourEngineIoParserReadsTheirPackets() {
        const QList<QJsonObject>& lines = m_lines[QStringLiteral("engine")];
        QVERIFY(lines.size() >= kPackets);
        int binary = 0;
        for (const QJsonObject& line : lines) {
            const Bytes wire = wireBytes(line.value(kWire).toObject());
            const auto revision = static_cast<std::uint8_t>(revisionOf(line));
            const auto got = isText(line) ? engineio::parse(asText(wire), revision)
                                          : engineio::parseBinary(wire, revision);
            QVERIFY2(got, qPrintable(shown(line)));
            QVERIFY2(engineLine(*got) == line.value(kDecoded).toObject(), qPrintable(shown(line)));
            if (!got->isText()) ++binary;
        }
        qInfo("%d Engine.IO packets agree, %d of them bytes", static_cast<int>(lines.size()),
              binary);
        QVERIFY(binary > kPackets / 10);
    }

    void theirEngineIoParsersReadOurPackets() {
        QList<QJsonObject> lines = m_lines[QStringLiteral("engine")];
        for (QJsonObject& line : lines) {
            const QJsonObject decoded = line.value(kDecoded).toObject();
            const std::string wire = encodedEngine(decoded, revisionOf(line), !isText(line));
            line.insert(kWire, wireOf(asBytes(wire), isText(line)));
        }
        compareTheirs(lines, QStringLiteral("our-engine.jsonl"));
    }

    void ourPayloadReaderReadsTheirPayloads() {
        const QList<QJsonObject>& lines = m_lines[QStringLiteral("payload")];
        qsizetype packets = 0;
        std::map<QString, int> kinds;
        for (const QJsonObject& line : lines) {
            const QString what = payloadDifference(line);
            QVERIFY2(what.isEmpty(), qPrintable(what + QStringLiteral(" differs: ") + shown(line)));
            packets += line.value(kDecoded).toArray().size();
            const bool binary = line.value(QStringLiteral("binary")).toBool();
            ++kinds[line.value(QStringLiteral("version")).toString() +
                    (binary ? QStringLiteral(" binary") : QString())];
        }
        for (const auto& [kind, count] : kinds) qInfo("%d payloads of %s", count, qPrintable(kind));
        qInfo("%d packets in %d payloads agree", static_cast<int>(packets),
              static_cast<int>(lines.size()));
        QVERIFY(packets >= kPackets);
        QCOMPARE(kinds.size(), std::size_t{6});
    }

    void theirPayloadDecodersReadOurPayloads() {
        QList<QJsonObject> lines = m_lines[QStringLiteral("payload")];
        for (QJsonObject& line : lines) line.insert(kWire, wireOf(encodedPayload(line), false));
        compareTheirs(lines, QStringLiteral("our-payload.jsonl"));
    }

    void ourObjectParserReadsTheirPackets() {
        const QList<QJsonObject>& lines = m_lines[QStringLiteral("msgpack")];
        QVERIFY(lines.size() >= kPackets);
        int texts = 0;
        int withBytes = 0;
        for (const QJsonObject& line : lines) {
            const Bytes wire = wireBytes(line.value(kWire).toObject());
            const auto got = socketio::parseObject(wire, encodingOf(line));
            QVERIFY2(got, qPrintable(shown(line)));
            const QJsonObject decoded = line.value(kDecoded).toObject();
            const QString what = objectDifference(decoded, *got);
            QVERIFY2(what.isEmpty(), qPrintable(what + QStringLiteral(" differs: ") + shown(line)));
            if (isText(line)) ++texts;
            if (decoded.contains(QStringLiteral("attachments"))) ++withBytes;
        }
        qInfo("%d packets of socket.io-msgpack-parser agree, %d of them JSON, %d with bytes",
              static_cast<int>(lines.size()), texts, withBytes);
        QVERIFY(texts > 0 && withBytes > 0);
    }

    void theirObjectParsersReadOurPackets() {
        QList<QJsonObject> lines = m_lines[QStringLiteral("msgpack")];
        for (QJsonObject& line : lines) {
            const Bytes wire = encodedObject(line.value(kDecoded).toObject(), encodingOf(line));
            line.insert(kWire, wireOf(wire, isText(line)));
        }
        compareTheirs(lines, QStringLiteral("our-msgpack.jsonl"));
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
        qInfo("%d lines of %s agree", static_cast<int>(lines.size()), qPrintable(name));
    }

    QString m_folder;
    std::map<QString, QList<QJsonObject>> m_lines;
};

QTEST_GUILESS_MAIN(TestParsersAgree)
#include "test_parsers_agree.moc"
