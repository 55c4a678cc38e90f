// Every capture of others in which there is WebSocket or HTTP, side by side with tshark: the frames
// with opcode, bits, length and unmasked payload, the requests with method and target, the codes of
// responses, and the header lines of both, each in their order between the same two ends.
//
// Each difference is a line of tests/app/tshark_differences.tsv: how many units of a kind we have,
// how many tshark has, how many are the same in the same order, and why we are right. A line that
// does not fit what is found fails the test as well, so the list stays true.
//
// tshark is asked for its best reading: two passes with segments put in order, HTTP expected where
// we found it, heads shown at once. Where that differs, it is asked again to join bodies first,
// since it sees heads in the middle of a segment only then, and the answer that is nearer to ours
// counts.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "tests/support/open_session.h"
#include "tests/support/tshark.h"
#include "tests/support/tshark_units.h"

namespace framescope {
namespace {

using test::TsharkBodies;
using test::TsharkQuestion;
using test::TsharkUnits;
using test::UnitLists;

const QString kRoot = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures/");

using List = std::map<QByteArray, QList<QByteArray>>;

/// The kinds of units that are compared.
struct Kind {
    const char* name;
    List UnitLists::*list;
};
constexpr std::array kKinds = std::to_array<Kind>({{"frames", &UnitLists::frames},
                                                   {"requests", &UnitLists::requests},
                                                   {"responses", &UnitLists::responses},
                                                   {"headers", &UnitLists::headers}});

/// How two readings compare.
struct Figures {
    qsizetype ours = 0;
    qsizetype theirs = 0;
    qsizetype same = 0;

    bool equal() const { return ours == same && theirs == same; }
    bool operator==(const Figures&) const = default;
    QString text() const {
        return QStringLiteral("ours %1, tshark %2, the same %3").arg(ours).arg(theirs).arg(same);
    }
};

/// Length of the longest common subsequence.
qsizetype commonLength(const QList<QByteArray>& a, const QList<QByteArray>& b) {
    std::vector<qsizetype> row(static_cast<std::size_t>(b.size()) + 1);
    for (const QByteArray& one : a) {
        qsizetype diagonal = 0;
        for (std::size_t j = 1; j < row.size(); ++j) {
            const qsizetype above = row[j];
            row[j] = one == b[static_cast<qsizetype>(j) - 1] ? diagonal + 1
                                                             : std::max(above, row[j - 1]);
            diagonal = above;
        }
    }
    return row.back();
}

Figures compare(const List& ours, const List& theirs) {
    Figures figures;
    for (const auto& [ends, units] : ours) figures.ours += units.size();
    for (const auto& [ends, units] : theirs) {
        figures.theirs += units.size();
        const auto at = ours.find(ends);
        if (at == ours.end()) continue;
        figures.same += at->second == units ? units.size() : commonLength(at->second, units);
    }
    return figures;
}

QByteArray hex(ByteView bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()),
                      static_cast<qsizetype>(bytes.size()))
        .toHex();
}

/// What we find in a capture.
class OurUnits {
public:
    explicit OurUnits(const Session& session) : m_session(session) {
        for (RecordId row = 0; row < session.rowCount(); ++row) {
            switch (session.record(row).kind) {
                case RowKind::WebSocketFrame:
                    readFrame(row);
                    break;
                case RowKind::HttpRequest:
                case RowKind::HttpResponse:
                    readHead(row);
                    break;
                default:
                    break;
            }
        }
    }
    UnitLists units;
    std::set<std::uint16_t> ports;

private:
    QByteArray ends(const Record& record) {
        const ConnectionInfo& info = m_session.connection(record.connection);
        ports.insert(info.server.port);
        const bool fromClient = record.direction == Direction::ClientToServer;
        const Endpoint& source = fromClient ? info.client : info.server;
        const Endpoint& destination = fromClient ? info.server : info.client;
        return test::endsOf(hex(source.address.view()), source.port,
                            hex(destination.address.view()), destination.port);
    }

    void readFrame(RecordId row) {
        const Record& record = m_session.record(row);
        const Bytes frame = m_session.wireBytes(row).bytes;
        const bool masked = record.has(kFlagMasked);
        const std::size_t announced = frame.size() < 2 ? 0 : frame[1] & 0x7fU;
        const std::size_t header = 2U +
                                   (announced == 126   ? 2U
                                    : announced == 127 ? 8U
                                                       : 0U) +
                                   (masked ? 4U : 0U);
        Bytes payload;
        for (std::size_t i = header; i < frame.size(); ++i) {
            const std::uint8_t key = masked ? frame[header - 4 + (i - header) % 4] : 0;
            payload.push_back(static_cast<std::uint8_t>(frame[i] ^ key));
        }
        units.frames[ends(record)] << test::frameLine(record.opcode, record.has(kFlagFin), masked,
                                                      record.length - header, hex(payload));
    }

    void readHead(RecordId row) {
        const Record& record = m_session.record(row);
        const Bytes head = m_session.wireBytes(row).bytes;
        auto text = QByteArray(reinterpret_cast<const char*>(head.data()),
                               static_cast<qsizetype>(head.size()));
        // Empty lines may stand in front of a head.
        while (text.startsWith('\r') || text.startsWith('\n')) text.remove(0, 1);
        const qsizetype lineEnd = text.indexOf('\n') + 1;
        QByteArray headers = text.mid(lineEnd);
        if (headers.endsWith("\r\n")) {
            headers.chop(2);
        } else if (headers.endsWith('\n')) {
            headers.chop(1);
        }
        const QByteArray where = ends(record);
        units.headers[where] << headers;
        if (record.kind == RowKind::HttpResponse) {
            units.responses[where] << QByteArray::number(record.detail);
            return;
        }
        const Dissection dissection = m_session.dissect(row);
        QByteArray method;
        QByteArray target;
        for (const Field& field : dissection.fields.fields()) {
            if (field.source == kNoSource) continue;
            const ByteView bytes = ByteView(dissection.sources[field.source].bytes)
                                       .subspan(field.range.begin, field.range.size());
            const auto value = QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()));
            if (field.id == FieldId::HttpRequestMethod) method = value;
            if (field.id == FieldId::HttpRequestUri) target = value;
        }
        units.requests[where] << method + ' ' + target;
    }

    const Session& m_session;
};

/// A line of the list.
struct Listed {
    Figures figures;
    QString reason;
};
/// By capture and kind.
using Differences = std::map<std::pair<QString, QString>, Listed>;

Differences readDifferences() {
    Differences differences;
    QFile file(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/tests/app/tshark_differences.tsv"));
    if (!file.open(QIODevice::ReadOnly)) return differences;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.isEmpty() || line.startsWith('#')) continue;
        const QStringList cells = QString::fromUtf8(line).split(u'\t');
        if (cells.size() != 6) qFatal("a line of the list is damaged: %s", line.constData());
        differences[{cells[0], cells[1]}] = {{cells[2].toInt(), cells[3].toInt(), cells[4].toInt()},
                                             cells[5]};
    }
    return differences;
}

/// One capture in both readings.
struct Reading {
    QString name;
    QString wrong;
    std::map<QString, Figures> figures;  ///< by kind
    QStringList firstDifferences;
};

class TsharkCapturesTest : public QObject {
    Q_OBJECT

    Differences m_differences;
    std::vector<Reading> m_readings;
    qsizetype m_units = 0;

    static QStringList capturesToCompare() {
        QStringList names;
        QFile manifest(kRoot + QStringLiteral("MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) return names;
        for (const QByteArray& line : manifest.readAll().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() < 11) continue;
            if (cells[7].toInt() > 0 || cells[9].toInt() > 0 || cells[10].toInt() > 0) {
                names << QString::fromUtf8(cells[0]);
            }
        }
        return names;
    }

    /// How far a reading of tshark is from ours.
    static qsizetype distance(const UnitLists& ours, const UnitLists& theirs) {
        qsizetype distance = 0;
        for (const Kind& kind : kKinds) {
            const Figures figures = compare(ours.*kind.list, theirs.*kind.list);
            distance += figures.ours + figures.theirs - 2 * figures.same;
        }
        return distance;
    }

    /// Where a kind differs first, for whoever has to find out why.
    static QString firstDifference(const List& ours, const List& theirs) {
        std::set<QByteArray> lists;
        for (const auto& [ends, units] : ours) lists.insert(ends);
        for (const auto& [ends, units] : theirs) lists.insert(ends);
        for (const QByteArray& ends : lists) {
            const QList<QByteArray> our = ours.contains(ends) ? ours.at(ends) : QList<QByteArray>();
            const QList<QByteArray> their =
                theirs.contains(ends) ? theirs.at(ends) : QList<QByteArray>();
            for (qsizetype i = 0; i < std::max(our.size(), their.size()); ++i) {
                const QByteArray a = i < our.size() ? our[i] : "nothing";
                const QByteArray b = i < their.size() ? their[i] : "nothing";
                if (a == b) continue;
                return QStringLiteral("%1, number %2:\n    ours   %3\n    tshark %4")
                    .arg(QString::fromUtf8(ends))
                    .arg(i + 1)
                    .arg(QString::fromUtf8(a).left(400), QString::fromUtf8(b).left(400));
            }
        }
        return {};
    }

private Q_SLOTS:
    void initTestCase() {
        if (!test::haveTshark()) QSKIP("tshark is not installed");
        const QStringList names = capturesToCompare();
        if (names.isEmpty()) QSKIP("other people's captures are not beside the project");
        m_differences = readDifferences();

        std::vector<UnitLists> ours;
        std::vector<TsharkQuestion> questions;
        for (const QString& name : names) {
            m_readings.push_back({name, {}, {}, {}});
            std::string why;
            const auto session = test::openSession((kRoot + name).toStdString(), &why);
            QList<std::uint16_t> ports;
            if (session) {
                OurUnits read(*session);
                ours.push_back(std::move(read.units));
                ports = QList<std::uint16_t>(read.ports.begin(), read.ports.end());
            } else {
                ours.emplace_back();
            }
            questions.push_back({kRoot + name, ports, TsharkBodies::PassBy});
        }
        QElapsedTimer timer;
        timer.start();
        std::vector<TsharkUnits> theirs = test::askTshark(questions);
        std::vector<std::size_t> again;
        std::vector<TsharkQuestion> questionsAgain;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            if (distance(ours[i], theirs[i].units) == 0) continue;
            again.push_back(i);
            questions[i].bodies = TsharkBodies::Join;
            questionsAgain.push_back(questions[i]);
        }
        const std::vector<TsharkUnits> joined = test::askTshark(questionsAgain);
        for (std::size_t j = 0; j < again.size(); ++j) {
            const std::size_t i = again[j];
            if (distance(ours[i], joined[j].units) < distance(ours[i], theirs[i].units)) {
                theirs[i] = joined[j];
            }
        }
        qInfo("%zu captures, %zu of them asked twice, in %lld s", ours.size(), again.size(),
              static_cast<long long>(timer.elapsed() / 1000));
        for (std::size_t i = 0; i < ours.size(); ++i) {
            Reading& reading = m_readings[i];
            reading.wrong = theirs[i].error;
            for (const Kind& kind : kKinds) {
                const Figures figures = compare(ours[i].*kind.list, theirs[i].units.*kind.list);
                reading.figures[QString::fromUtf8(kind.name)] = figures;
                m_units += figures.same;
                if (figures.equal()) continue;
                reading.firstDifferences
                    << QString::fromUtf8(kind.name) + QStringLiteral(" differ: ") + figures.text() +
                           QStringLiteral("; ") +
                           firstDifference(ours[i].*kind.list, theirs[i].units.*kind.list);
            }
        }
    }

    void everyDifferenceIsListed_data() {
        QTest::addColumn<std::size_t>("index");
        for (std::size_t i = 0; i < m_readings.size(); ++i) {
            QTest::newRow(m_readings[i].name.toUtf8().constData()) << i;
        }
    }
    void everyDifferenceIsListed() {
        QFETCH(std::size_t, index);
        const Reading& reading = m_readings[index];
        QVERIFY2(reading.wrong.isEmpty(), qPrintable(reading.wrong));
        QStringList complaints;
        for (const auto& [kind, figures] : reading.figures) {
            const auto listed = m_differences.find({reading.name, kind});
            if (listed == m_differences.end()) {
                if (!figures.equal()) complaints << kind + QStringLiteral(" are not listed");
            } else if (figures.equal()) {
                complaints << kind + QStringLiteral(" are listed and do not differ");
            } else if (listed->second.figures != figures) {
                complaints << kind + QStringLiteral(" are listed as ") +
                                  listed->second.figures.text();
            }
        }
        if (complaints.isEmpty()) return;
        for (const QString& line : reading.firstDifferences) qWarning("%s", qPrintable(line));
        QFAIL(qPrintable(complaints.join(QStringLiteral("; "))));
    }

    void everythingListedExists() {
        std::set<QString> names;
        for (const Reading& reading : m_readings) names.insert(reading.name);
        for (const auto& [where, listed] : m_differences) {
            QVERIFY2(names.contains(where.first), qPrintable(where.first));
            QVERIFY2(listed.reason.size() > 20, qPrintable(where.first));
        }
    }

    void enoughWasCompared() {
        qInfo("%lld units are the same", static_cast<long long>(m_units));
        QVERIFY(m_units > 2500);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::TsharkCapturesTest)
#include "test_tshark_captures.moc"
