// The arrow of a direction, painted as lines: in most fixed fonts the character is too small to be
// told from its mirror.
#pragma once

#include <QRect>

#include "dissector/record/record.h"

class QColor;
class QPainter;

namespace framescope {

/// Paints the arrow into the middle of `area`: to the right from client to server. `size` is the
/// height of the text beside it.
void paintDirectionArrow(QPainter& painter, const QRect& area, qreal size, Direction direction,
                         const QColor& color);

}  // namespace framescope
