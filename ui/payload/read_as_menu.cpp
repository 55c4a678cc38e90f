// No dialog waits for its answer: what was chosen is kept in the rule that goes from step to step,
// so that selecting another row meanwhile changes nothing about it.
#include "ui/payload/read_as_menu.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>

#include "capture/payload/proto_files.h"
#include "ui/payload/payload_overrule.h"
#include "ui/text/display_text.h"

namespace framescope {

ReadAsMenu::ReadAsMenu(QWidget* parent) : QMenu(QStringLiteral("Read &Payload as"), parent) {
    m_scope = addAction(QString());
    m_scope->setEnabled(false);
    addSeparator();
    addFormat(QStringLiteral("&JSON"), PayloadFormat::Json);
    addFormat(QStringLiteral("&MessagePack"), PayloadFormat::MessagePack);
    addFormat(QStringLiteral("&CBOR"), PayloadFormat::Cbor);
    addFormat(QStringLiteral("&Protocol Buffers"), PayloadFormat::Protobuf);
    m_schemaAction = addAction(QStringLiteral("Protocol Buffers with a &Schema…"), this,
                               &ReadAsMenu::chooseSchema);
    addFormat(QStringLiteral("&Base64"), PayloadFormat::Base64);
    addFormat(QStringLiteral("&Text"), PayloadFormat::Text);
    addFormat(QStringLiteral("&Raw Bytes"), PayloadFormat::Raw);
    addSeparator();
    addFormat(QStringLiteral("&Guess Again"), PayloadFormat::Auto);
    setTarget(std::nullopt);
}

ReadAsMenu::~ReadAsMenu() {
    if (m_reader.joinable()) m_reader.join();
}

void ReadAsMenu::addFormat(const QString& text, PayloadFormat format) {
    addAction(text, this, [this, format] {
        if (!m_target) return;
        PayloadRule rule = *m_target;
        rule.format = format;
        Q_EMIT chosen(rule);
    });
}

void ReadAsMenu::setTarget(std::optional<PayloadRule> target) {
    m_target = std::move(target);
    menuAction()->setEnabled(m_target.has_value());
    if (!m_target) return;
    // In a menu an ampersand stands for a mnemonic.
    m_scope->setText(ruleScope(*m_target).replace(QLatin1Char('&'), QLatin1String("&&")));
}

void ReadAsMenu::chooseSchema() {
    if (!m_target) return;
    auto* const dialog =
        new QFileDialog(parentWidget(), QStringLiteral("Schema of Protocol Buffers"), m_folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({QStringLiteral("Schemas (*.proto)"), QStringLiteral("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &ReadAsMenu::readSchema);
    dialog->open();
}

void ReadAsMenu::readSchema(const QString& path) {
    if (!m_target || m_reading) return;
    m_reading = true;
    m_schemaAction->setEnabled(false);
    m_folder = QFileInfo(path).absolutePath();
    PayloadRule rule = *m_target;
    rule.format = PayloadFormat::Protobuf;
    rule.protoFile = QFile::encodeName(path).toStdString();
    if (m_reader.joinable()) m_reader.join();
    m_reader = std::thread([this, rule = std::move(rule)]() mutable {
        auto schema = loadProtoFile(rule.protoFile);
        QString error;
        if (schema) {
            rule.schema = *schema;
        } else {
            error = QString::fromStdString(schema.error().sentence);
        }
        // Dropped if this menu is gone by then: its destructor waits for the thread.
        QMetaObject::invokeMethod(
            this,
            [this, rule = std::move(rule), error] {
                m_reading = false;
                m_schemaAction->setEnabled(true);
                if (!error.isEmpty()) return void(Q_EMIT failed(error));
                askForMessage(rule);
            },
            Qt::QueuedConnection);
    });
}

void ReadAsMenu::askForMessage(const PayloadRule& rule) {
    const std::vector<std::string>& names = rule.schema->messageNames();
    const QString file = displayText(
        QFileInfo(QFile::decodeName(rule.protoFile.c_str())).fileName().toStdString(), 80);
    if (names.empty()) {
        Q_EMIT failed(QStringLiteral("%1 holds no message.").arg(file));
        return;
    }
    QStringList items;
    for (const std::string& name : names) items << QString::fromStdString(name);
    auto* const dialog = new QInputDialog(parentWidget());
    dialog->setObjectName(QStringLiteral("message"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(QStringLiteral("Message of the Schema"));
    dialog->setLabelText(
        QStringLiteral("Payloads of %1 are this message of %2:").arg(ruleScope(rule), file));
    dialog->setOption(QInputDialog::UseListViewForComboBoxItems);
    dialog->setComboBoxItems(items);
    connect(dialog, &QInputDialog::textValueSelected, this, [this, rule](const QString& name) {
        PayloadRule complete = rule;
        complete.message = name.toStdString();
        Q_EMIT chosen(complete);
    });
    dialog->open();
}

}  // namespace framescope
