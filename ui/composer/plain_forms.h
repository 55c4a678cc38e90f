// The two pages that are little more than a payload: an Engine.IO packet, and bytes on the TCP
// connection, such as a request typed by hand.
#pragma once

#include "ui/composer/draft_form.h"

class QCheckBox;

namespace framescope {

class PayloadEdit;

class EngineIoForm : public DraftForm {
    Q_OBJECT

public:
    explicit EngineIoForm(QWidget* parent = nullptr);

    compose::Draft draft() const override;
    bool takes(const compose::Draft& draft) const override;
    void setDraft(const compose::Draft& draft) override;
    void takeFocus() override;

private:
    QComboBox* m_type;
    QCheckBox* m_binary;
    PayloadEdit* m_data;
};

class RawForm : public DraftForm {
    Q_OBJECT

public:
    explicit RawForm(QWidget* parent = nullptr);

    compose::Draft draft() const override;
    bool takes(const compose::Draft& draft) const override;
    void setDraft(const compose::Draft& draft) override;
    void takeFocus() override;

private:
    PayloadEdit* m_bytes;
    QCheckBox* m_crlf;
};

}  // namespace framescope
