// The rows of a capture as they can be compared with those of the same packets in another order:
// what a row is and carries, not when it became known.
//
// Compared are kind, protocol, stream offset, length, opcode, types of Engine.IO and Socket.IO,
// form, flags, detail, name and the bytes, for each direction of each connection in the order of
// its rows; how connections began and ended is a list of its own. Not compared are packet, time and
// the order among directions and connections, which the order of packets decides, and who ended a
// connection.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "capture/session/session.h"

namespace framescope::test {

/// Lines, by connection and direction.
using ComparedRows = std::map<std::string, std::vector<std::string>>;

/// A line and the list it stands in.
struct ComparedRow {
    std::string where;
    std::string text;
};

ComparedRow comparedRow(const Session& session, RecordId row);
ComparedRows comparedRows(const Session& session);
/// Where they differ first, in a few lines; "" if they are equal.
std::string firstDifference(const ComparedRows& actual, const ComparedRows& wanted);

/// Ends and place on the wire (sequence number) of a unit of a stream, the same whatever else is in
/// the capture.
std::string placeOnWire(const Session& session, RecordId row);
/// What a frame is and carries: opcode, length, bits and bytes as sent.
std::string frameOnWire(const Session& session, RecordId row);

}  // namespace framescope::test
