// ./dev bench window, one round of it; works/window.py says what was wanted:
//   bench_window STARTED CAPTURE [STEPS]
// STARTED is the monotonic clock in nanoseconds when the program was started. Opens the capture in
// a window and prints, as one line of JSON in milliseconds, when the window was shown, its first
// rows were painted and all were listed; the longest time that one event kept the GUI thread; a
// frame while scrolling, a row from its selection to the painted tree and bytes, and narrowing to a
// connection. What the thread does is taken as its processor time, since nobody else has a part in
// it; what somebody waits for, as it passes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QWindow>

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
    double takeLongest() { return std::exchange(m_longestMs, 0); }
    /// Which event that was, as long as no longer one has come.
    std::string longestEvent() const {
        const char* const type = QMetaEnum::fromType<QEvent::Type>().valueToKey(m_longestType);
        return std::string(type != nullptr ? type : "an event") + " of " + m_longestName;
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
            m_ms = elapsed();
        }
        return false;
    }
    double ms() const { return m_ms; }
    double elapsed() const { return static_cast<double>(m_timer.nsecsElapsed()) / 1e6; }

private:
    const RowView& m_view;
    QElapsedTimer m_timer;
    double m_ms = -1;
};

/// The members of the line so far.
class Line {
public:
    void add(const std::string& name, double value) {
        char text[64];
        std::snprintf(text, sizeof text, "%.3f", value);
        m_text += (m_text.empty() ? "" : ", ") + ('"' + name + "\": ") + text;
    }
    /// The median and the longest of several.
    void add(const std::string& name, std::vector<double> times) {
        std::ranges::sort(times);
        add(name + "_median", times[times.size() / 2]);
        add(name, times.back());
    }
    void add(const std::string& name, const std::string& plain) {
        m_text += ", \"" + name + "\": \"" + plain + '"';
    }
    void print() const { std::printf("{%s}\n", m_text.c_str()); }

private:
    std::string m_text;
};

/// Of this program, in bytes.
double peakMemory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
    }
    return 0;
}

void scroll(Line& line, RowView& view, int steps, bool far) {
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
    line.add(far ? "scroll_far" : "scroll_near", std::move(times));
}

void select(Line& line, CapturePage& page, int steps, bool atEnd) {
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
    line.add(atEnd ? "select_end" : "select_anywhere", std::move(times));
}

/// Narrows the list to a connection, or shows all again, up to all rows having been looked at.
void narrow(Line& line, TimedApplication& application, CapturePage& page, const char* name,
            std::optional<ConnectionId> to) {
    bool done = false;
    const auto connection =
        QObject::connect(&page.rowModel(), &RowModel::caughtUp, [&done] { done = true; });
    application.takeLongest();
    QElapsedTimer timer;
    timer.start();
    page.narrowTo(to);
    while (!done) QCoreApplication::processEvents(QEventLoop::AllEvents);
    QObject::disconnect(connection);
    page.rowView().viewport()->repaint();
    line.add(name, static_cast<double>(timer.nsecsElapsed()) / 1e6);
    QCoreApplication::processEvents();
    line.add(std::string(name) + "_busy", application.takeLongest());
}

double millisecondsSince(std::int64_t monotonic) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(now - std::chrono::nanoseconds(monotonic))
        .count();
}

}  // namespace

int main(int argc, char** argv) {
    TimedApplication application(argc, argv);
    if (argc < 3) {
        std::fputs("Usage: bench_window STARTED CAPTURE [STEPS]\n", stderr);
        return 2;
    }
    const int steps = argc > 3 ? std::max(std::atoi(argv[3]), 1) : 200;
    MainWindow window({});
    window.resize(1280, 800);
    window.show();
    while (!window.windowHandle()->isExposed()) QCoreApplication::processEvents();
    QCoreApplication::processEvents();
    Line line;
    line.add("shown", millisecondsSince(std::strtoll(argv[1], nullptr, 10)));
    CapturePage& page = window.capturePage();
    application.takeLongest();
    FirstPaint first(page.rowView());
    bool failed = false;
    QObject::connect(&window.loader(), &LoadController::failed,
                     [&](const QString&, const QString& why) {
                         std::fprintf(stderr, "%s\n", qPrintable(why));
                         failed = true;
                     });
    window.openFile(QString::fromLocal8Bit(argv[2]));
    while (!failed && (window.loader().session() == nullptr || window.loader().isReading())) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    if (failed) return 1;
    line.add("first_rows", first.ms());
    line.add("listed", first.elapsed());
    line.add("busy", application.takeLongest());
    line.add("busy_event", application.longestEvent());
    line.add("rows", page.rowModel().rowCount());
    line.add("peak", peakMemory());
    scroll(line, page.rowView(), steps, false);
    scroll(line, page.rowView(), steps, true);
    select(line, page, steps, false);
    select(line, page, steps, true);
    narrow(line, application, page, "narrow", ConnectionId{0});
    narrow(line, application, page, "widen", std::nullopt);
    line.print();
    return 0;
}
