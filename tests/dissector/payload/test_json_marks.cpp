// The marks of a block are those of its bytes, one by one: for texts of every length, with every
// byte at every place, also where the block is less than 64 bytes.
#include <algorithm>
#include <memory>
#include <string>

#include <QtTest>

#include "dissector/payload/json_marks.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::json_marks;

namespace {

Marks oneByOne(std::string_view block) {
    Marks marks;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const auto bit = [&](std::string_view wanted) {
            return std::uint64_t{wanted.find(block[i]) != std::string_view::npos} << i;
        };
        marks.quotes |= bit("\"");
        marks.colons |= bit(":");
        marks.escapes |= bit("\\");
        marks.opens |= bit("{[");
        marks.closes |= bit("}]");
    }
    return marks;
}

bool same(const Marks& a, const Marks& b) {
    return a.quotes == b.quotes && a.colons == b.colons && a.escapes == b.escapes &&
           a.opens == b.opens && a.closes == b.closes;
}

/// Whether all blocks of a text have the marks they should; behind it stands nothing that could be
/// read.
bool isRead(std::string_view text) {
    const auto copy = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), copy.get());
    const char* const end = copy.get() + text.size();
    for (std::size_t at = 0; at < text.size(); at += kBlock) {
        const Marks marks = marksAt(copy.get(), copy.get() + at, end);
        if (!same(marks, oneByOne(text.substr(at, kBlock)))) return false;
    }
    return true;
}

}  // namespace

class TestJsonMarks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textsOfEveryLength() {
        constexpr std::string_view kMarked = "\":\\{[}]";
        test::Noise noise(64);
        for (std::size_t size = 1; size <= 3 * kBlock; ++size) {
            for (int run = 0; run < 50; ++run) {
                std::string text(size, ' ');
                for (char& c : text) {
                    c = noise.below(3) == 0 ? kMarked[noise.below(kMarked.size())]
                                            : static_cast<char>(noise.byte());
                }
                QVERIFY2(isRead(text), text.c_str());
            }
        }
    }

    void everyByteAtEveryPlace() {
        for (int byte = 0; byte < 256; ++byte) {
            for (std::size_t at = 0; at < 2 * kBlock; ++at) {
                std::string text(at + at % 7 + 1, 'x');
                text[at] = static_cast<char>(byte);
                QVERIFY2(isRead(text), qPrintable(QString::number(byte)));
            }
        }
    }

    void insideOfStrings() {
        const std::string text = R"({"a":"b","c":1,"d":["e"]})";
        const std::uint64_t inside = insideOf(oneByOne(text).quotes);
        bool open = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') open = !open;
            QCOMPARE((inside >> i & 1U) != 0, open);
        }
    }
};

QTEST_APPLESS_MAIN(TestJsonMarks)
#include "test_json_marks.moc"
