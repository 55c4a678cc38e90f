// The text is put together as a document of tables, one a section, so that names stand in a column
// and long comments wrap beside them. Nothing of the capture goes through markup.
#include "ui/reading/capture_properties_dialog.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QScopedValueRollback>
#include <QTextBrowser>
#include <QTextCursor>
#include <QTextTable>
#include <QVBoxLayout>

#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"

namespace framescope {

CapturePropertiesDialog::CapturePropertiesDialog(std::vector<PropertySection> sections,
                                                 QWidget* parent)
    : QDialog(parent), m_sections(std::move(sections)), m_browser(new QTextBrowser) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(QStringLiteral("Capture Properties"));
    m_browser->setFrameShape(QFrame::NoFrame);
    m_browser->setOpenLinks(false);
    m_browser->setAccessibleName(QStringLiteral("Capture properties"));
    m_browser->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    auto* const copy = new FlatButton(QStringLiteral("&Copy All"));
    auto* const close = new FlatButton(QStringLiteral("Close"));
    close->setDefault(true);
    auto* const buttons = new QHBoxLayout;
    buttons->setContentsMargins(14, 0, 14, 12);
    buttons->setSpacing(8);
    buttons->addStretch(1);
    buttons->addWidget(copy);
    buttons->addWidget(close);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addWidget(m_browser, 1);
    layout->addLayout(buttons);
    resize(620, 560);
    connect(copy, &FlatButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(text()); });
    connect(close, &FlatButton::clicked, this, &QDialog::accept);
    fill();
}

void CapturePropertiesDialog::fill() {
    const QScopedValueRollback guard(m_filling, true);
    const RoleColors& colors = roleColors(palette());
    QTextDocument& document = *m_browser->document();
    document.clear();
    document.setDocumentMargin(16);
    QTextCharFormat title;
    title.setForeground(colors.text);
    title.setFontWeight(QFont::DemiBold);
    QTextCharFormat name;
    name.setForeground(colors.dim);
    QTextCharFormat value;
    value.setForeground(colors.text);
    QTextTableFormat look;
    look.setBorder(0);
    look.setCellPadding(2);
    look.setCellSpacing(0);
    look.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    look.setColumnWidthConstraints({QTextLength(QTextLength::PercentageLength, 34),
                                    QTextLength(QTextLength::PercentageLength, 66)});
    QTextCursor cursor(&document);
    bool first = true;
    for (const PropertySection& section : m_sections) {
        QTextBlockFormat heading;
        heading.setLeftMargin(look.cellPadding());
        heading.setTopMargin(first ? 0 : 14);
        heading.setBottomMargin(2);
        if (first) {
            cursor.setBlockFormat(heading);
        } else {
            cursor.insertBlock(heading);
        }
        first = false;
        cursor.insertText(section.title, title);
        if (section.lines.empty()) continue;
        QTextTable* const table =
            cursor.insertTable(static_cast<int>(section.lines.size()), 2, look);
        for (int row = 0; row < table->rows(); ++row) {
            const PropertyLine& line = section.lines[static_cast<std::size_t>(row)];
            if (line.name.isEmpty()) table->mergeCells(row, 0, 1, 2);
            table->cellAt(row, 0).firstCursorPosition().insertText(
                line.name.isEmpty() ? line.text : line.name, name);
            if (line.name.isEmpty()) continue;
            // A line break, not a paragraph: it is one comment.
            QString text = line.text;
            text.replace(QLatin1Char('\n'), QChar::LineSeparator);
            table->cellAt(row, 1).firstCursorPosition().insertText(text, value);
        }
        cursor.movePosition(QTextCursor::End);
    }
    m_browser->moveCursor(QTextCursor::Start);
}

/// Colours stand in the document, so a change of the theme makes it anew.
void CapturePropertiesDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_filling) fill();
}

}  // namespace framescope
