// One text for the first three kinds: who changes his mind about what it is keeps it.
#include "ui/composer/payload_edit.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {

namespace {

using Kind = compose::Payload::Kind;

constexpr int kFewestLines = 3;

QString placeholderOf(Kind kind) {
    switch (kind) {
        case Kind::Json:
            return QStringLiteral("{\"any\": \"JSON\"}");
        case Kind::Hex:
            return QStringLiteral("48 65 6c 6c 6f");
        default:
            return QStringLiteral("The text of the message");
    }
}

}  // namespace

QPlainTextEdit* makeTextEditor(const QString& name) {
    auto* const editor = new QPlainTextEdit;
    editor->setFont(fixedFont());
    editor->setTabChangesFocus(true);
    editor->setFrameShape(QFrame::NoFrame);
    editor->setAccessibleName(name);
    editor->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    editor->document()->setDocumentMargin(6);
    editor->setMinimumHeight(kFewestLines * QFontMetrics(fixedFont()).lineSpacing() + 14);
    return editor;
}

PayloadEdit::PayloadEdit(QWidget* parent)
    : QWidget(parent),
      m_kinds(new FlatTabBar),
      m_pages(new QStackedWidget),
      m_text(makeTextEditor(QStringLiteral("Payload"))),
      m_file(new QLineEdit) {
    for (const char* kind : {"Text", "JSON", "Hex", "File"}) m_kinds->addTab(QLatin1String(kind));
    m_kinds->setAccessibleName(QStringLiteral("How the payload is written"));
    m_file->setFont(fixedFont());
    m_file->setPlaceholderText(QStringLiteral("Path of a file whose bytes are sent"));
    m_file->setAccessibleName(QStringLiteral("File"));
    auto* const choose = new FlatButton(QStringLiteral("Choose…"));
    auto* const filePage = new QWidget;
    auto* const line = new QHBoxLayout;
    line->addWidget(m_file, 1);
    line->addWidget(choose);
    auto* const fileLayout = new QVBoxLayout(filePage);
    fileLayout->setContentsMargins(0, 8, 0, 0);
    fileLayout->addLayout(line);
    fileLayout->addStretch(1);
    m_pages->addWidget(m_text);
    m_pages->addWidget(filePage);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_kinds);
    layout->addWidget(m_pages, 1);
    connect(m_kinds, &QTabBar::currentChanged, this, [this] {
        showKind();
        Q_EMIT changed();
    });
    connect(m_text, &QPlainTextEdit::textChanged, this, &PayloadEdit::changed);
    connect(m_file, &QLineEdit::textChanged, this, &PayloadEdit::changed);
    connect(choose, &FlatButton::clicked, this, &PayloadEdit::chooseFile);
    showKind();
}

compose::Payload PayloadEdit::payload() const {
    const auto kind = static_cast<Kind>(m_kinds->currentIndex());
    const QString text = kind == Kind::File ? m_file->text() : m_text->toPlainText();
    return {kind, text.toStdString()};
}

void PayloadEdit::setPayload(const compose::Payload& payload) {
    const QString text = QString::fromStdString(payload.text);
    if (payload.kind == Kind::File) {
        m_file->setText(text);
    } else {
        m_text->setPlainText(text);
    }
    Kind kind = payload.kind;
    // Line ends of other systems and bytes that are no text would come out as others.
    if (kind == Kind::Text && m_text->toPlainText().toStdString() != payload.text) {
        kind = Kind::Hex;
        m_text->setPlainText(
            QString::fromLatin1(QByteArray::fromStdString(payload.text).toHex(' ')));
    }
    m_kinds->setCurrentIndex(static_cast<int>(kind));
    showKind();
    Q_EMIT changed();
}

void PayloadEdit::showKind() {
    const auto kind = static_cast<Kind>(m_kinds->currentIndex());
    m_pages->setCurrentIndex(kind == Kind::File ? 1 : 0);
    m_text->setPlaceholderText(placeholderOf(kind));
}

void PayloadEdit::chooseFile() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Send a File"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

}  // namespace framescope
