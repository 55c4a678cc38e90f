// Sequences of letters stand for recorded and received answers: the same letter is the same answer,
// the same letter in the other case one that is like it.
#include <algorithm>
#include <cctype>
#include <random>

#include <QtTest>

#include "capture/replay/alignment.h"

using namespace framescope::replay;

namespace {

double likenessOf(char a, char b) {
    if (a == b) return 1;
    if (std::tolower(a) == std::tolower(b)) return 0.45;
    return std::isdigit(a) != std::isdigit(b) ? 0 : 0.1;
}

/// "a=a b- +c": pairs, missing and extra ones in the order of the recording.
std::string aligned(const std::string& recorded, const std::string& received,
                    std::size_t due = std::string::npos) {
    Alignment alignment(recorded.size(), [&](std::size_t i, std::size_t j) {
        return likenessOf(recorded[i], received[j]);
    });
    for (std::size_t j = 0; j < received.size(); ++j) {
        alignment.received(due == std::string::npos ? recorded.size() : due);
    }
    if (due == std::string::npos) alignment.finish();
    std::string text;
    std::size_t next = 0;
    const auto extras = [&](std::size_t end) {
        for (; next < end; ++next) {
            if (!alignment.recordedFor(next)) text += std::string(" +") + received[next];
        }
    };
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        const auto found = alignment.receivedFor(i);
        if (found) extras(*found);
        text += " ";
        text += recorded[i];
        text += found ? "=" + std::string(1, received[*found]) : "-";
    }
    extras(received.size());
    return text.empty() ? text : text.substr(1);
}

}  // namespace

class TestAlignment : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void alignsSequences_data() {
        QTest::addColumn<QString>("recorded");
        QTest::addColumn<QString>("received");
        QTest::addColumn<QString>("pairs");
        const auto add = [](const char* recorded, const char* received, const char* pairs) {
            QTest::addRow("%s %s", recorded, received) << recorded << received << pairs;
        };
        add("", "", "");
        add("abc", "abc", "a=a b=b c=c");
        add("abc", "aBc", "a=a b=B c=c");
        add("abc", "ac", "a=a b- c=c");
        add("abc", "bc", "a- b=b c=c");
        add("abc", "ab", "a=a b=b c-");
        add("abc", "abxc", "a=a b=b +x c=c");
        add("abc", "xabc", "+x a=a b=b c=c");
        add("abc", "abcx", "a=a b=b c=c +x");
        add("abc", "axc", "a=a b=x c=c");
        add("abc", "", "a- b- c-");
        add("", "ab", "+a +b");
        add("a1b", "a2b", "a=a 1=2 b=b");
        add("1", "a", "1- +a");
        add("abcdef", "defabc", "+d +e +f a=a b=b c=c d- e- f-");
    }

    void alignsSequences() {
        QFETCH(QString, recorded);
        QFETCH(QString, received);
        QFETCH(QString, pairs);
        const std::string actual = aligned(recorded.toStdString(), received.toStdString());
        if (recorded == "abcdef") {
            // Which three of them are kept is a matter of taste, not how many.
            QCOMPARE(std::ranges::count(actual, '='), 3);
            return;
        }
        QCOMPARE(QString::fromStdString(actual), pairs);
    }

    void waitsForWhatIsDue() {
        // The second answer is not due yet, so what came counts for the first.
        QCOMPARE(aligned("ab", "b", 1), std::string("a=b b-"));
        QCOMPARE(aligned("ab", "b", 2), std::string("a- b=b"));
    }

    /// Thousands of answers, of which some are lost, doubled or changed: nearly all of the others
    /// find their counterpart.
    void longSequencesStayInStep() {
        std::mt19937 random(7);
        std::string recorded;
        std::string received;
        std::size_t kept = 0;
        for (int i = 0; i < 5'000; ++i) {
            const char letter = static_cast<char>('a' + random() % 26);
            recorded += letter;
            switch (random() % 20) {
                case 0:
                    break;
                case 1:
                    received += letter;
                    received += letter;
                    break;
                default:
                    received += letter;
                    ++kept;
            }
        }
        Alignment alignment(recorded.size(), [&](std::size_t i, std::size_t j) {
            return likenessOf(recorded[i], received[j]);
        });
        for (std::size_t j = 0; j < received.size(); ++j) alignment.received(recorded.size());
        alignment.finish();
        std::size_t same = 0;
        std::optional<std::size_t> last;
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            const auto found = alignment.receivedFor(i);
            if (!found) continue;
            QVERIFY(!last || *found > *last);  // in order
            QCOMPARE(alignment.recordedFor(*found), std::optional<std::size_t>(i));
            last = found;
            same += recorded[i] == received[*found] ? 1 : 0;
        }
        QVERIFY2(same > kept * 98 / 100, std::to_string(same).c_str());
    }
};

QTEST_APPLESS_MAIN(TestAlignment)
#include "test_alignment.moc"
