// Side by side with tshark: in every packet that completes an HTTP head or a WebSocket frame, our
// rows have the same fields with the same values in the same order, down to the packet's own. Where
// tshark shows something else on purpose or by mistake, that is a row of one table, with the
// reason, and what is compared then is what tshark is known to show instead.
//
// Counts are held against numbers that were read out of the captures, so that a comparison of
// nothing with nothing fails.
#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <QDir>
#include <QFile>
#include <QTest>

#include "dissector/field/field_occurrence.h"
#include "tests/support/open_session.h"
#include "tests/support/tshark.h"

namespace framescope {
namespace {

using test::TsharkPacket;
using test::TsharkRun;

/// Fields of the packet itself: all rows of a packet agree on them.
constexpr std::array kPacketFields = std::to_array<FieldId>({FieldId::FrameTimeEpoch,
                                                             FieldId::FrameTimeRelative,
                                                             FieldId::FrameLen,
                                                             FieldId::FrameCapLen,
                                                             FieldId::FrameInterfaceId,
                                                             FieldId::TcpPayload,
                                                             FieldId::EthDst,
                                                             FieldId::EthSrc,
                                                             FieldId::EthType,
                                                             FieldId::NullFamily,
                                                             FieldId::SllPktType,
                                                             FieldId::SllHaType,
                                                             FieldId::SllEtype,
                                                             FieldId::IpVersion,
                                                             FieldId::IpHdrLen,
                                                             FieldId::IpDsField,
                                                             FieldId::IpLen,
                                                             FieldId::IpId,
                                                             FieldId::IpFlags,
                                                             FieldId::IpFlagsDf,
                                                             FieldId::IpFlagsMf,
                                                             FieldId::IpFragOffset,
                                                             FieldId::IpTtl,
                                                             FieldId::IpProto,
                                                             FieldId::IpChecksum,
                                                             FieldId::IpSrc,
                                                             FieldId::IpDst,
                                                             FieldId::Ipv6TClass,
                                                             FieldId::Ipv6Flow,
                                                             FieldId::Ipv6Plen,
                                                             FieldId::Ipv6Nxt,
                                                             FieldId::Ipv6Hlim,
                                                             FieldId::Ipv6Src,
                                                             FieldId::Ipv6Dst,
                                                             FieldId::TcpSrcPort,
                                                             FieldId::TcpDstPort,
                                                             FieldId::TcpStream,
                                                             FieldId::TcpLen,
                                                             FieldId::TcpSeq,
                                                             FieldId::TcpSeqRaw,
                                                             FieldId::TcpAck,
                                                             FieldId::TcpAckRaw,
                                                             FieldId::TcpHdrLen,
                                                             FieldId::TcpFlags,
                                                             FieldId::TcpFlagsFin,
                                                             FieldId::TcpFlagsSyn,
                                                             FieldId::TcpFlagsReset,
                                                             FieldId::TcpFlagsPush,
                                                             FieldId::TcpFlagsAck,
                                                             FieldId::TcpFlagsUrg,
                                                             FieldId::TcpWindowSizeValue,
                                                             FieldId::TcpChecksum,
                                                             FieldId::TcpUrgentPointer});

/// Fields of a row.
constexpr std::array kRowFields = std::to_array<FieldId>({FieldId::HttpRequest,
                                                          FieldId::HttpRequestMethod,
                                                          FieldId::HttpRequestUri,
                                                          FieldId::HttpRequestUriPath,
                                                          FieldId::HttpRequestUriQuery,
                                                          FieldId::HttpRequestVersion,
                                                          FieldId::HttpResponse,
                                                          FieldId::HttpResponseVersion,
                                                          FieldId::HttpResponseCode,
                                                          FieldId::HttpResponsePhrase,
                                                          FieldId::HttpHost,
                                                          FieldId::HttpConnection,
                                                          FieldId::HttpUpgrade,
                                                          FieldId::HttpUserAgent,
                                                          FieldId::HttpServer,
                                                          FieldId::HttpContentType,
                                                          FieldId::HttpContentLength,
                                                          FieldId::HttpContentEncoding,
                                                          FieldId::HttpTransferEncoding,
                                                          FieldId::HttpCookie,
                                                          FieldId::HttpSetCookie,
                                                          FieldId::HttpAuthorization,
                                                          FieldId::HttpLocation,
                                                          FieldId::HttpRequestIn,
                                                          FieldId::HttpResponseIn,
                                                          FieldId::HttpTime,
                                                          FieldId::HttpSecWebSocketKey,
                                                          FieldId::HttpSecWebSocketVersion,
                                                          FieldId::HttpSecWebSocketProtocol,
                                                          FieldId::HttpSecWebSocketExtensions,
                                                          FieldId::HttpSecWebSocketAccept,
                                                          FieldId::WebSocketFin,
                                                          FieldId::WebSocketRsv,
                                                          FieldId::WebSocketOpcode,
                                                          FieldId::WebSocketMask,
                                                          FieldId::WebSocketPayloadLength,
                                                          FieldId::WebSocketPayloadLengthExt16,
                                                          FieldId::WebSocketPayloadLengthExt64,
                                                          FieldId::WebSocketMaskingKey,
                                                          FieldId::WebSocketPayloadText,
                                                          FieldId::WebSocketPayloadContinue,
                                                          FieldId::WebSocketPayloadPing,
                                                          FieldId::WebSocketPayloadPong,
                                                          FieldId::WebSocketPayloadCloseStatusCode,
                                                          FieldId::WebSocketPayloadCloseReason,
                                                          FieldId::WebSocketPayloadUnknown});

/// What a row says of a field.
using Values = QList<QByteArray>;

struct Row {
    const Session& session;
    Record record;
    Dissection dissection;

    Values valuesOf(FieldId field) const {
        Values values;
        anyOccurrence(dissection.fields, field, [&](FieldIndex, const FieldValue& value) {
            values << QByteArray::fromStdString(formatValue(fieldInfo(field).type, value));
            return false;
        });
        return values;
    }
    bool isText() const { return !record.has(kFlagBinary); }
    /// What the upgrade's response chose.
    Values subprotocol() const {
        for (RecordId id = 0; id < session.rowCount(); ++id) {
            const Record& head = session.record(id);
            if (head.connection != record.connection || head.detail != 101) continue;
            if (head.kind != RowKind::HttpResponse) continue;
            return Row{session, head, session.dissect(id)}.valuesOf(
                FieldId::HttpSecWebSocketProtocol);
        }
        return {};
    }
};

/// Where tshark differs.
struct Difference {
    const char* reason;
    std::vector<FieldId> fields;
    std::function<bool(const Row&)> applies;
    /// What tshark shows of the field instead; empty: nothing that could be compared.
    std::function<Values(const Row&, FieldId)> shows;
};

Values nothing(const Row&, FieldId) {
    return {};
}

Values withoutEmpty(const Row& row, FieldId field) {
    Values values = row.valuesOf(field);
    values.removeAll(QByteArray());
    return values;
}

bool isFrame(const Row& row) {
    return row.record.kind == RowKind::WebSocketFrame;
}

/// Whether another exchange of the connection was open while this row's was.
bool isPipelined(const Row& row) {
    std::set<RecordId> open;
    std::set<RecordId> overlapping;
    for (RecordId id = 0; id < row.session.rowCount(); ++id) {
        const Record& record = row.session.record(id);
        if (record.connection != row.record.connection) continue;
        if (record.kind == RowKind::HttpResponse) open.erase(record.group);
        if (record.kind != RowKind::HttpRequest) continue;
        open.insert(id);
        if (open.size() > 1) overlapping.insert(open.begin(), open.end());
    }
    return std::ranges::any_of(overlapping, [&row](RecordId request) {
        const bool isIt = row.record.kind == RowKind::HttpRequest &&
                          row.session.record(request).streamOffset == row.record.streamOffset;
        return isIt || row.record.group == request;
    });
}

bool isEmptyFrame(const Row& row) {
    return isFrame(row) && row.valuesOf(FieldId::WebSocketPayloadLength) == Values{"0"};
}

/// The one table of differences. The first that applies counts.
const std::vector<Difference>& differences() {
    using enum FieldId;
    static const std::vector<Difference> table = {
        {"tshark has a path only where there is a query behind it",
         {HttpRequestUriPath},
         [](const Row& row) { return row.valuesOf(HttpRequestUriQuery).isEmpty(); },
         nothing},
        {"of compressed fragments tshark shows bytes that are not inflated, or some of those it "
         "did",
         {WebSocketPayloadText, WebSocketPayloadContinue},
         [](const Row& row) {
             return row.record.has(kFlagCompressed) &&
                    (row.record.opcode == 0 || !row.record.has(kFlagFin));
         },
         nullptr},
        {"of pipelined requests tshark matches only the first with a response, and all of them to "
         "it",
         {HttpRequestIn, HttpResponseIn, HttpTime},
         isPipelined,
         nullptr},
        {"text of the subprotocol sip is taken apart by tshark's own dissector of SIP",
         {WebSocketPayloadText},
         [](const Row& row) { return row.subprotocol() == Values{"sip"}; },
         nothing},
        {"of a text in fragments tshark shows nothing on the first frame, as it waits for the rest",
         {WebSocketPayloadText},
         [](const Row& row) {
             return isFrame(row) && row.record.opcode == 1 && !row.record.has(kFlagFin);
         },
         nothing},
        {"a message whose last frame is empty is never joined by tshark",
         {WebSocketPayloadText, WebSocketPayloadContinue},
         [](const Row& row) { return row.record.has(kFlagMessageEnd) && isEmptyFrame(row); },
         nothing},
        {"tshark shows a joined text as the last frame's own; ours is called websocket.message",
         {WebSocketPayloadText, WebSocketPayloadContinue},
         [](const Row& row) { return row.record.has(kFlagMessageEnd) && row.isText(); },
         [](const Row& row, FieldId field) {
             return field == WebSocketPayloadText ? row.valuesOf(WebSocketMessage) : Values{};
         }},
        {"tshark has no field for an empty payload",
         {WebSocketPayloadText, WebSocketPayloadContinue, WebSocketPayloadPing,
          WebSocketPayloadPong, WebSocketPayloadCloseReason},
         isFrame,
         withoutEmpty},
    };
    return table;
}

/// Captures of others in which we read what tshark cannot.
const std::map<QByteArray, const char*>& beyond() {
    static const std::map<QByteArray, const char*> table = {
        {"eririmba+socket.io-sample/websocket.pcap",
         "the one frame of a WebSocket that was joined is recognised"},
        {"named-data+ndn-tools/tests/dissect-wireshark/ipv4-websocket-segmented.pcap",
         "a WebSocket whose handshake was not captured is recognised by its frames"},
    };
    return table;
}

/// Text as tshark prints it: with the usual escapes, and other control characters as they are.
QByteArray asPrinted(FieldId field, const QByteArray& value) {
    if (fieldInfo(field).type != FieldType::Text) return value;
    QByteArray printed;
    for (const char c : value) {
        static constexpr char kEscaped[] = "\a\b\f\n\r\t\v";
        static constexpr char kLetters[] = "abfnrtv";
        const char* const at = c == 0 ? nullptr : std::strchr(kEscaped, c);
        if (at != nullptr) {
            printed += '\\';
            printed += kLetters[at - kEscaped];
        } else {
            printed += c;
        }
    }
    return printed;
}

QByteArray nameOf(FieldId field) {
    const std::string_view name = fieldInfo(field).name;
    return {name.data(), static_cast<qsizetype>(name.size())};
}

/// What we say of one packet.
struct OurPacket {
    std::map<FieldId, Values> fields;
    std::set<FieldId> incomparable;
};

struct Comparison {
    int heads = 0;   ///< HTTP heads that were compared
    int frames = 0;  ///< WebSocket frames
    std::size_t values = 0;
    QStringList differences;
};

class Comparer {
public:
    Comparer(const Session& session, const QString& path) : m_session(session), m_path(path) {}

    Comparison run() {
        readRows();
        QList<QByteArray> names;
        for (const FieldId field : kPacketFields) names << nameOf(field);
        for (const FieldId field : kRowFields) names << nameOf(field);
        const TsharkRun tshark =
            test::runTshark(m_path, QList<std::uint16_t>(m_ports.begin(), m_ports.end()), names);
        if (!tshark.error.isEmpty()) {
            m_result.differences << tshark.error;
            return m_result;
        }
        for (const auto& [number, packet] : tshark.packets) {
            // Of packets in the middle of a body tshark says http, but has no field to compare.
            if (!m_packets.contains(number)) compare(number, {}, packet, kRowFields);
        }
        for (const auto& [number, packet] : m_packets) {
            const auto theirs = tshark.packets.find(number);
            if (theirs == tshark.packets.end()) {
                complain(number, "tshark has neither HTTP nor WebSocket here");
                continue;
            }
            compare(number, packet, theirs->second, kPacketFields);
            compare(number, packet, theirs->second, kRowFields);
        }
        return m_result;
    }

private:
    void complain(std::uint32_t packet, const QString& what) {
        m_result.differences << QStringLiteral("packet %1: %2").arg(packet).arg(what);
    }

    void readRows() {
        for (RecordId id = 0; id < m_session.rowCount(); ++id) {
            const Record& record = m_session.record(id);
            const bool frame = record.kind == RowKind::WebSocketFrame;
            const bool head =
                record.kind == RowKind::HttpRequest || record.kind == RowKind::HttpResponse;
            if (!frame && !head) continue;
            m_result.frames += frame ? 1 : 0;
            m_result.heads += head ? 1 : 0;
            m_ports.insert(m_session.connection(record.connection).server.port);
            readRow({m_session, record, m_session.dissect(id)});
        }
    }

    void readRow(const Row& row) {
        const bool known = m_packets.contains(row.record.packet);
        OurPacket& packet = m_packets[row.record.packet];
        for (const FieldId field : kPacketFields) {
            const Values values = row.valuesOf(field);
            if (!known) packet.fields[field] = values;
            if (packet.fields[field] != values) complain(row.record.packet, "rows disagree");
        }
        for (const FieldId field : kRowFields) addRowField(row, field, packet);
    }

    static void addRowField(const Row& row, FieldId field, OurPacket& packet) {
        for (const Difference& difference : differences()) {
            if (std::ranges::find(difference.fields, field) == difference.fields.end()) continue;
            if (!difference.applies(row)) continue;
            if (difference.shows) {
                packet.fields[field] << difference.shows(row, field);
            } else {
                packet.incomparable.insert(field);
            }
            return;
        }
        packet.fields[field] << row.valuesOf(field);
    }

    template <std::size_t count>
    void compare(std::uint32_t number, const OurPacket& ours, const TsharkPacket& theirs,
                 const std::array<FieldId, count>& fields) {
        for (const FieldId field : fields) {
            if (ours.incomparable.contains(field)) continue;
            Values our;
            if (const auto it = ours.fields.find(field); it != ours.fields.end()) our = it->second;
            for (QByteArray& value : our) value = asPrinted(field, value);
            Values their;
            if (const auto it = theirs.find(nameOf(field)); it != theirs.end()) their = it->second;
            m_result.values += static_cast<std::size_t>(our.size());
            if (our == their) continue;
            complain(number, QStringLiteral("%1\n    ours   %2\n    tshark %3")
                                 .arg(QString::fromUtf8(nameOf(field)),
                                      QString::fromUtf8(our.join(" | ")).left(300),
                                      QString::fromUtf8(their.join(" | ")).left(300)));
        }
    }

    const Session& m_session;
    QString m_path;
    std::set<std::uint16_t> m_ports;
    std::map<std::uint32_t, OurPacket> m_packets;
    Comparison m_result;
};

/// How many HTTP heads and WebSocket frames the samples hold. A sample recorded anew may differ by
/// a polling request.
struct Expected {
    const char* sample;
    int heads;
    int frames;
};
constexpr auto kSamples = std::to_array<Expected>({
    {"chromium-socketio4.pcapng", 14, 16},
    {"event-stream.pcap", 6, 0},
    {"http-keepalive.pcap", 18, 0},
    {"nginx-proxy.pcapng", 8, 22},
    {"python-websockets.pcap", 2, 26},
    {"socketio-heartbeats.pcap.gz", 4, 29},
    {"socketio2-polling-upgrade.pcap", 8, 28},
    {"socketio2-websocket.pcap", 2, 28},
    {"socketio4-polling-upgrade.pcapng", 10, 32},
    {"socketio4-websocket.pcapng", 4, 33},
    {"ws-close-codes.pcap", 16, 20},
    {"ws-deflate.pcapng", 6, 60},
    {"ws-echo.pcap", 2, 35},
});

class TsharkTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!test::haveTshark()) QSKIP("tshark is not installed");
    }

    void everySampleIsCompared() {
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        QStringList names;
        for (const Expected& expected : kSamples) names << QString::fromUtf8(expected.sample);
        QCOMPARE(names, folder.entryList({QStringLiteral("*.pcap*")}, QDir::Files, QDir::Name));
    }

    void samples_data() {
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("frames");
        for (const Expected& expected : kSamples) {
            QTest::newRow(expected.sample) << expected.heads << expected.frames;
        }
    }

    void samples() {
        QFETCH(int, heads);
        QFETCH(int, frames);
        const QString path = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") +
                             QString::fromUtf8(QTest::currentDataTag());
        const auto session = test::openSession(path.toStdString());
        QVERIFY(session);
        const Comparison result = Comparer(*session, path).run();
        for (const QString& line : result.differences) qWarning("%s", qPrintable(line));
        QVERIFY(result.differences.isEmpty());
        QCOMPARE(result.heads, heads);
        QCOMPARE(result.frames, frames);
        // Every row has at least the packet's fields and its own; fewer would mean they were empty.
        QVERIFY(result.values > static_cast<std::size_t>(35 * std::max(1, (heads + frames) / 5)));
    }

    void differencesAreNoticed() {
        // The rows of one capture against tshark's reading of another one.
        const QString folder = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/");
        const auto session =
            test::openSession((folder + QStringLiteral("ws-echo.pcap")).toStdString());
        QVERIFY(session);
        const Comparison result =
            Comparer(*session, folder + QStringLiteral("ws-close-codes.pcap")).run();
        QVERIFY(result.differences.size() > 100);
        const Comparison unreadable =
            Comparer(*session, folder + QStringLiteral("README.md")).run();
        QVERIFY(!unreadable.differences.isEmpty());
    }

    void capturesOfOthers_data() {
        QTest::addColumn<int>("frames");
        QFile manifest(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures/MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) QSKIP("other people's captures are not there");
        for (const QByteArray& line : manifest.readAll().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() < 8 || !cells[1].startsWith("ws")) continue;
            QTest::newRow(cells[0].constData()) << cells[7].toInt();
        }
    }

    void capturesOfOthers() {
        QFETCH(int, frames);
        const QString path = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures/") +
                             QString::fromUtf8(QTest::currentDataTag());
        const auto session = test::openSession(path.toStdString());
        QVERIFY(session);
        const Comparison result = Comparer(*session, path).run();
        if (const auto it = beyond().find(QTest::currentDataTag()); it != beyond().end()) {
            QVERIFY2(result.frames > frames && !result.differences.isEmpty(),
                     "the exception is not needed any more");
            QSKIP(it->second);
        }
        QCOMPARE(result.frames, frames);
        for (const QString& line : result.differences) qWarning("%s", qPrintable(line));
        QVERIFY(result.differences.isEmpty());
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::TsharkTest)
#include "test_tshark.moc"
