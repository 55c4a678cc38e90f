// Packets that were not captured, several within the 128 that a hole is waited for: whoever asks
// and answers in turns is read in turns, since what one side acknowledges stands in front of its
// answer.
#include <algorithm>
#include <random>
#include <sstream>

#include <QtTest>

#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

namespace {

constexpr int kExchanges = 200;

/// "[17>" and "<17]": five characters each.
std::string unit(bool client, int number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 3 - digits.size(), '0');
    return client ? "[" + digits + ">" : "<" + digits + "]";
}

struct Sent {
    bool client = true;
    int number = 0;
    bool bare = false;  ///< an acknowledgment of the other side's unit
};

/// Requests and answers in turns, with acknowledgments of their own between them in most cases.
std::vector<Sent> exchanges(std::mt19937& random) {
    std::vector<Sent> sent;
    for (int i = 0; i < kExchanges; ++i) {
        sent.push_back({true, i, false});
        if (random() % 2 == 0) sent.push_back({false, i, true});
        sent.push_back({false, i, false});
        if (random() % 2 == 0) sent.push_back({true, i, true});
    }
    return sent;
}

void send(Wire& wire, const Sent& packet) {
    constexpr std::uint32_t kSize = 5;
    const auto before = static_cast<std::uint32_t>(packet.number) * kSize;
    const auto behind = before + kSize;
    if (packet.client) {
        const std::uint32_t heard = 501 + (packet.bare ? behind : before);
        const std::uint32_t own = 101 + (packet.bare ? behind : before);
        wire.send(kA, kB, kData, own, heard, packet.bare ? "" : unit(true, packet.number));
    } else {
        wire.send(kB, kA, kData, 501 + before, 101 + behind,
                  packet.bare ? "" : unit(false, packet.number));
    }
}

/// The units that were handed on, by the place in which each was sent.
std::vector<int> readUnits(const std::string& story) {
    std::vector<int> units;
    std::istringstream words(story);
    for (std::string word; words >> word;) {
        const std::size_t data = word.find('+');
        if (data == std::string::npos) continue;
        const std::string text = word.substr(data + 1, word.find('@') - data - 1);
        const bool client = text.front() == '[';
        units.push_back(std::stoi(text.substr(1, 3)) * 2 + (client ? 0 : 1));
    }
    return units;
}

}  // namespace

class TestTcpLosses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void turnsStayTurns_data() {
        QTest::addColumn<int>("percent");
        QTest::addColumn<int>("window");
        for (const int percent : {1, 5, 20}) {
            for (const int window : {1, 30}) {
                const std::string name = std::to_string(percent) + " % lost, out of order by " +
                                         std::to_string(window - 1);
                QTest::newRow(name.c_str()) << percent << window;
            }
        }
    }
    void turnsStayTurns() {
        QFETCH(int, percent);
        QFETCH(int, window);
        for (std::uint32_t seed = 0; seed < 100; ++seed) {
            std::mt19937 random(seed * 64 + static_cast<std::uint32_t>(percent));
            std::vector<std::pair<std::size_t, Sent>> captured;
            std::size_t expected = 0;
            std::size_t place = 0;
            for (const Sent& packet : exchanges(random)) {
                ++place;
                if (random() % 100 < static_cast<std::uint32_t>(percent)) continue;
                captured.emplace_back(place + random() % static_cast<std::uint32_t>(window),
                                      packet);
                if (!packet.bare) ++expected;
            }
            std::ranges::stable_sort(captured, {}, &std::pair<std::size_t, Sent>::first);
            Wire wire;
            wire.open();
            for (const auto& [at, packet] : captured) send(wire, packet);
            // All that is acknowledged has been given up in front of the end.
            wire.others(1000);
            std::vector<int> units = readUnits(wire.finish());
            QCOMPARE(units.size(), expected);
            // The last acknowledgment in the capture may be an older one: of what it does not cover
            // nothing tells in time that it was sent.
            if (window > 1) std::erase_if(units, [](int u) { return u / 2 >= kExchanges - 20; });
            const auto wrong = std::ranges::is_sorted_until(units);
            if (wrong == units.end()) continue;
            const std::string last = unit(*wrong % 2 == 0, *wrong / 2);
            const std::size_t at = wire.story.text.find(last);
            const std::string story = wire.story.text.substr(at < 160 ? 0 : at - 160, 200);
            QFAIL((std::to_string(seed) + ": " + story).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestTcpLosses)
#include "test_tcp_losses.moc"
