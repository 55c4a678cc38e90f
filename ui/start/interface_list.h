// The list of interfaces to capture from: name, addresses, link type and a picture of the traffic.
// As high as its entries, up to a limit, since it stands in a page that scrolls.
#pragma once

#include <QListView>

namespace framescope {

class InterfaceModel;

class InterfaceList : public QListView {
    Q_OBJECT

public:
    /// Shows `model`, which must outlive this.
    explicit InterfaceList(InterfaceModel& model, QWidget* parent = nullptr);

    QString chosen() const;
    /// Selects an interface by name; the first one if it is not there.
    void choose(const QString& name);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosenChanged();
    /// Return or a double click on an interface.
    void startRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    InterfaceModel& m_model;
};

}  // namespace framescope
