// Text is decoded first and cleaned after, so that no byte sequence can bring a control character
// past the cleaning.
#include "ui/text/display_text.h"

#include <algorithm>
#include <limits>

#include "dissector/core/duration_text.h"

namespace framescope {
namespace {

constexpr QChar kNarrowSpace(0x202f);
constexpr QChar kReplacement(0xfffd);

bool turnsDirection(char16_t c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

QChar shown(QChar c) {
    const char16_t code = c.unicode();
    if (code < 0x20) return QChar(static_cast<char16_t>(0x2400 + code));
    if (code == 0x7f) return QChar(0x2421);
    if (code == 0x2028 || code == 0x2029) return QChar(0x2424);
    if ((code >= 0x80 && code < 0xa0) || turnsDirection(code)) return kReplacement;
    return c;
}

}  // namespace

QString displayText(std::string_view utf8, qsizetype maximum) {
    // A character takes at most four bytes; what lies behind cannot be shown anyway.
    const std::size_t most = (static_cast<std::size_t>(maximum) + 1) * 4;
    const std::string_view beginning = utf8.substr(0, most);
    QString text = QString::fromUtf8(beginning.data(), static_cast<qsizetype>(beginning.size()));
    const bool cut = text.size() > maximum || beginning.size() < utf8.size();
    if (text.size() > maximum) {
        const bool splitsPair = maximum > 0 && text.at(maximum - 1).isHighSurrogate();
        text.truncate(splitsPair ? maximum - 1 : maximum);
    }
    std::transform(text.begin(), text.end(), text.begin(), shown);
    if (cut) text += QChar(0x2026);
    return text;
}

QString plainToolTip(const QString& text) {
    if (text.isEmpty()) return {};
    return QStringLiteral("<p style='white-space:pre-wrap'>") + text.toHtmlEscaped() +
           QStringLiteral("</p>");
}

QString groupedNumber(quint64 number) {
    QString text = QString::number(number);
    if (text.size() < 4) return text;
    for (qsizetype i = text.size() - 3; i > 0; i -= 3) text.insert(i, kNarrowSpace);
    return text;
}

QString counted(quint64 number, const char* one, const char* many) {
    return groupedNumber(number) + QLatin1Char(' ') + QString::fromUtf8(number == 1 ? one : many);
}

QString relativeSeconds(qint64 nanoseconds) {
    const bool negative = nanoseconds < 0;
    const quint64 magnitude =
        negative ? 0 - static_cast<quint64>(nanoseconds) : static_cast<quint64>(nanoseconds);
    return QStringLiteral("%1%2.%3")
        .arg(negative ? QStringLiteral("-") : QString())
        .arg(magnitude / 1'000'000'000)
        .arg(magnitude % 1'000'000'000 / 1000, 6, 10, QLatin1Char('0'));
}

QString shortDuration(qint64 nanoseconds) {
    return QString::fromStdString(durationText(nanoseconds));
}

QString byteCount(quint64 bytes) {
    if (bytes < 1000) return QString::number(bytes) + kNarrowSpace + QLatin1Char('B');
    static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
        value /= 1000;
        ++unit;
    }
    return QString::number(value, 'f', value < 10 ? 1 : 0) + kNarrowSpace +
           QLatin1String(kUnits[unit]);
}

QString directionArrow(Direction direction) {
    return direction == Direction::ClientToServer ? QStringLiteral("→") : QStringLiteral("←");
}

QString directionWords(Direction direction) {
    return direction == Direction::ClientToServer ? QStringLiteral("client to server")
                                                  : QStringLiteral("server to client");
}

}  // namespace framescope
