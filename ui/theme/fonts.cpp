// Platforms without a theme name no fixed font and give the interface font instead; the family that
// the font configuration calls "monospace" is taken then.
#include "ui/theme/fonts.h"

#include <algorithm>

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>

namespace framescope {

QFont fixedFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (!QFontInfo(font).fixedPitch()) {
        font = QFont(QStringLiteral("monospace"));
        font.setStyleHint(QFont::Monospace);
    }
    const QFont interface = QApplication::font();
    if (interface.pointSizeF() > 0) font.setPointSizeF(interface.pointSizeF());
    return font;
}

int denseRowHeight(const QFont& interfaceFont) {
    const int text =
        std::max(QFontMetrics(interfaceFont).height(), QFontMetrics(fixedFont()).height());
    return text + text / 2 + 1;
}

}  // namespace framescope
