// Rows in the words of a peer's log, so that the two can be compared.
#pragma once

#include <optional>

#include <QJsonValue>
#include <QString>

#include "capture/session/session.h"

namespace framescope::test {

/// UTF-8 to QString.
QString toQt(std::string_view text);
/// "c2s" or "s2c".
QString directionName(Direction direction);
/// Bytes as a log writes them: {"@bytes": base64}.
QJsonValue loggedBytes(ByteView bytes);
/// The value of the first such field, bytes as above; nothing if the row has none.
std::optional<QJsonValue> valueOf(const Dissection& row, FieldId id);

/// The rows with an issue of severity warning or error, and their issues; empty if there is none.
QString complaints(const Session& session);
/// Fails the test where there is a difference, and shows all of it.
void failOn(const QString& difference, const QString& capture);

}  // namespace framescope::test
