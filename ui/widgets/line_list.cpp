// Empty lines in the middle go when the focus leaves them: under the hands nothing moves.
#include "ui/widgets/line_list.h"

#include <algorithm>

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/error_label.h"

namespace framescope {

LineList::LineList(const QString& name, const QStringList& placeholders, Check check,
                   QWidget* parent)
    : QWidget(parent),
      m_name(name),
      m_placeholders(placeholders),
      m_check(std::move(check)),
      m_layout(new QVBoxLayout(this)) {
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(4);
    append();
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget* before, QWidget* now) {
        const bool left = before != nullptr && isAncestorOf(before) &&
                          (now == nullptr || before->parentWidget() != now->parentWidget());
        if (left) tidy();
    });
}

LineList::Line& LineList::append() {
    Line line;
    line.widget = new QWidget;
    auto* const rows = new QVBoxLayout(line.widget);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(2);
    auto* const fields = new QHBoxLayout;
    fields->setSpacing(4);
    rows->addLayout(fields);
    const auto number = m_lines.size() + 1;
    for (const QString& placeholder : m_placeholders) {
        auto* const field = new QLineEdit;
        field->setFont(fixedFont());
        field->setPlaceholderText(placeholder);
        field->setAccessibleName(
            QStringLiteral("%1 %2: %3").arg(m_name).arg(number).arg(placeholder));
        field->setMinimumWidth(40);
        if (!line.fields.empty()) fields->addWidget(new QLabel(QStringLiteral("→")));
        fields->addWidget(field, 1);
        line.fields.push_back(field);
        connect(field, &QLineEdit::textChanged, this, &LineList::changed);
    }
    auto* const error = new ErrorLabel;
    error->hide();
    rows->addWidget(error);
    line.error = error;
    m_layout->addWidget(line.widget);
    // Behind the one in front, wherever that stands in the window.
    if (!m_lines.empty()) setTabOrder(m_lines.back().fields.back(), line.fields.front());
    m_lines.push_back(std::move(line));
    return m_lines.back();
}

QStringList LineList::textsOf(const Line& line) const {
    QStringList texts;
    for (const QLineEdit* field : line.fields) texts << field->text();
    return texts;
}

bool LineList::isEmpty(const Line& line) const {
    return std::all_of(line.fields.begin(), line.fields.end(),
                       [](const QLineEdit* field) { return field->text().isEmpty(); });
}

void LineList::show(Line& line) {
    const QString error = isEmpty(line) ? QString() : m_check(textsOf(line));
    line.error->setText(error);
    line.error->setVisible(!error.isEmpty());
}

void LineList::changed() {
    if (m_quiet) return;
    for (Line& line : m_lines) show(line);
    if (!isEmpty(m_lines.back())) append();
    Q_EMIT edited();
}

void LineList::tidy() {
    for (std::size_t i = 0; i + 1 < m_lines.size();) {
        if (isEmpty(m_lines[i])) {
            m_lines[i].widget->hide();
            m_lines[i].widget->deleteLater();
            m_lines.erase(m_lines.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
            ++i;
        }
    }
}

void LineList::setLines(const QList<QStringList>& lines) {
    {
        const QScopedValueRollback guard(m_quiet, true);
        for (Line& line : m_lines) {
            line.widget->hide();
            line.widget->deleteLater();
        }
        m_lines.clear();
        for (const QStringList& texts : lines) {
            Line& line = append();
            for (std::size_t i = 0; i < line.fields.size(); ++i) {
                line.fields[i]->setText(texts.value(static_cast<qsizetype>(i)));
            }
            show(line);
        }
        append();
    }
    Q_EMIT edited();
}

QList<QStringList> LineList::lines() const {
    QList<QStringList> lines;
    for (const Line& line : m_lines) {
        if (!isEmpty(line)) lines << textsOf(line);
    }
    return lines;
}

void LineList::addLine(const QStringList& fields) {
    const QList<QStringList> now = lines();
    if (!now.contains(fields)) setLines(now + QList<QStringList>{fields});
}

QString LineList::error() const {
    for (const Line& line : m_lines) {
        if (!line.error->text().isEmpty()) return line.error->text();
    }
    return {};
}

void LineList::focusError() {
    for (const Line& line : m_lines) {
        if (line.error->text().isEmpty()) continue;
        line.fields.front()->setFocus();
        return;
    }
}

QLineEdit* LineList::field(int line, int column) const {
    return m_lines.at(static_cast<std::size_t>(line)).fields.at(static_cast<std::size_t>(column));
}

QString LineList::errorOf(int line) const {
    return m_lines.at(static_cast<std::size_t>(line)).error->text();
}

}  // namespace framescope
