// A splitter whose handle shows as a hairline and can still be grabbed.
#pragma once

#include <QSplitter>

namespace framescope {

class HairlineSplitter : public QSplitter {
    Q_OBJECT

public:
    explicit HairlineSplitter(Qt::Orientation orientation, QWidget* parent = nullptr);

protected:
    QSplitterHandle* createHandle() override;
};

}  // namespace framescope
