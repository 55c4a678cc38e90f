// The line for capture filters: checked beside the typing, and only the last answer counts.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <QSignalSpy>
#include <QTest>

#include "ui/live/capture_filter_edit.h"

using namespace framescope;
using State = CaptureFilterEdit::State;

class TestCaptureFilterEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsGoodWithoutAQuestion() {
        std::atomic<int> asked = 0;
        CaptureFilterEdit edit([&](const std::string&, std::uint32_t) {
            ++asked;
            return std::optional<std::string>();
        });
        QCOMPARE(edit.state(), State::Empty);
        edit.setText(QStringLiteral("   "));
        QCOMPARE(edit.state(), State::Empty);
        QCOMPARE(asked.load(), 0);
    }

    void theMessageIsShown() {
        CaptureFilterEdit edit([](const std::string& filter, std::uint32_t) {
            return filter == "tcp" ? std::optional<std::string>() : "can't parse: " + filter;
        });
        QTest::keyClicks(&edit, QStringLiteral("tcp por"));
        QCOMPARE(edit.state(), State::Checking);
        QTRY_COMPARE(edit.state(), State::Bad);
        QCOMPARE(edit.message(), QStringLiteral("can't parse: tcp por"));
        edit.setText(QStringLiteral(" tcp "));
        QTRY_COMPARE(edit.state(), State::Good);
        QVERIFY(edit.message().isEmpty());
        QCOMPARE(edit.filter(), QStringLiteral("tcp"));
    }

    void itIsForTheLinkTypeOfTheInterface() {
        CaptureFilterEdit edit([](const std::string&, std::uint32_t linkType) {
            return linkType == 1 ? std::optional<std::string>() : "not on this one";
        });
        edit.setText(QStringLiteral("ether host ::"));
        QTRY_COMPARE(edit.state(), State::Good);
        edit.setLinkType(101);
        QTRY_COMPARE(edit.state(), State::Bad);
    }

    void aSlowAnswerIsOvertaken() {
        struct Gate {
            std::mutex mutex;
            std::condition_variable changed;
            bool open = false;
            int left = 0;
        };
        const auto gate = std::make_shared<Gate>();
        CaptureFilterEdit edit([gate](const std::string& filter, std::uint32_t) {
            if (filter != "slow") return std::optional<std::string>();
            std::unique_lock lock(gate->mutex);
            gate->changed.wait(lock, [&] { return gate->open; });
            ++gate->left;
            return std::optional<std::string>("no such host");
        });
        edit.setText(QStringLiteral("slow"));
        QSignalSpy changed(&edit, &CaptureFilterEdit::stateChanged);
        QVERIFY(!changed.wait(300));
        edit.setText(QStringLiteral("tcp"));
        QTRY_COMPARE(edit.state(), State::Good);
        {
            const std::lock_guard lock(gate->mutex);
            gate->open = true;
        }
        gate->changed.notify_all();
        changed.clear();
        QVERIFY(!changed.wait(100));
        QCOMPARE(edit.state(), State::Good);
    }

    void goingAwayWhileItIsAskedIsSafe() {
        const auto released = std::make_shared<std::atomic<bool>>(false);
        const auto asked = std::make_shared<std::atomic<bool>>(false);
        auto edit = std::make_unique<CaptureFilterEdit>(
            [released, asked](const std::string&, std::uint32_t) {
                *asked = true;
                while (!*released) std::this_thread::yield();
                return std::optional<std::string>("too late");
            });
        edit->setText(QStringLiteral("tcp"));
        QTRY_VERIFY(asked->load());
        edit.reset();
        *released = true;
    }
};

QTEST_MAIN(TestCaptureFilterEdit)
#include "test_capture_filter_edit.moc"
