// The mark of a severity, so that nothing is said by colour alone: a cross for an error, a triangle
// for a warning, a ring for a note.
#pragma once

#include <QRectF>

#include "dissector/issue/issue.h"
#include "ui/theme/role_colors.h"

class QPainter;

namespace framescope {

/// Paints the mark into the middle of `area`, `size` pixels across; nothing for None.
void paintSeverityMark(QPainter& painter, const QRectF& area, qreal size, Severity severity,
                       const RoleColors& colors);

/// A tick in the middle of `area`, for what is right.
void paintGoodMark(QPainter& painter, const QRectF& area, qreal size, const RoleColors& colors);

}  // namespace framescope
