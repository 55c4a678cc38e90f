// "Read Payload as": the formats a payload can be read as, and a schema for Protocol Buffers, which
// is chosen in two steps, the file and the message in it.
//
// The menu only collects what somebody wants; the schema is read on a thread, since it may import a
// tree of files.
#pragma once

#include <optional>
#include <thread>

#include <QMenu>

#include "dissector/payload/payload_rules.h"

namespace framescope {

class ReadAsMenu : public QMenu {
    Q_OBJECT

public:
    explicit ReadAsMenu(QWidget* parent = nullptr);
    ~ReadAsMenu() override;

    /// What the next choice is about: a rule that still wants its format; nothing: disabled.
    void setTarget(std::optional<PayloadRule> target);

    /// Reads a schema, then asks for the message, or emits failed().
    void readSchema(const QString& path);

Q_SIGNALS:
    /// A rule with everything in it.
    void chosen(const framescope::PayloadRule& rule);
    /// A schema cannot be had; one sentence for a person.
    void failed(const QString& sentence);

private:
    void addFormat(const QString& text, PayloadFormat format);
    void chooseSchema();
    void askForMessage(const PayloadRule& rule);

    std::optional<PayloadRule> m_target;
    QAction* m_scope;
    QAction* m_schemaAction = nullptr;
    QString m_folder;  // of the last schema
    std::thread m_reader;
    bool m_reading = false;
};

}  // namespace framescope
