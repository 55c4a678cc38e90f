// The two fonts of the window: the system's interface font, which every widget has already, and the
// system's fixed font, for numbers, payloads and bytes.
#pragma once

#include <QFont>
#include <QFontMetrics>

namespace framescope {

/// The system's fixed font in the size of the interface font.
QFont fixedFont();
/// Height of a line in a dense list whose cells use both fonts; about 24 pixels at 100 %.
int denseRowHeight(const QFont& interfaceFont);

}  // namespace framescope
