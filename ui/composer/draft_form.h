// What the pages of the composer have in common: a draft can be read from a form and put into it,
// and putting in what was read changes nothing.
#pragma once

#include <QFormLayout>
#include <QWidget>

#include "capture/compose/draft.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace framescope {

class DraftForm : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual compose::Draft draft() const = 0;
    /// Whether the form can show it.
    virtual bool takes(const compose::Draft& draft) const = 0;
    /// Only what it takes.
    virtual void setDraft(const compose::Draft& draft) = 0;
    /// What is written in it and can be no draft, a sentence; empty for nothing.
    virtual QString fault() const { return {}; }
    /// Puts the focus where one writes.
    virtual void takeFocus() = 0;

Q_SIGNALS:
    void changed();
};

/// A dim word in front of a field, which the field's mnemonic belongs to.
QLabel* fieldLabel(const QString& text, QWidget* field);
/// A box of choices that is as wide as they need.
QComboBox* makeChoice(const QString& name, const QStringList& choices);
/// A field in the fixed font.
QLineEdit* makeField(const QString& name, const QString& placeholder);
/// A text cut at line ends that came as \r\n, \n or \r.
QString withPlainLineEnds(const QString& text);

}  // namespace framescope
