// How long the window keeps a person waiting: bench_window CAPTURE [STEPS]. Opens the capture in a
// window and prints when its first rows are painted and when all are listed, the longest time that
// one event kept the GUI thread, a frame while scrolling, a row from its selection to the painted
// tree and bytes, and narrowing to a connection and back. Times say something only on a machine
// that does nothing else; run it with QT_QPA_PLATFORM=offscreen where there is no display.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>
#include <QRandomGenerator>
#include <QScrollBar>

#include "capture/session/session.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/load/load_controller.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/tree/field_tree_view.h"
#include "ui/window/capture_page.h"
#include "ui/window/main_window.h"

namespace {

using namespace framescope;

/// What this thread has worked since it was made.
class WorkTimer {
public:
    WorkTimer() : m_begin(now()) {}
    double ms() const { return now() - m_begin; }

private:
    static double now() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    }
    double m_begin;
};

/// Times each event from outside; an event within another one is part of it.
class TimedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        if (m_depth != 0) return QApplication::notify(receiver, event);
        // Either may be gone behind it.
        const QEvent::Type type = event->type();
        const char* const name = receiver->metaObject()->className();
        ++m_depth;
        const WorkTimer timer;
        const bool result = QApplication::notify(receiver, event);
        const double ms = timer.ms();
        --m_depth;
        if (ms > m_longestMs) {
            m_longestMs = ms;
            m_longestName = name;
            m_longestType = type;
        }
        return result;
    }
    /// The longest since this was last asked for.
    std::string takeLongest() {
        const char* const type = QMetaEnum::fromType<QEvent::Type>().valueToKey(m_longestType);
        char text[200];
        std::snprintf(text, sizeof text, "%.1f ms (%s of %s)", m_longestMs,
                      type != nullptr ? type : "an event", m_longestName);
        m_longestMs = 0;
        return text;
    }

private:
    int m_depth = 0;
    double m_longestMs = 0;
    const char* m_longestName = "nothing";
    QEvent::Type m_longestType = QEvent::None;
};

/// Notes when rows are first painted.
class FirstPaint : public QObject {
public:
    explicit FirstPaint(const RowView& view) : m_view(view) {
        m_view.viewport()->installEventFilter(this);
        m_timer.start();
    }
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::Paint && m_ms < 0 && m_view.model()->rowCount() > 0) {
            m_ms = m_timer.elapsed();
        }
        return false;
    }
    qint64 ms() const { return m_ms; }
    qint64 elapsed() const { return m_timer.elapsed(); }

private:
    const RowView& m_view;
    QElapsedTimer m_timer;
    qint64 m_ms = -1;
};

void print(const char* what, std::vector<double> times) {
    std::ranges::sort(times);
    const auto at = [&](double share) {
        return times[static_cast<std::size_t>(static_cast<double>(times.size() - 1) * share)];
    };
    std::printf("%-34s median %.2f ms, 95 %% %.2f ms, most %.2f ms\n", what, at(0.5), at(0.95),
                times.back());
}

std::string peakMemory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return line.substr(6);
    }
    return " unknown";
}

void scroll(RowView& view, int steps, bool far) {
    QScrollBar& bar = *view.verticalScrollBar();
    std::vector<double> times;
    bar.setValue(bar.maximum() / 2);
    for (int step = 0; step < steps; ++step) {
        const int to = far ? QRandomGenerator::global()->bounded(bar.maximum() + 1)
                           : std::min(bar.value() + 3, bar.maximum());
        const WorkTimer timer;
        bar.setValue(to);
        view.viewport()->repaint();
        times.push_back(timer.ms());
    }
    print(far ? "scrolled to anywhere" : "scrolled by three rows", std::move(times));
}

void select(CapturePage& page, int steps, bool atEnd) {
    const int rows = page.rowModel().rowCount();
    std::vector<double> times;
    for (int step = 0; step < steps; ++step) {
        const int row = atEnd ? std::max(rows - 1 - step, 0)
                              : QRandomGenerator::global()->bounded(std::max(rows, 1));
        const WorkTimer timer;
        page.rowView().selectRow(row);
        page.tree().viewport()->repaint();
        page.sources().hexView().viewport()->repaint();
        times.push_back(timer.ms());
        QCoreApplication::processEvents();
    }
    print(atEnd ? "selected, from the end" : "selected anywhere", std::move(times));
}

void narrow(TimedApplication& application, CapturePage& page) {
    const auto timed = [&](const char* what, std::optional<ConnectionId> to) {
        bool done = false;
        const auto connection =
            QObject::connect(&page.rowModel(), &RowModel::caughtUp, [&done] { done = true; });
        const WorkTimer timer;
        page.narrowTo(to);
        const double first = timer.ms();
        while (!done) QCoreApplication::processEvents(QEventLoop::AllEvents);
        QObject::disconnect(connection);
        QCoreApplication::processEvents();
        std::printf("%-34s %.1f ms, all after %.1f ms; longest event %s\n", what, first, timer.ms(),
                    application.takeLongest().c_str());
    };
    application.takeLongest();
    timed("narrowed to a connection", ConnectionId{0});
    timed("all rows again", std::nullopt);
}

}  // namespace

int main(int argc, char** argv) {
    TimedApplication application(argc, argv);
    if (argc < 2) {
        std::fputs("Usage: bench_window CAPTURE [STEPS]\n", stderr);
        return 2;
    }
    const int steps = argc > 2 ? std::max(std::atoi(argv[2]), 1) : 200;
    MainWindow window({});
    window.resize(1280, 800);
    window.show();
    QCoreApplication::processEvents();
    CapturePage& page = window.capturePage();
    application.takeLongest();
    FirstPaint first(page.rowView());
    bool failed = false;
    QObject::connect(&window.loader(), &LoadController::failed,
                     [&](const QString&, const QString& why) {
                         std::fprintf(stderr, "%s\n", qPrintable(why));
                         failed = true;
                     });
    window.openFile(QString::fromLocal8Bit(argv[1]));
    while (!failed && (window.loader().session() == nullptr || window.loader().isReading())) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    if (failed) return 1;
    std::printf("%-34s %lld ms\n", "first rows painted", static_cast<long long>(first.ms()));
    std::printf("%-34s %lld ms, %u rows\n", "all rows listed",
                static_cast<long long>(first.elapsed()), window.loader().session()->rowCount());
    std::printf("%-34s %s\n", "longest event while it was read", application.takeLongest().c_str());
    scroll(page.rowView(), steps, false);
    scroll(page.rowView(), steps, true);
    select(page, steps, false);
    select(page, steps, true);
    narrow(application, page);
    std::printf("%-34s%s\n", "memory at the most", peakMemory().c_str());
    return 0;
}
