// The terminal program while it runs: its output is watched, it is given input and signals.
#pragma once

#include <functional>
#include <signal.h>

#include <QDeadlineTimer>
#include <QDir>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace framescope::test {

/// Nothing that is waited for takes longer than this, or the test has failed.
inline constexpr int kPatienceMs = 20'000;

class LiveCli {
public:
    /// `cache` is where spools are made, as XDG_CACHE_HOME.
    explicit LiveCli(const QString& cache) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CACHE_HOME"), cache);
        m_process.setProcessEnvironment(environment);
    }
    ~LiveCli() {
        if (m_process.state() == QProcess::NotRunning) return;
        m_process.kill();
        m_process.waitForFinished(kPatienceMs);
    }

    bool start(const QStringList& arguments,
               const QString& program = QStringLiteral(FRAMESCOPE_CLI)) {
        m_process.start(program, arguments);
        return m_process.waitForStarted(kPatienceMs);
    }
    void write(const QByteArray& bytes) {
        m_process.write(bytes);
        while (m_process.bytesToWrite() > 0 && m_process.waitForBytesWritten(kPatienceMs)) {
        }
    }
    void endInput() { m_process.closeWriteChannel(); }
    void signal(int number) { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    qint64 pid() const { return m_process.processId(); }

    /// Waits until the condition holds; asked again whenever something was printed.
    bool waitUntil(const std::function<bool()>& holds) {
        const QDeadlineTimer deadline(kPatienceMs);
        while (!holds()) {
            if (deadline.hasExpired()) return false;
            const bool more = m_process.waitForReadyRead(50);
            collect();
            if (!more && m_process.state() == QProcess::NotRunning) return holds();
        }
        return true;
    }
    bool waitForOutput(const char* text) {
        return waitUntil([this, text] { return m_out.contains(text); });
    }
    bool waitForErrors(const char* text) {
        return waitUntil([this, text] { return m_err.contains(text); });
    }
    /// The exit code; -1 when it did not end, or not by itself.
    int finish() {
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(kPatienceMs)) {
            return -1;
        }
        collect();
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    const QByteArray& out() const { return m_out; }
    const QByteArray& err() const { return m_err; }

private:
    void collect() {
        m_out += m_process.readAllStandardOutput();
        m_err += m_process.readAllStandardError();
    }

    QProcess m_process;
    QByteArray m_out;
    QByteArray m_err;
};

/// The spools below a cache folder.
inline QStringList spoolsIn(const QString& cache) {
    return QDir(cache + QStringLiteral("/framescope/live"))
        .entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
}

}  // namespace framescope::test
