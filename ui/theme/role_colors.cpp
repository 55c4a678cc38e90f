// The two tables of colours, and the palette made from each.
#include "ui/theme/role_colors.h"

#include <algorithm>
#include <cmath>

namespace framescope {
namespace {

const RoleColors& lightColors() {
    static const RoleColors colors{
        .surface = QColor(0xff, 0xff, 0xff),
        .chrome = QColor(0xf6, 0xf7, 0xf9),
        .hairline = QColor(0xdd, 0xe0, 0xe6),
        .selection = QColor(0xdf, 0xe7, 0xf8),
        .selectionInactive = QColor(0xea, 0xec, 0xf0),
        .byteHighlight = QColor(0xfd, 0xe6, 0xa4),
        .text = QColor(0x1a, 0x1d, 0x23),
        .dim = QColor(0x5c, 0x63, 0x70),
        .client = QColor(0x0a, 0x70, 0x49),
        .server = QColor(0x2a, 0x5b, 0xd0),
        .warning = QColor(0x8a, 0x57, 0x00),
        .error = QColor(0xc0, 0x1f, 0x3a),
        .accent = QColor(0x2a, 0x5b, 0xd0),
    };
    return colors;
}

const RoleColors& darkColors() {
    static const RoleColors colors{
        .surface = QColor(0x1b, 0x1c, 0x21),
        .chrome = QColor(0x22, 0x24, 0x2a),
        .hairline = QColor(0x36, 0x39, 0x42),
        .selection = QColor(0x2a, 0x39, 0x5e),
        .selectionInactive = QColor(0x2f, 0x32, 0x3a),
        .byteHighlight = QColor(0x5a, 0x47, 0x12),
        .text = QColor(0xe8, 0xea, 0xee),
        .dim = QColor(0x9d, 0xa4, 0xb2),
        .client = QColor(0x52, 0xcb, 0x96),
        .server = QColor(0x8a, 0xb0, 0xff),
        .warning = QColor(0xe9, 0xb0, 0x4b),
        .error = QColor(0xff, 0x84, 0x98),
        .accent = QColor(0x8a, 0xb0, 0xff),
    };
    return colors;
}

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

}  // namespace

const RoleColors& roleColors(ThemeKind kind) {
    return kind == ThemeKind::Light ? lightColors() : darkColors();
}

const RoleColors& roleColors(const QPalette& palette) {
    return roleColors(themeKindOf(palette));
}

ThemeKind themeKindOf(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128 ? ThemeKind::Dark : ThemeKind::Light;
}

QPalette paletteFor(ThemeKind kind) {
    const RoleColors& c = roleColors(kind);
    QPalette palette(c.text, c.chrome, c.surface, c.hairline, c.dim, c.text, c.surface);
    palette.setColor(QPalette::Window, c.chrome);
    palette.setColor(QPalette::Base, c.surface);
    palette.setColor(QPalette::AlternateBase, c.chrome);
    palette.setColor(QPalette::Button, c.chrome);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::Mid, c.hairline);
    palette.setColor(QPalette::PlaceholderText, c.dim);
    palette.setColor(QPalette::ToolTipBase, c.chrome);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::Highlight, c.selection);
    palette.setColor(QPalette::Inactive, QPalette::Highlight, c.selectionInactive);
    palette.setColor(QPalette::HighlightedText, c.text);
    palette.setColor(QPalette::Disabled, QPalette::Text, c.dim);
    palette.setColor(QPalette::Disabled, QPalette::WindowText, c.dim);
    palette.setColor(QPalette::Disabled, QPalette::ButtonText, c.dim);
    return palette;
}

QColor severityColor(const RoleColors& colors, Severity severity, const QColor& otherwise) {
    switch (severity) {
        case Severity::Error:
            return colors.error;
        case Severity::Warning:
            return colors.warning;
        case Severity::Note:
            return colors.dim;
        case Severity::None:
            break;
    }
    return otherwise;
}

QColor directionColor(const RoleColors& colors, Direction direction) {
    return direction == Direction::ClientToServer ? colors.client : colors.server;
}

double contrastRatio(const QColor& one, const QColor& other) {
    const auto [darker, lighter] = std::minmax({luminance(one), luminance(other)});
    return (lighter + 0.05) / (darker + 0.05);
}

}  // namespace framescope
