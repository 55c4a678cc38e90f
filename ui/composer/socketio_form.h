// A Socket.IO packet: an event with its arguments and attachments, an answer to one, or a namespace
// that is connected or left (compose::SocketIoDraft).
#pragma once

#include "ui/composer/draft_form.h"

class QCheckBox;
class QListWidget;
class QPlainTextEdit;

namespace framescope {

class FlatButton;

class SocketIoForm : public DraftForm {
    Q_OBJECT

public:
    explicit SocketIoForm(QWidget* parent = nullptr);

    compose::Draft draft() const override;
    bool takes(const compose::Draft& draft) const override;
    void setDraft(const compose::Draft& draft) override;
    QString fault() const override;
    void takeFocus() override;

    QLineEdit& eventName() { return *m_event; }
    QPlainTextEdit& data() { return *m_data; }
    /// Offers these in the field for the namespace.
    void setNamespaces(const QStringList& names);
    void addAttachment(const compose::Payload& payload);

private:
    void layOut();
    void updateFields();
    void chooseAttachment();
    socketio::PacketType type() const;

    QComboBox* m_type;
    QComboBox* m_nsp;
    QLabel* m_eventLabel;
    QLineEdit* m_event;
    QPlainTextEdit* m_data;
    QListWidget* m_attachments;
    FlatButton* m_attach;
    FlatButton* m_detach;
    QCheckBox* m_wantsAck;
    QLabel* m_idLabel;
    QLineEdit* m_id;
    std::vector<compose::Payload> m_files;
};

}  // namespace framescope
