// A crash counts as no exit code, so that no test takes one for an error that was reported.
#include "tests/support/cli_run.h"

#include <QProcess>

namespace framescope::test {

QList<QByteArray> CliRun::lines() const {
    QList<QByteArray> lines = out.split('\n');
    if (lines.back().isEmpty()) lines.pop_back();
    return lines;
}

CliRun runCli(const QString& program, const QStringList& arguments, const QStringList& environment,
              const QByteArray& input) {
    QProcess process;
    process.setEnvironment(QProcess::systemEnvironment() + environment);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    CliRun run;
    if (!process.waitForFinished(60'000)) {
        process.kill();
        process.waitForFinished();
        return run;
    }
    run.out = process.readAllStandardOutput();
    run.err = process.readAllStandardError();
    if (process.exitStatus() == QProcess::NormalExit) run.exitCode = process.exitCode();
    return run;
}

}  // namespace framescope::test
