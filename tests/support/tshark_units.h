// What tshark finds in a capture, unit by unit: every WebSocket frame with its unmasked payload and
// every HTTP head with its lines, as bytes.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <QByteArray>
#include <QList>
#include <QString>

namespace framescope::test {

/// The units of one direction of all connections between two ends, in the order in which they were
/// found, each as one line that can be compared.
struct UnitLists {
    std::map<QByteArray, QList<QByteArray>> frames;     ///< see frameLine()
    std::map<QByteArray, QList<QByteArray>> requests;   ///< method and target
    std::map<QByteArray, QList<QByteArray>> responses;  ///< status code
    std::map<QByteArray, QList<QByteArray>> headers;  ///< of each head, its lines behind the first
};

/// "address:port>address:port", addresses in hex.
QByteArray endsOf(const QByteArray& sourceHex, std::uint16_t sourcePort,
                  const QByteArray& destinationHex, std::uint16_t destinationPort);
/// A frame: its opcode, FIN and MASK, its payload's length, and the unmasked payload in hex.
QByteArray frameLine(int opcode, bool fin, bool masked, std::uint64_t length,
                     const QByteArray& payloadHex);

struct TsharkUnits {
    QString error;  ///< why there is nothing to compare; empty if it worked
    UnitLists units;
};

/// When tshark shows a head: at once, or only with its whole body, which lets it find what comes
/// behind the body within a segment but hides heads whose body is not complete.
enum class TsharkBodies { PassBy, Join };

/// What tshark is asked about a capture.
struct TsharkQuestion {
    QString capture;
    QList<std::uint16_t> httpPorts;  ///< on which it shall expect HTTP
    TsharkBodies bodies = TsharkBodies::PassBy;
};

/// Two passes, and segments sorted. Runs as many at a time as there are processors, two at the
/// most.
std::vector<TsharkUnits> askTshark(const std::vector<TsharkQuestion>& questions);

}  // namespace framescope::test
