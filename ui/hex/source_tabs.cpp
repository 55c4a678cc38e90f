// A dissection lists its sources in the order in which they were opened: from the packet up, and
// then into what stands inside.
#include "ui/hex/source_tabs.h"

#include <algorithm>

#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/hex/hex_view.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {

namespace {

constexpr qsizetype kShownName = 30;  // characters

/// The source that the last layer stands in, or the first of its fields that stands in one; the
/// last source if no layer stands in any.
SourceId mainSource(const Dissection& dissection) {
    const FieldTree& tree = dissection.fields;
    auto main = static_cast<SourceId>(dissection.sources.size() - 1);
    for (FieldIndex top = 0; top < tree.size(); top = tree[top].next) {
        // What a row says of two versions of its bytes has no place itself, only each of them.
        FieldIndex field = top;
        while (field < tree[top].next && tree[field].source >= dissection.sources.size()) ++field;
        if (field < tree[top].next) main = tree[field].source;
    }
    return main;
}

}  // namespace

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
        m_order.clear();
        while (m_tabs->count() > 0) m_tabs->removeTab(m_tabs->count() - 1);
        if (m_dissection && !m_dissection->sources.empty()) {
            const SourceId main = mainSource(*m_dissection);
            const auto count = static_cast<SourceId>(m_dissection->sources.size());
            for (SourceId id = main; id < count; ++id) addTab(id);
            for (SourceId id = main; id-- > 0;) addTab(id);
        }
        m_tabs->setVisible(!m_order.empty());
        m_tabs->setCurrentIndex(0);
    }
    showTab(m_tabs->currentIndex());
}

void SourceTabs::addTab(SourceId id) {
    const Source& source = m_dissection->sources[id];
    const int tab = m_tabs->addTab(QStringLiteral("%1 (%2)").arg(
        displayText(source.name, kShownName), groupedNumber(source.totalSize)));
    QString tip =
        QStringLiteral("%1, %2").arg(displayText(source.name), byteCount(source.totalSize));
    if (!source.focus.empty()) {
        tip +=
            QStringLiteral("; %1 of them are of this row").arg(groupedNumber(source.focus.size()));
    }
    m_tabs->setTabToolTip(tab, plainToolTip(tip));
    m_order.push_back(id);
}

SourceId SourceTabs::sourceOfTab(int tab) const {
    return tab >= 0 && static_cast<std::size_t>(tab) < m_order.size()
               ? m_order[static_cast<std::size_t>(tab)]
               : kNoSource;
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
        const auto tab = std::find(m_order.begin(), m_order.end(), source);
        m_tabs->setCurrentIndex(static_cast<int>(tab - m_order.begin()));
    }
}

void SourceTabs::moveTab(int tabs) {
    const int count = m_tabs->count();
    if (count > 0) m_tabs->setCurrentIndex((m_tabs->currentIndex() + tabs + count) % count);
}

}  // namespace framescope
