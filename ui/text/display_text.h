// Turns what came from the wire, and numbers, into text that is safe and short to show: one line,
// no control characters, nothing a label could take for markup, thin spaces between thousands.
#pragma once

#include <string_view>

#include <QString>

#include "dissector/record/record.h"

namespace framescope {

/// One line of UTF-8 from the wire. Control characters become their pictures (U+2400 on), those
/// that turn the direction of writing and bytes that are no UTF-8 become U+FFFD. More than
/// `maximum` characters are cut, with an ellipsis.
QString displayText(std::string_view utf8, qsizetype maximum = 4000);

/// A tooltip that shows `text` as it is, wrapped, whatever markup may be in it.
QString plainToolTip(const QString& text);

/// "48 211", with narrow spaces that do not break.
QString groupedNumber(quint64 number);
/// "1 row", "48 211 rows": `one` and `many` are the words.
QString counted(quint64 number, const char* one, const char* many);
/// "1.204419", seconds with microseconds.
QString relativeSeconds(qint64 nanoseconds);
/// "4.6 ms", "1.18 s", "2 min 5 s": in the unit that makes it short.
QString shortDuration(qint64 nanoseconds);
/// "512 B", "1.4 MB".
QString byteCount(quint64 bytes);
/// "→" or "←", from the client's side.
QString directionArrow(Direction direction);
/// "client to server" or "server to client".
QString directionWords(Direction direction);

}  // namespace framescope
