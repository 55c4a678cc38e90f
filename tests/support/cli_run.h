// Runs the terminal program as a user does.
#pragma once

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace framescope::test {

struct CliRun {
    int exitCode = -1;  ///< -1: it did not start, crashed or did not end
    QByteArray out;
    QByteArray err;

    /// The lines of `out`, each without its line end.
    QList<QByteArray> lines() const;
};

/// Runs `program` with these arguments to its end. `environment`: NAME=value entries to add;
/// `input`: what it reads from standard input.
CliRun runCli(const QString& program, const QStringList& arguments,
              const QStringList& environment = {}, const QByteArray& input = {});

}  // namespace framescope::test
