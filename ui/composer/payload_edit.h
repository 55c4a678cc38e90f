// A payload as somebody writes it down: text, JSON, hex, or the path of a file.
#pragma once

#include <QWidget>

#include "capture/compose/draft.h"

class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace framescope {

class FlatTabBar;

/// An editor for text in the fixed font, without wrapping surprises: Tab leaves it.
QPlainTextEdit* makeTextEditor(const QString& name);

class PayloadEdit : public QWidget {
    Q_OBJECT

public:
    explicit PayloadEdit(QWidget* parent = nullptr);

    compose::Payload payload() const;
    void setPayload(const compose::Payload& payload);
    QPlainTextEdit& editor() { return *m_text; }
    FlatTabBar& kinds() { return *m_kinds; }

Q_SIGNALS:
    void changed();

private:
    void showKind();
    void chooseFile();

    FlatTabBar* m_kinds;
    QStackedWidget* m_pages;
    QPlainTextEdit* m_text;
    QLineEdit* m_file;
};

}  // namespace framescope
