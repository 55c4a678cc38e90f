// A dissection lists its sources from the packet up, so tabs run the other way.
#include "ui/hex/source_tabs.h"

#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/hex/hex_view.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {

SourceTabs::SourceTabs(QWidget* parent)
    : QWidget(parent), m_tabs(new FlatTabBar(this)), m_hex(new HexView(this)) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_hex, 1);
    m_tabs->setAccessibleName(QStringLiteral("Byte sources"));
    m_tabs->hide();
    connect(m_tabs, &QTabBar::currentChanged, this, &SourceTabs::showTab);
    connect(m_hex, &HexView::byteActivated, this,
            [this](quint64 position) { Q_EMIT byteActivated(currentSource(), position); });
}

void SourceTabs::setDissection(std::shared_ptr<const Dissection> dissection) {
    {
        const QSignalBlocker blocker(m_tabs);
        m_dissection = std::move(dissection);
        m_field = kNoField;
        while (m_tabs->count() > 0) m_tabs->removeTab(m_tabs->count() - 1);
        const auto count = m_dissection ? static_cast<int>(m_dissection->sources.size()) : 0;
        for (int tab = 0; tab < count; ++tab) {
            const Source& source = m_dissection->sources[static_cast<std::size_t>(count - 1 - tab)];
            m_tabs->addTab(QStringLiteral("%1 (%2)").arg(displayText(source.name, 40),
                                                         groupedNumber(source.totalSize)));
            m_tabs->setTabToolTip(tab, plainToolTip(QStringLiteral("%1, %2").arg(
                                           displayText(source.name), byteCount(source.totalSize))));
        }
        m_tabs->setVisible(count > 0);
        m_tabs->setCurrentIndex(0);
    }
    showTab(m_tabs->currentIndex());
}

SourceId SourceTabs::sourceOfTab(int tab) const {
    if (!m_dissection || tab < 0) return kNoSource;
    const auto count = static_cast<int>(m_dissection->sources.size());
    return tab < count ? static_cast<SourceId>(count - 1 - tab) : kNoSource;
}

SourceId SourceTabs::currentSource() const {
    return sourceOfTab(m_tabs->currentIndex());
}

void SourceTabs::showTab(int tab) {
    const SourceId source = sourceOfTab(tab);
    m_hex->setSource(m_dissection, source);
    if (m_field == kNoField || source == kNoSource) return;
    const Field& field = m_dissection->fields[m_field];
    if (field.source == source) m_hex->highlight(field.range);
}

void SourceTabs::showField(FieldIndex field) {
    if (!m_dissection || field >= m_dissection->fields.size()) field = kNoField;
    m_field = field;
    const SourceId source = field == kNoField ? kNoSource : m_dissection->fields[field].source;
    if (source == kNoSource || source >= m_dissection->sources.size()) {
        m_hex->highlight({});
        return;
    }
    if (source == currentSource()) {
        m_hex->highlight(m_dissection->fields[field].range);
    } else {
        m_tabs->setCurrentIndex(static_cast<int>(m_dissection->sources.size()) - 1 - source);
    }
}

void SourceTabs::moveTab(int tabs) {
    const int count = m_tabs->count();
    if (count > 0) m_tabs->setCurrentIndex((m_tabs->currentIndex() + tabs + count) % count);
}

}  // namespace framescope
