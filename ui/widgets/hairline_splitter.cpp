// The handle is a few pixels wide, painted as the surface with a line in its middle.
#include "ui/widgets/hairline_splitter.h"

#include <QPainter>
#include <QSplitterHandle>

#include "ui/theme/role_colors.h"

namespace framescope {
namespace {

class Handle : public QSplitterHandle {
public:
    using QSplitterHandle::QSplitterHandle;

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const RoleColors& colors = roleColors(palette());
        painter.fillRect(rect(), colors.surface);
        const QRect line = orientation() == Qt::Horizontal ? QRect(width() / 2, 0, 1, height())
                                                           : QRect(0, height() / 2, width(), 1);
        painter.fillRect(line, colors.hairline);
    }
};

}  // namespace

HairlineSplitter::HairlineSplitter(Qt::Orientation orientation, QWidget* parent)
    : QSplitter(orientation, parent) {
    setHandleWidth(5);
    setChildrenCollapsible(false);
}

QSplitterHandle* HairlineSplitter::createHandle() {
    return new Handle(orientation(), this);
}

}  // namespace framescope
