// What was told beside a stream is told once, whatever its segmentation and however many streams
// there are; beyond what is kept, the oldest connections' copies are told again.
#include <algorithm>

#include <QtTest>

#include "dissector/tcp/told_beside.h"

using namespace framescope;
using namespace framescope::tcp;

namespace {

/// Bytes of a capture, all told of one place of different connections.
struct Teller {
    ToldBeside told;
    Bytes capture;

    std::size_t tell(ConnectionId connection, std::int64_t place, std::string_view text) {
        const std::uint64_t at = capture.size();
        capture.insert(capture.end(), text.begin(), text.end());
        const auto parts = told.untold(
            connection, Direction::ClientToServer, place, ByteView(capture).last(text.size()), at,
            [this](std::uint64_t offset, std::span<std::uint8_t> into) {
                if (offset + into.size() > capture.size()) return false;
                std::copy_n(capture.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                            into.begin());
                return true;
            });
        std::size_t size = 0;
        for (const ToldBeside::Part& part : parts) size += part.size;
        return size;
    }
};

}  // namespace

class TestToldBeside : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachByteOnce() {
        Teller teller;
        QCOMPARE(teller.tell(1, -10, "abcdef"), std::size_t{6});
        QCOMPARE(teller.tell(1, -10, "abcdef"), std::size_t{0});
        QCOMPARE(teller.tell(1, -12, "xyabcdefgh"), std::size_t{4});
        QCOMPARE(teller.tell(1, -9, "b!d"), std::size_t{3});
        QCOMPARE(teller.tell(2, -10, "abcdef"), std::size_t{6});
        QCOMPARE(teller.tell(2, -10, ""), std::size_t{0});
    }

    void ofManyStreams() {
        Teller teller;
        constexpr ConnectionId kStreams = 5000;
        for (int turn = 0; turn < 2; ++turn) {
            for (ConnectionId id = 0; id < kStreams; ++id) {
                QCOMPARE(teller.tell(id, -10, "abcdef"), std::size_t{turn == 0 ? 6U : 0U});
            }
        }
    }

    void theOldestAreForgottenFirst() {
        Teller teller;
        constexpr auto kStreams = static_cast<ConnectionId>(ToldBeside::kMaxInAll);
        for (ConnectionId id = 0; id <= kStreams; ++id) {
            QCOMPARE(teller.tell(id, -10, "a"), std::size_t{1});
        }
        QCOMPARE(teller.tell(kStreams, -10, "a"), std::size_t{0});
        QCOMPARE(teller.tell(2, -10, "a"), std::size_t{0});
        QCOMPARE(teller.tell(0, -10, "a"), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestToldBeside)
#include "test_told_beside.moc"
