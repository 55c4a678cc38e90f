// No buttons at the ends of a scroll bar: wheel, keys and the bar itself do what they did.
#include "ui/theme/flat_style.h"

#include <algorithm>

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOptionSlider>

#include "ui/theme/flat_controls.h"
#include "ui/theme/role_colors.h"

namespace framescope {

namespace {

constexpr int kExtent = 12;
constexpr int kShortestBar = 28;
constexpr int kProgressLine = 3;

QRect barRect(const QStyleOptionSlider& option) {
    const bool horizontal = option.orientation == Qt::Horizontal;
    const int length = horizontal ? option.rect.width() : option.rect.height();
    const qint64 range = qint64{option.maximum} - option.minimum;
    int bar = length;
    if (range > 0) {
        const qint64 page = std::max(option.pageStep, 1);
        bar = std::clamp(static_cast<int>(length * page / (range + page)),
                         std::min(kShortestBar, length), length);
    }
    const int start = QStyle::sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, length - bar, option.upsideDown);
    const QRect rect = horizontal ? QRect(start, 0, bar, option.rect.height())
                                  : QRect(0, start, option.rect.width(), bar);
    return rect.translated(option.rect.topLeft());
}

}  // namespace

FlatStyle::FlatStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                              QPainter* painter, const QWidget* widget) const {
    switch (element) {
        case PE_FrameLineEdit:
            return paintFieldFrame(*painter, *option);
        case PE_IndicatorCheckBox:
            return paintCheckBox(*painter, *option);
        case PE_PanelScrollAreaCorner:
            // Between the two bars, on their ground.
            painter->fillRect(option->rect, roleColors(option->palette).surface);
            return;
        default:
            QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void FlatStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const {
    const auto* const bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
    if (element != CE_ProgressBar || bar == nullptr) {
        QProxyStyle::drawControl(element, option, painter, widget);
        return;
    }
    const RoleColors& colors = roleColors(option->palette);
    const QRect& all = bar->rect;
    const QRect line(all.left(), all.center().y() - kProgressLine / 2, all.width(), kProgressLine);
    painter->fillRect(line, colors.hairline);
    const qint64 range = qint64{bar->maximum} - bar->minimum;
    if (range > 0) {
        const qint64 done = std::clamp<qint64>(qint64{bar->progress} - bar->minimum, 0, range);
        const int width = static_cast<int>(line.width() * done / range);
        painter->fillRect(line.left(), line.top(), width, line.height(), colors.accent);
        return;
    }
    // How far it is, nobody knows: dashes.
    for (int x = line.left(); x < line.right(); x += 4 * kProgressLine) {
        const int width = std::min(2 * kProgressLine, line.right() + 1 - x);
        painter->fillRect(x, line.top(), width, line.height(), colors.accent);
    }
}

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const {
    const auto* const spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
    if (control == CC_SpinBox && spin != nullptr) {
        return paintSpinBox(*painter, *spin, subControlRect(control, option, SC_SpinBoxUp, widget),
                            subControlRect(control, option, SC_SpinBoxDown, widget));
    }
    const auto* const combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
    if (control == CC_ComboBox && combo != nullptr) {
        return paintComboBox(*painter, *combo,
                             subControlRect(control, option, SC_ComboBoxArrow, widget));
    }
    const auto* const slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || slider == nullptr) {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        return;
    }
    const RoleColors& colors = roleColors(option->palette);
    painter->fillRect(option->rect, colors.surface);
    if (slider->maximum <= slider->minimum) return;
    const bool lit =
        option->state.testFlag(State_MouseOver) || option->state.testFlag(State_Sunken);
    QColor color = colors.dim;
    color.setAlphaF(lit ? 0.9F : 0.55F);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawRoundedRect(barRect(*slider).adjusted(3, 3, -3, -3), 3, 3);
    painter->restore();
}

QRect FlatStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                SubControl subControl, const QWidget* widget) const {
    const auto* const slider = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || slider == nullptr) {
        return QProxyStyle::subControlRect(control, option, subControl, widget);
    }
    const QRect bar = barRect(*slider);
    const QRect& all = slider->rect;
    const bool horizontal = slider->orientation == Qt::Horizontal;
    switch (subControl) {
        case SC_ScrollBarSlider:
            return bar;
        case SC_ScrollBarGroove:
            return all;
        case SC_ScrollBarSubPage:
            return horizontal ? QRect(all.left(), all.top(), bar.left() - all.left(), all.height())
                              : QRect(all.left(), all.top(), all.width(), bar.top() - all.top());
        case SC_ScrollBarAddPage:
            return horizontal
                       ? QRect(bar.right() + 1, all.top(), all.right() - bar.right(), all.height())
                       : QRect(all.left(), bar.bottom() + 1, all.width(),
                               all.bottom() - bar.bottom());
        default:
            return {};
    }
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                           const QWidget* widget) const {
    if (metric == PM_ScrollBarExtent) return kExtent;
    return QProxyStyle::pixelMetric(metric, option, widget);
}

}  // namespace framescope
