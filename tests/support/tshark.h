// What tshark makes of a capture, for tests that compare.
#pragma once

#include <cstdint>
#include <map>

#include <QByteArray>
#include <QList>
#include <QString>

namespace framescope::test {

/// The occurrences of each field in one packet, in tshark's order. A field without one is absent.
using TsharkPacket = std::map<QByteArray, QList<QByteArray>>;

struct TsharkRun {
    QString error;  ///< why there is nothing to compare; empty if it worked
    std::map<std::uint32_t, TsharkPacket> packets;  ///< by frame.number
};

/// Whether tshark is installed.
bool haveTshark();

/// Runs tshark over a capture and gives these fields of every packet that has HTTP or WebSocket in
/// it. `httpPorts`: server ports on which it shall expect HTTP, since it goes by port numbers.
TsharkRun runTshark(const QString& capture, const QList<std::uint16_t>& httpPorts,
                    const QList<QByteArray>& fields);

}  // namespace framescope::test
