// A conversation of real peers, played by a program in tests/peers while it was recorded, and what
// the peers themselves logged of it (tests/peers/conversation.mjs says what a line of the log
// holds).
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

namespace framescope::test {

/// Why the peers cannot be had on this machine; empty if they can.
QString peersUnavailable();

/// The folder of tests/peers, and that of the installed packages.
QString peerPrograms();
QString peerPackages();

struct PeerScenario {
    QString error;   ///< why it could not be played; empty if it was
    QString folder;  ///< of its files: conversation.pcap, log.jsonl
    QList<QJsonObject> log;

    QString capture() const;
    /// The lines for which every member of `wanted` is the same, in order.
    QList<QJsonObject> lines(const QJsonObject& wanted) const;
};

/// Plays `program` of tests/peers in Node. The folder for its files, named after `name`, is put
/// into `arguments` in place of "FOLDER".
PeerScenario playScenario(const QString& program, const QString& name, QStringList arguments);

/// Runs a program of tests/peers in Node; returns what it complained of, or nothing if it
/// succeeded.
QString runPeerProgram(const QString& program, const QStringList& arguments);

/// Compares two lists of packets. The first difference as a sentence with packet number, expected
/// and got; empty if there is none. Only the members that the expected one has are compared, except
/// `optional` ones, which have to be absent on both sides or the same.
QString firstDifference(const QList<QJsonObject>& expected, const QList<QJsonObject>& got,
                        const QStringList& optional = {});

}  // namespace framescope::test
