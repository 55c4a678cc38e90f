// A WebSocket frame with every bit, or a message cut into several (compose::FrameDraft).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ui/composer/draft_form.h"

class QCheckBox;

namespace framescope {

class PayloadEdit;

class FrameForm : public DraftForm {
    Q_OBJECT

public:
    explicit FrameForm(QWidget* parent = nullptr);

    compose::Draft draft() const override;
    bool takes(const compose::Draft& draft) const override;
    void setDraft(const compose::Draft& draft) override;
    QString fault() const override;
    void takeFocus() override;

    PayloadEdit& payload() { return *m_payload; }

private:
    void layOut();
    void updateFields();
    void followPayloadKind();

    QComboBox* m_opcode;
    QCheckBox* m_fin;
    QCheckBox* m_rsv[3];
    PayloadEdit* m_payload;
    QComboBox* m_masking;
    QLineEdit* m_key;
    QComboBox* m_length;
    QLineEdit* m_announced;
    QComboBox* m_compressing;
    QLineEdit* m_fragments;
    QLineEdit* m_between;
    QLabel* m_closeLabel;
    QLineEdit* m_closeCode;
    std::vector<std::pair<std::size_t, compose::FrameDraft>> m_loadedBetween;
    QString m_loadedBetweenText;  // what stands for them in the field
};

/// Control frames between fragments as somebody writes them: "1 ping hello, 1 pong". Nothing where
/// that cannot be read.
std::optional<std::vector<std::pair<std::size_t, compose::FrameDraft>>> parseBetween(
    const QString& text);
QString betweenText(const std::vector<std::pair<std::size_t, compose::FrameDraft>>& between);
/// "3, 2" as sizes; nothing where that cannot be read.
std::optional<std::vector<std::uint64_t>> parseSizes(const QString& text);

}  // namespace framescope
