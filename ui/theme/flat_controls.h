// How fields to fill in are painted: a hairline around the surface, the accent's colour where the
// keyboard is. Used by FlatStyle.
#pragma once

#include <QStyle>

class QPainter;
class QStyleOption;
class QStyleOptionComboBox;
class QStyleOptionSpinBox;

namespace framescope {

/// The frame of a line of text; what is inside is there already.
void paintFieldFrame(QPainter& painter, const QStyleOption& option);
void paintCheckBox(QPainter& painter, const QStyleOption& option);
/// A spin box without its text. `up` and `down` are where its arrows are.
void paintSpinBox(QPainter& painter, const QStyleOptionSpinBox& option, const QRect& up,
                  const QRect& down);
/// A box of choices without its text, its arrow at `arrow`.
void paintComboBox(QPainter& painter, const QStyleOptionComboBox& option, const QRect& arrow);

}  // namespace framescope
