// The byte sources of a row, a tab for each: first the one that the row's last layer was read from,
// then what was found inside of it (attachments, base64), then what it was decoded from, down to
// the packet. Below, the bytes of the one that is chosen.
#pragma once

#include <memory>
#include <vector>

#include <QWidget>

#include "dissector/field/field_tree.h"

class QTabBar;

namespace framescope {

class HexView;

class SourceTabs : public QWidget {
    Q_OBJECT

public:
    explicit SourceTabs(QWidget* parent = nullptr);

    void setDissection(std::shared_ptr<const Dissection> dissection);
    /// Goes to the source of a field and lights its bytes; a field without bytes lights nothing.
    void showField(FieldIndex field);
    /// Goes on (+1) or back (-1) by a tab.
    void moveTab(int tabs);
    /// The source that is shown, kNoSource for none.
    SourceId currentSource() const;
    HexView& hexView() { return *m_hex; }
    QTabBar& tabBar() { return *m_tabs; }

Q_SIGNALS:
    /// Somebody pointed at a byte of the source that is shown.
    void byteActivated(framescope::SourceId source, quint64 position);

private:
    SourceId sourceOfTab(int tab) const;
    void addTab(SourceId source);
    void showTab(int tab);

    std::shared_ptr<const Dissection> m_dissection;
    std::vector<SourceId> m_order;  // by tab
    QTabBar* m_tabs;
    HexView* m_hex;
    FieldIndex m_field = kNoField;
};

}  // namespace framescope
