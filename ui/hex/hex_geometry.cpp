// The text column begins behind the widest hex column, also in a last line that is shorter.
#include "ui/hex/hex_geometry.h"

#include <algorithm>

namespace framescope {

namespace {
constexpr quint64 kMostSteps = 1'000'000'000;
}

HexGeometry::HexGeometry(quint64 size, int width, qreal charWidth, quint64 origin)
    : m_size(size), m_charWidth(charWidth) {
    const quint64 last = origin + (size == 0 ? 0 : size - 1);
    m_offsetDigits = 4;
    while (m_offsetDigits < 16 && last >> (4 * m_offsetDigits) != 0) m_offsetDigits += 2;
    for (const int bytes : {16, 8, 4}) {
        m_bytesPerLine = bytes;
        if (lineWidth() <= width) break;
    }
}

quint64 HexGeometry::lineCount() const {
    return m_size / bytesInLine() + (m_size % bytesInLine() != 0 ? 1 : 0);
}

qreal HexGeometry::hexX(int column) const {
    const int groups = column / 8;
    return kMargin + m_charWidth * (m_offsetDigits + 2 + 3 * column + groups);
}

qreal HexGeometry::textX(int column) const {
    return hexX(m_bytesPerLine - 1) + m_charWidth * (4 + column);
}

qreal HexGeometry::lineWidth() const {
    return textX(m_bytesPerLine) + kMargin;
}

std::optional<int> HexGeometry::columnAt(qreal x) const {
    for (int column = 0; column < m_bytesPerLine; ++column) {
        // The space between two bytes belongs half to each, so that no click falls between.
        const qreal hex = hexX(column) - m_charWidth / 2;
        if (x >= hex && x < hex + 3 * m_charWidth) return column;
        const qreal text = textX(column);
        if (x >= text && x < text + m_charWidth) return column;
    }
    return std::nullopt;
}

std::optional<quint64> HexGeometry::positionAt(qreal x, quint64 line) const {
    const std::optional<int> column = columnAt(x);
    if (!column || line >= lineCount()) return std::nullopt;
    const quint64 position = line * bytesInLine() + static_cast<quint64>(*column);
    return position < m_size ? std::optional(position) : std::nullopt;
}

LineScroll::LineScroll(quint64 lines) : m_lines(lines), m_step(lines / kMostSteps + 1) {}

int LineScroll::maximum(int visibleLines) const {
    const auto visible = static_cast<quint64>(std::max(visibleLines, 1));
    if (m_lines <= visible) return 0;
    // Rounded up: the last value must show the last line.
    return static_cast<int>((m_lines - visible + m_step - 1) / m_step);
}

quint64 LineScroll::lineAt(int value) const {
    const quint64 last = m_lines == 0 ? 0 : m_lines - 1;
    return std::min(static_cast<quint64>(std::max(value, 0)) * m_step, last);
}

}  // namespace framescope
