// Where things stand in a hex view: offsets, pairs of hex digits, text, and which byte is where.
// Pure arithmetic over 64 bits, so that no size of source overflows and everything can be tested.
//
// A line is: offset, two spaces, bytes as "xx ", one more space after every eight, a space, text.
#pragma once

#include <optional>

#include <QtGlobal>

namespace framescope {

class HexGeometry {
public:
    HexGeometry() = default;
    /// For `size` bytes in a view `width` pixels wide, whose characters are `charWidth` wide: as
    /// many of 16, 8 or 4 bytes a line as there is room for.
    /// `origin` is the offset shown at the first byte.
    HexGeometry(quint64 size, int width, qreal charWidth, quint64 origin = 0);

    quint64 size() const { return m_size; }
    int bytesPerLine() const { return m_bytesPerLine; }
    /// Hex digits of an offset: 4, or by twos as many more as the last one needs.
    int offsetDigits() const { return m_offsetDigits; }
    quint64 lineCount() const;
    quint64 lineOf(quint64 position) const { return position / bytesInLine(); }

    qreal offsetX() const { return kMargin; }
    /// Left edge of the two digits of a byte.
    qreal hexX(int column) const;
    /// Left edge of the character of a byte in the text column.
    qreal textX(int column) const;
    /// Width that a line needs.
    qreal lineWidth() const;

    /// The byte at `x` in a line, in either column; nothing beside both.
    std::optional<int> columnAt(qreal x) const;
    /// The byte at `x` in line `line`; nothing where there is none.
    std::optional<quint64> positionAt(qreal x, quint64 line) const;

private:
    static constexpr qreal kMargin = 8;

    quint64 bytesInLine() const { return static_cast<quint64>(m_bytesPerLine); }

    quint64 m_size = 0;
    qreal m_charWidth = 8;
    int m_bytesPerLine = 16;
    int m_offsetDigits = 4;
};

/// Maps the lines of a source onto a scroll bar, whose values are int: one to one as long as they
/// fit, else several lines a step.
class LineScroll {
public:
    LineScroll() = default;
    explicit LineScroll(quint64 lines);

    int maximum(int visibleLines) const;
    quint64 lineAt(int value) const;
    int valueFor(quint64 line) const { return static_cast<int>(line / m_step); }

private:
    quint64 m_lines = 0;
    quint64 m_step = 1;
};

}  // namespace framescope
