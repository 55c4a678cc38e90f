// Following a capture while it is written gives the records that reading it afterwards gives,
// however the bytes come; rows are there before the end is.
#include <fstream>
#include <random>

#include <QSemaphore>
#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "capture/spool/pcapng_writer.h"
#include "dissector/core/bytes.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

namespace fs = std::filesystem;

CaptureBuilder chats() {
    CaptureBuilder capture;
    ConversationOptions second;
    second.clientPort = 40001;
    TcpConversation a(capture);
    TcpConversation b(capture, second);
    for (TcpConversation* chat : {&a, &b}) {
        chat->handshake();
        chat->upgrade("/socket.io/?EIO=4&transport=websocket");
    }
    for (int i = 0; i < 15; ++i) {
        a.send(Direction::ServerToClient, webSocketText("42[\"a\"," + std::to_string(i) + "]"));
        b.send(Direction::ClientToServer, webSocketText("42[\"b\"]", i % 2 ? kMask : kOtherMask));
        if (i == 14) b.lose(Direction::ServerToClient, 100);
        b.send(Direction::ServerToClient, webSocketText("43[]"));
    }
    a.close();
    return capture;
}

/// The packets of a little-endian pcap file as pcapng sections of at most `each` packets.
std::vector<Bytes> sectionsOf(ByteView pcap, std::size_t each) {
    std::vector<Bytes> sections;
    std::size_t packets = 0;
    const auto u32 = [&](std::size_t at) { return __builtin_bswap32(readBe32(pcap.data() + at)); };
    for (std::size_t at = 24; at < pcap.size(); ++packets) {
        if (packets % each == 0) {
            pcapng::writeSectionHeader(sections.emplace_back(), "test");
            pcapng::writeInterface(sections.back(), {});
        }
        pcapng::NewPacket packet;
        packet.timeNs = std::int64_t{u32(at)} * 1'000'000'000 + u32(at + 4);
        packet.originalLength = u32(at + 12);
        packet.data = pcap.subspan(at + 16, u32(at + 8));
        pcapng::writePacket(sections.back(), packet);
        at += 16 + packet.data.size();
    }
    return sections;
}

bool sameRecords(const Session& a, const Session& b) {
    if (a.rowCount() != b.rowCount()) return false;
    for (RecordId row = 0; row < a.rowCount(); ++row) {
        const Record& x = a.record(row);
        const Record& y = b.record(row);
        const bool same = x.packet == y.packet && x.timeNs == y.timeNs && x.length == y.length &&
                          x.streamOffset == y.streamOffset && x.kind == y.kind &&
                          x.name == y.name && x.connection == y.connection &&
                          x.direction == y.direction && x.severity == y.severity;
        if (!same) return false;
    }
    return rowListing(a) == rowListing(b);
}

/// A capture that a test writes and a loader follows.
class Followed {
public:
    explicit Followed(const fs::path& folder) : m_folder(folder) {}
    ~Followed() { m_loader.reset(); }

    bool begin(const std::string& name) {
        m_path = m_folder / name;
        m_out = std::ofstream(m_path, std::ios::binary | std::ios::trunc);
        m_size = 0;
        return !m_bytes->beginPart(m_path);
    }
    void write(ByteView bytes) {
        m_out << asText(bytes);
        m_out.flush();
        m_size += bytes.size();
        m_bytes->grewTo(m_size);
    }
    bool follow() {
        auto file = CaptureFile::ofGrowing(m_bytes, m_path);
        if (!file) return false;
        m_session = std::make_unique<Session>(*file);
        m_loader = std::make_unique<Loader>(*file, [this] { m_wakes.release(); });
        return true;
    }
    /// Takes batches until `enough` or the last one; false if none comes for long.
    bool takeUntil(const std::function<bool(const Session&)>& enough) {
        for (;;) {
            while (auto batch = m_loader->take()) {
                const bool last = batch->last;
                m_cancelled = batch->cancelled;
                m_session->append(std::move(*batch));
                if (last) return true;
            }
            if (enough(*m_session)) return true;
            if (!m_wakes.tryAcquire(1, 30'000)) return false;
        }
    }
    bool takeAll() {
        return takeUntil([](const Session&) { return false; });
    }
    GrowingBytes& bytes() { return *m_bytes; }
    Session& session() { return *m_session; }
    Loader& loader() { return *m_loader; }
    bool cancelled() const { return m_cancelled; }

private:
    fs::path m_folder;
    fs::path m_path;
    std::ofstream m_out;
    std::uint64_t m_size = 0;
    std::shared_ptr<GrowingBytes> m_bytes = std::make_shared<GrowingBytes>();
    std::unique_ptr<Session> m_session;
    QSemaphore m_wakes;
    std::unique_ptr<Loader> m_loader;
    bool m_cancelled = false;
};

}  // namespace

class TestLoaderFollows : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path folder() const { return m_folder.path().toStdString(); }

    std::unique_ptr<Session> finished(ByteView bytes) const {
        const fs::path path = folder() / "finished";
        std::ofstream(path, std::ios::binary) << asText(bytes);
        return loadSession(path.string());
    }

private Q_SLOTS:
    void inPieces_data() {
        QTest::addColumn<bool>("ng");
        QTest::addColumn<int>("most");
        QTest::newRow("pcap, byte by byte") << false << 1;
        QTest::newRow("pcapng, byte by byte") << true << 1;
        QTest::newRow("pcap, random pieces") << false << 300;
        QTest::newRow("pcapng, random pieces") << true << 300;
        QTest::newRow("pcapng, large pieces") << true << 100'000;
    }
    void inPieces() {
        QFETCH(bool, ng);
        QFETCH(int, most);
        const CaptureBuilder builder = chats();
        const Bytes whole = ng ? sectionsOf(builder.pcap(), 10'000).front() : builder.pcap();
        const auto expected = finished(whole);
        QVERIFY(expected && expected->rowCount() > 45);

        std::minstd_rand random(4711);
        std::uniform_int_distribution<std::size_t> size(1, static_cast<std::size_t>(most));
        Followed followed(folder());
        QVERIFY(followed.begin("growing"));
        std::size_t done = 28;
        followed.write(ByteView(whole).first(done));
        QVERIFY(followed.follow());
        while (done < whole.size()) {
            const std::size_t n = std::min(size(random), whole.size() - done);
            followed.write(ByteView(whole).subspan(done, n));
            done += n;
        }
        // All but what only the end can tell is there before the end.
        const auto packets = builder.packetCount();
        QVERIFY(followed.takeUntil(
            [&](const Session& session) { return session.statistics().packets == packets; }));
        QVERIFY(!followed.session().complete());
        followed.bytes().end();
        QVERIFY(followed.takeAll());
        QVERIFY(followed.session().complete() && !followed.session().damaged());
        QVERIFY(followed.session().notices().empty());
        QVERIFY(sameRecords(followed.session(), *expected));
    }

    void aTornTail() {
        const Bytes whole = chats().pcap();
        const ByteView torn = ByteView(whole).first(whole.size() - 5);
        const auto expected = finished(torn);
        Followed followed(folder());
        QVERIFY(followed.begin("torn"));
        followed.write(torn);
        QVERIFY(followed.follow());
        QVERIFY(followed.takeUntil([&](const Session& session) {
            return session.statistics().packets == expected->statistics().packets;
        }));
        QVERIFY(followed.session().notices().empty());
        followed.bytes().end();
        QVERIFY(followed.takeAll());
        QVERIFY(followed.session().damaged());
        QCOMPARE(followed.session().notices().size(), std::size_t{1});
        QVERIFY(followed.session().notices().front().find("cut off") != std::string::npos);
        QVERIFY(sameRecords(followed.session(), *expected));
    }

    void aRing() {
        const auto sections = sectionsOf(chats().pcap(), 9);
        QVERIFY(sections.size() > 4);
        Bytes whole;
        for (const Bytes& section : sections) {
            whole.insert(whole.end(), section.begin(), section.end());
        }
        const auto expected = finished(whole);
        Followed followed(folder());
        for (std::size_t i = 0; i < sections.size(); ++i) {
            QVERIFY(followed.begin("ring" + std::to_string(i)));
            followed.write(sections[i]);
            if (i == 0) QVERIFY(followed.follow());
        }
        followed.bytes().end();
        QVERIFY(followed.takeAll());
        QVERIFY(!followed.session().damaged());
        QVERIFY(sameRecords(followed.session(), *expected));
        // Rows of a file that was let go stay in the list and say what is the matter.
        followed.bytes().forgetOldestPart();
        const Dissection dissection = followed.session().dissect(1);
        QVERIFY(dissection.fields.size() > 0);
        const RecordId last = followed.session().rowCount() - 1;
        QVERIFY(followed.session().dissect(last).fields.size() > 5);
    }

    void cancelledWhileItWaits() {
        Followed followed(folder());
        QVERIFY(followed.begin("waiting"));
        followed.write(chats().pcap());
        QVERIFY(followed.follow());
        QVERIFY(followed.takeUntil([](const Session& session) { return session.rowCount() > 10; }));
        followed.loader().cancel();
        QVERIFY(followed.takeAll());
        QVERIFY(followed.cancelled());
    }

    void destroyedWhileItWaits() {
        for (int i = 0; i < 20; ++i) {
            Followed followed(folder());
            QVERIFY(followed.begin("destroyed"));
            followed.write(chats().pcap());
            QVERIFY(followed.follow());
        }
    }
};

QTEST_GUILESS_MAIN(TestLoaderFollows)
#include "test_loader_follows.moc"
