// The colours of the window by what they mean, for a light and a dark surface. Both are designed;
// neither is the other inverted. Which of the two applies follows from a palette, so that anything
// that paints needs nothing but the palette it is given.
#pragma once

#include <QColor>
#include <QPalette>

#include "dissector/issue/issue.h"
#include "dissector/record/record.h"

namespace framescope {

enum class ThemeKind { Light, Dark };

/// One colour for each role. Every foreground has a contrast of at least 4.5 : 1 on `surface`,
/// `chrome` and both selections.
struct RoleColors {
    // Surfaces
    QColor surface;            ///< lists, trees, bytes
    QColor chrome;             ///< menu, headers, status line
    QColor hairline;           ///< the line between two panes
    QColor selection;          ///< selected line in the pane that has the focus
    QColor selectionInactive;  ///< selected line in another pane
    QColor byteHighlight;      ///< behind the bytes of the selected field
    // Foregrounds
    QColor text;
    QColor dim;     ///< context: numbers, times, lower layers
    QColor client;  ///< from client to server
    QColor server;  ///< from server to client
    QColor warning;
    QColor error;
    QColor accent;  ///< links, the focus
};

/// The colours of a theme.
const RoleColors& roleColors(ThemeKind kind);
/// The colours that go with a palette, told by how light its window is.
const RoleColors& roleColors(const QPalette& palette);
ThemeKind themeKindOf(const QPalette& palette);
/// The palette Qt's own widgets are painted with.
QPalette paletteFor(ThemeKind kind);

/// The colour of a severity; `otherwise` for None.
QColor severityColor(const RoleColors& colors, Severity severity, const QColor& otherwise);
QColor directionColor(const RoleColors& colors, Direction direction);

/// Contrast ratio of two opaque colours as WCAG 2 defines it, 1 to 21.
double contrastRatio(const QColor& one, const QColor& other);

}  // namespace framescope
