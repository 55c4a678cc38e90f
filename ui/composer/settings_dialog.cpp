// A page a subject. What is written is judged when it is to be taken: a half-written line is no
// mistake yet.
#include "ui/composer/settings_dialog.h"

#include <algorithm>
#include <chrono>

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>

#include "capture/compose/draft_json.h"
#include "capture/net/url.h"
#include "ui/composer/draft_form.h"
#include "ui/composer/pair_table_model.h"
#include "ui/composer/payload_edit.h"
#include "ui/rows/flat_header.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {
namespace {

using client::HandshakeDraft;

constexpr int kInset = 5;
constexpr const char* kDeflate = "permessage-deflate; client_max_window_bits";

/// A choice of words in the first column.
class WordDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    /// Texts begin where their titles do.
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem inset = option;
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->fillRect(option.rect, option.palette.highlight());
        }
        inset.rect.setLeft(option.rect.left() + kInset);
        QStyledItemDelegate::paint(painter, inset, index);
    }
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override {
        const auto* const model = static_cast<const PairTableModel*>(index.model());
        if (index.column() != 0 || model->choices().isEmpty()) {
            return QStyledItemDelegate::createEditor(parent, option, index);
        }
        auto* const box = new QComboBox(parent);
        box->addItems(model->choices());
        return box;
    }
    void setEditorData(QWidget* editor, const QModelIndex& index) const override {
        auto* const box = qobject_cast<QComboBox*>(editor);
        if (box == nullptr) return QStyledItemDelegate::setEditorData(editor, index);
        box->setCurrentText(index.data().toString());
    }
    void setModelData(QWidget* editor, QAbstractItemModel* model,
                      const QModelIndex& index) const override {
        auto* const box = qobject_cast<QComboBox*>(editor);
        if (box == nullptr) return QStyledItemDelegate::setModelData(editor, model, index);
        model->setData(index, box->currentText());
    }
};

QTableView* makeTable(PairTableModel& model, const QString& name, int firstWidth) {
    auto* const table = new QTableView;
    table->setModel(&model);
    table->setItemDelegate(new WordDelegate(table));
    table->setHorizontalHeader(new FlatHeader(table));
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(denseRowHeight(table->font()));
    table->horizontalHeader()->setStretchLastSection(true);
    table->setColumnWidth(0, firstWidth);
    if (model.columnCount() > 2) table->setColumnWidth(1, 170);
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setAccessibleName(name);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setTabKeyNavigation(false);
    table->setEditTriggers(QAbstractItemView::AllEditTriggers);
    table->setMinimumHeight(100);
    return table;
}

/// The button that takes the current line out of a table.
QHBoxLayout* removalLine(QTableView* table, PairTableModel* model, const QString& remark) {
    auto* const remove = new FlatButton(QStringLiteral("Remove the Line"));
    QObject::connect(remove, &FlatButton::clicked, table,
                     [table, model] { model->removeRows(table->currentIndex().row(), 1); });
    auto* const label = new QLabel(remark);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setWordWrap(true);
    auto* const line = new QHBoxLayout;
    line->addWidget(label, 1);
    line->addWidget(remove, 0, Qt::AlignTop);
    return line;
}

QFormLayout* makeForm(QWidget* page) {
    auto* const form = new QFormLayout(page);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->setContentsMargins(16, 14, 16, 12);
    return form;
}

QLabel* dimLine(const QString& text) {
    auto* const label = new QLabel(text);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setWordWrap(true);
    return label;
}

QSpinBox* makeSpin(const QString& name, int most, const QString& suffix, const QString& zero = {}) {
    auto* const spin = new QSpinBox;
    spin->setRange(0, most);
    spin->setSuffix(suffix);
    spin->setSpecialValueText(zero);
    spin->setAccessibleName(name);
    spin->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    return spin;
}

/// A path with a button to look for it.
QHBoxLayout* fileLine(QLineEdit* field, bool toSave) {
    auto* const choose = new FlatButton(QStringLiteral("Choose…"));
    QObject::connect(choose, &FlatButton::clicked, field, [field, toSave] {
        auto* const dialog = new QFileDialog(field, field->accessibleName());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        if (toSave) {
            dialog->setAcceptMode(QFileDialog::AcceptSave);
            dialog->setOption(QFileDialog::DontConfirmOverwrite);  // it is appended to
        } else {
            dialog->setFileMode(QFileDialog::ExistingFile);
        }
        QObject::connect(dialog, &QFileDialog::fileSelected, field, &QLineEdit::setText);
        dialog->open();
    });
    auto* const line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(field, 1);
    line->addWidget(choose);
    return line;
}

std::filesystem::path toPath(const QLineEdit* field) {
    return QFile::encodeName(field->text().trimmed()).toStdString();
}
QString fromPath(const std::filesystem::path& path) {
    return QFile::decodeName(path.c_str());
}

std::vector<std::string> listed(const QString& text, QChar separator) {
    std::vector<std::string> parts;
    for (const QString& part : text.split(separator)) {
        if (!part.trimmed().isEmpty()) parts.push_back(part.trimmed().toStdString());
    }
    return parts;
}

QString joined(const std::vector<std::string>& parts, const QString& separator) {
    QStringList texts;
    for (const std::string& part : parts) texts << QString::fromStdString(part);
    return texts.join(separator);
}

int seconds(std::chrono::milliseconds time) {
    return static_cast<int>((time.count() + 999) / 1000);
}

/// The spin box shows seconds; what it was filled with stays exact.
std::chrono::milliseconds exact(const QSpinBox* spin, std::chrono::milliseconds given) {
    if (seconds(given) == spin->value()) return given;
    return std::chrono::seconds(spin->value());
}

const QStringList& editWords() {
    static const QStringList words{QStringLiteral("Set"), QStringLiteral("Add"),
                                   QStringLiteral("Remove")};
    return words;
}

}  // namespace

SettingsDialog::SettingsDialog(const client::ClientOptions& options, QWidget* parent)
    : QDialog(parent),
      m_given(options),
      m_tabs(new FlatTabBar),
      m_stack(new QStackedWidget),
      m_sentence(new QLabel) {
    setWindowTitle(QStringLiteral("Settings of the Connection"));
    setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [this](const QString& title, QWidget* page) {
        auto* const scroll = new QScrollArea;
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setWidgetResizable(true);
        scroll->setFocusPolicy(Qt::NoFocus);
        scroll->setWidget(page);
        m_stack->addWidget(scroll);
        m_tabs->addTab(title);
    };
    add(QStringLiteral("Handshake"), handshakePage());
    add(QStringLiteral("TLS"), tlsPage());
    add(QStringLiteral("Proxy and times"), wayPage());
    add(QStringLiteral("Socket.IO"), socketPage());
    add(QStringLiteral("By itself"), automaticPage());
    m_tabs->setAccessibleName(QStringLiteral("Subjects"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    auto* const cancel = new FlatButton(QStringLiteral("Cancel"));
    auto* const take = new FlatButton(QStringLiteral("OK"));
    take->setDefault(true);
    auto* const foot = new QHBoxLayout;
    foot->setContentsMargins(16, 8, 16, 12);
    foot->setSpacing(8);
    foot->addWidget(m_sentence, 1);
    foot->addWidget(cancel);
    foot->addWidget(take);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_stack, 1);
    layout->addLayout(foot);
    connect(m_tabs, &QTabBar::currentChanged, m_stack, &QStackedWidget::setCurrentIndex);
    connect(cancel, &FlatButton::clicked, this, &QDialog::reject);
    connect(take, &FlatButton::clicked, this, &SettingsDialog::acceptIfPossible);
    fill();
    resize(640, 540);
}

QWidget* SettingsDialog::handshakePage() {
    auto* const page = new QWidget;
    QFormLayout* const form = makeForm(page);
    m_subprotocols = makeField(QStringLiteral("Subprotocols"), QStringLiteral("chat, mqtt"));
    m_deflate = new QCheckBox(QStringLiteral("Offer compression (permessage-deflate)"));
    m_extensions = makeField(QStringLiteral("Extensions"), QStringLiteral("as they are offered"));
    m_headers = new PairTableModel({QString(), QStringLiteral("Header"), QStringLiteral("Value")},
                                   editWords(), QStringLiteral("another header…"), page);
    QTableView* const table = makeTable(*m_headers, QStringLiteral("Headers"), 80);
    m_typed = new QCheckBox(QStringLiteral("Send this request instead, byte for byte"));
    m_request = makeTextEditor(QStringLiteral("Request"));
    m_request->setPlaceholderText(QStringLiteral("GET / HTTP/1.1\nHost: …\n\n"));
    form->addRow(QStringLiteral("&Subprotocols"), m_subprotocols);
    form->addRow(QString(), m_deflate);
    form->addRow(QStringLiteral("&Extensions"), m_extensions);
    form->addRow(QStringLiteral("Headers"), table);
    form->addRow(QString(), removalLine(table, m_headers,
                                        QStringLiteral("Set replaces what a client sends by "
                                                       "itself, Add doubles it, Remove leaves it "
                                                       "out.")));
    form->addRow(QString(), m_typed);
    form->addRow(QString(), m_request);
    connect(m_deflate, &QCheckBox::clicked, this, [this](bool on) {
        auto offers = listed(m_extensions->text(), QLatin1Char(','));
        std::erase_if(offers, [](const std::string& offer) {
            return offer.starts_with("permessage-deflate");
        });
        if (on) offers.insert(offers.begin(), kDeflate);
        m_extensions->setText(joined(offers, QStringLiteral(", ")));
    });
    connect(m_extensions, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_deflate->setChecked(text.contains(QLatin1String("permessage-deflate")));
    });
    connect(m_typed, &QCheckBox::toggled, m_request, &QWidget::setVisible);
    m_request->hide();
    return page;
}

QWidget* SettingsDialog::tlsPage() {
    auto* const page = new QWidget;
    QFormLayout* const form = makeForm(page);
    m_verify = new QCheckBox(QStringLiteral("Check the server's certificate and its name"));
    m_ca = makeField(QStringLiteral("Own authorities"), QStringLiteral("those of the system"));
    m_certificate = makeField(QStringLiteral("Client certificate"), QStringLiteral("none"));
    m_key = makeField(QStringLiteral("Its key"), QStringLiteral("in the same file"));
    m_serverName = makeField(QStringLiteral("Server name"), QStringLiteral("that of the address"));
    m_keyLog = makeField(QStringLiteral("Key log"), QStringLiteral("not kept"));
    form->addRow(QString(), m_verify);
    form->addRow(QStringLiteral("Own &authorities"), fileLine(m_ca, false));
    form->addRow(QStringLiteral("&Client certificate"), fileLine(m_certificate, false));
    form->addRow(QStringLiteral("Its &key"), fileLine(m_key, false));
    form->addRow(QStringLiteral("Server &name"), m_serverName);
    form->addRow(QStringLiteral("Key &log"), fileLine(m_keyLog, true));
    form->addRow(QString(), dimLine(QStringLiteral(
                                "Files are PEM. The name goes into SNI and is checked. Secrets are "
                                "appended to the key log, with which captures of these connections "
                                "can be read.")));
    return page;
}

QWidget* SettingsDialog::wayPage() {
    auto* const page = new QWidget;
    QFormLayout* const form = makeForm(page);
    m_proxyHost = makeField(QStringLiteral("HTTP proxy"), QStringLiteral("none"));
    m_proxyPort = makeSpin(QStringLiteral("Port of the proxy"), 65535, {});
    m_proxyPort->setMinimum(1);
    m_proxyUser = makeField(QStringLiteral("Its user"), QStringLiteral("user:password"));
    auto* const proxy = new QHBoxLayout;
    proxy->setSpacing(8);
    proxy->addWidget(m_proxyHost, 1);
    proxy->addWidget(m_proxyPort);
    const QString unit = QStringLiteral(" s");
    m_connectTime = makeSpin(QStringLiteral("Connecting"), 3600, unit);
    m_tlsTime = makeSpin(QStringLiteral("TLS"), 3600, unit);
    m_handshakeTime = makeSpin(QStringLiteral("Handshake"), 3600, unit);
    m_closeTime = makeSpin(QStringLiteral("Closing"), 3600, unit);
    m_idleTime = makeSpin(QStringLiteral("Idle"), 86400, unit, QStringLiteral("for ever"));
    form->addRow(QStringLiteral("HTTP &proxy"), proxy);
    form->addRow(QStringLiteral("Its &user"), m_proxyUser);
    form->addRow(QStringLiteral("&Connecting"), m_connectTime);
    form->addRow(QStringLiteral("&TLS"), m_tlsTime);
    form->addRow(QStringLiteral("&Handshake"), m_handshakeTime);
    form->addRow(QStringLiteral("C&losing"), m_closeTime);
    form->addRow(QStringLiteral("&Idle"), m_idleTime);
    form->addRow(QString(),
                 dimLine(QStringLiteral("How long each may take before it is given up.")));
    return page;
}

QWidget* SettingsDialog::socketPage() {
    auto* const page = new QWidget;
    QFormLayout* const form = makeForm(page);
    m_revision = makeChoice(
        QStringLiteral("Server"),
        {QStringLiteral("Socket.IO 2 (EIO=3)"), QStringLiteral("Socket.IO 3 and 4 (EIO=4)")});
    m_way = makeChoice(QStringLiteral("Way"),
                       {QStringLiteral("WebSocket at once"),
                        QStringLiteral("polling, then upgrade"), QStringLiteral("polling only")});
    m_path = makeField(QStringLiteral("Path"), QStringLiteral("/socket.io/"));
    m_namespaces =
        new PairTableModel({QStringLiteral("Namespace"), QStringLiteral("Auth, as JSON")}, {},
                           QStringLiteral("another namespace…"), page);
    QTableView* const table = makeTable(*m_namespaces, QStringLiteral("Namespaces"), 150);
    m_heartbeats = new QCheckBox(QStringLiteral("Answer heartbeats"));
    m_base64 = new QCheckBox(QStringLiteral("Binary data as text (b64=1 of EIO=3)"));
    m_msgpack = new QCheckBox(QStringLiteral("Packets as MessagePack (socket.io-msgpack-parser)"));
    form->addRow(QStringLiteral("&Server"), m_revision);
    form->addRow(QStringLiteral("&Way"), m_way);
    form->addRow(QStringLiteral("&Path"), m_path);
    form->addRow(QStringLiteral("Namespaces"), table);
    form->addRow(QString(),
                 removalLine(table, m_namespaces,
                             QStringLiteral("Connected as soon as the session is open.")));
    form->addRow(QString(), m_heartbeats);
    form->addRow(QString(), m_base64);
    form->addRow(QString(), m_msgpack);
    return page;
}

QWidget* SettingsDialog::automaticPage() {
    auto* const page = new QWidget;
    QFormLayout* const form = makeForm(page);
    m_pongs = new QCheckBox(QStringLiteral("Answer pings with pongs"));
    m_closes = new QCheckBox(QStringLiteral("Answer a close frame with one"));
    m_periodic = new QCheckBox(QStringLiteral("Send again and again, every"));
    m_interval = makeSpin(QStringLiteral("Interval"), 3'600'000, QStringLiteral(" ms"));
    m_interval->setMinimum(1);
    m_periodicDraft = makeField(QStringLiteral("Message"), QStringLiteral("{\"text\": \"ping\"}"));
    m_periodicDraft->setToolTip(QStringLiteral("A message as JSON, as saved messages are"));
    auto* const period = new QHBoxLayout;
    period->setSpacing(8);
    period->addWidget(m_periodic);
    period->addWidget(m_interval);
    period->addStretch(1);
    m_reconnect = new QCheckBox(QStringLiteral("Connect again when the connection is lost"));
    m_firstDelay = makeSpin(QStringLiteral("First after"), 3'600'000, QStringLiteral(" ms"));
    m_longestDelay = makeSpin(QStringLiteral("At most after"), 3'600'000, QStringLiteral(" ms"));
    m_attempts = makeSpin(QStringLiteral("Attempts"), 100'000, {}, QStringLiteral("no limit"));
    m_urls = makeTextEditor(QStringLiteral("Further addresses"));
    m_urls->setPlaceholderText(QStringLiteral("Further addresses, tried in turn, one a line"));
    form->addRow(QString(), m_pongs);
    form->addRow(QString(), m_closes);
    form->addRow(QString(), period);
    form->addRow(QStringLiteral("&Message"), m_periodicDraft);
    form->addRow(QString(), m_reconnect);
    form->addRow(QStringLiteral("&First after"), m_firstDelay);
    form->addRow(QStringLiteral("At most &after"), m_longestDelay);
    form->addRow(QStringLiteral("A&ttempts"), m_attempts);
    form->addRow(QStringLiteral("Further"), m_urls);
    return page;
}

void SettingsDialog::fill() {
    const HandshakeDraft& handshake = m_given.handshake;
    m_subprotocols->setText(joined(handshake.subprotocols, QStringLiteral(", ")));
    m_extensions->setText(joined(handshake.extensions, QStringLiteral(", ")));
    QList<QStringList> headers;
    for (const HandshakeDraft::Edit& edit : handshake.edits) {
        headers << QStringList{editWords()[static_cast<int>(edit.kind)],
                               QString::fromStdString(edit.name),
                               QString::fromStdString(edit.value)};
    }
    m_headers->setLines(headers);
    m_typed->setChecked(handshake.rawRequest.has_value());
    m_request->setPlainText(
        withPlainLineEnds(QString::fromStdString(handshake.rawRequest.value_or(""))));

    const net::TlsOptions& tls = m_given.connection.tls;
    m_verify->setChecked(tls.verify);
    m_ca->setText(fromPath(tls.caFile));
    m_certificate->setText(fromPath(tls.certificateFile));
    m_key->setText(fromPath(tls.keyFile));
    m_serverName->setText(QString::fromStdString(tls.serverName));
    m_keyLog->setText(fromPath(tls.keyLogFile));

    const net::ConnectOptions& way = m_given.connection;
    m_proxyHost->setText(QString::fromStdString(way.proxy.host));
    m_proxyPort->setValue(way.proxy.port);
    m_proxyUser->setText(QString::fromStdString(way.proxy.userInfo));
    m_connectTime->setValue(seconds(way.connectTimeout));
    m_tlsTime->setValue(seconds(way.tlsTimeout));
    m_handshakeTime->setValue(seconds(m_given.handshakeTimeout));
    m_closeTime->setValue(seconds(m_given.closeTimeout));
    m_idleTime->setValue(seconds(way.idleTimeout));

    m_revision->setCurrentIndex(m_given.engineIo.revision == 3 ? 0 : 1);
    m_way->setCurrentIndex(static_cast<int>(m_given.engineIo.way));
    m_path->setText(QString::fromStdString(m_given.engineIo.path));
    QList<QStringList> namespaces;
    for (const auto& nsp : m_given.socketIo.namespaces) {
        namespaces << QStringList{QString::fromStdString(nsp.name),
                                  QString::fromStdString(nsp.auth)};
    }
    m_namespaces->setLines(namespaces);
    m_heartbeats->setChecked(m_given.engineIo.answersHeartbeats);
    m_base64->setChecked(m_given.engineIo.base64);
    m_msgpack->setChecked(m_given.socketIo.msgpack);

    m_pongs->setChecked(m_given.answersPings);
    m_closes->setChecked(m_given.answersClose);
    m_periodic->setChecked(!m_given.periodic.empty());
    m_interval->setValue(1000);
    if (!m_given.periodic.empty()) {
        m_interval->setValue(static_cast<int>(m_given.periodic.front().interval.count()));
        m_periodicDraft->setText(
            QString::fromStdString(compose::toJson(m_given.periodic.front().draft)));
    }
    m_reconnect->setChecked(m_given.reconnecting.enabled);
    m_firstDelay->setValue(static_cast<int>(m_given.reconnecting.firstDelay.count()));
    m_longestDelay->setValue(static_cast<int>(m_given.reconnecting.longestDelay.count()));
    m_attempts->setValue(static_cast<int>(m_given.reconnecting.attempts));
    std::vector<std::string> further = m_given.urls;
    if (!further.empty()) further.erase(further.begin());
    m_urls->setPlainText(joined(further, QStringLiteral("\n")));
}

client::ClientOptions SettingsDialog::options() const {
    client::ClientOptions options = m_given;
    HandshakeDraft& handshake = options.handshake;
    handshake.subprotocols = listed(m_subprotocols->text(), QLatin1Char(','));
    handshake.extensions = listed(m_extensions->text(), QLatin1Char(','));
    handshake.edits.clear();
    for (const QStringList& line : m_headers->lines()) {
        if (line[1].trimmed().isEmpty()) continue;
        const qsizetype word = editWords().indexOf(line[0]);
        handshake.edits.push_back({static_cast<HandshakeDraft::Edit::Kind>(word < 0 ? 0 : word),
                                   line[1].trimmed().toStdString(), line[2].toStdString()});
    }
    handshake.rawRequest.reset();
    if (m_typed->isChecked()) {
        handshake.rawRequest = m_request->toPlainText()
                                   .replace(QLatin1Char('\n'), QLatin1String("\r\n"))
                                   .toStdString();
    }
    net::ConnectOptions& way = options.connection;
    way.tls.verify = m_verify->isChecked();
    way.tls.caFile = toPath(m_ca);
    way.tls.certificateFile = toPath(m_certificate);
    way.tls.keyFile = toPath(m_key);
    way.tls.serverName = m_serverName->text().trimmed().toStdString();
    way.tls.keyLogFile = toPath(m_keyLog);
    way.proxy.host = m_proxyHost->text().trimmed().toStdString();
    way.proxy.port = static_cast<std::uint16_t>(m_proxyPort->value());
    way.proxy.userInfo = m_proxyUser->text().toStdString();
    way.connectTimeout = exact(m_connectTime, way.connectTimeout);
    way.tlsTimeout = exact(m_tlsTime, way.tlsTimeout);
    way.idleTimeout = exact(m_idleTime, way.idleTimeout);
    options.handshakeTimeout = exact(m_handshakeTime, options.handshakeTimeout);
    options.closeTimeout = exact(m_closeTime, options.closeTimeout);
    options.engineIo.revision = m_revision->currentIndex() == 0 ? 3 : 4;
    options.engineIo.way = static_cast<client::EngineIoOptions::Way>(m_way->currentIndex());
    options.engineIo.path = m_path->text().trimmed().toStdString();
    options.engineIo.answersHeartbeats = m_heartbeats->isChecked();
    options.engineIo.base64 = m_base64->isChecked();
    options.socketIo.namespaces.clear();
    for (const QStringList& line : m_namespaces->lines()) {
        if (line[0].trimmed().isEmpty()) continue;
        options.socketIo.namespaces.push_back(
            {line[0].trimmed().toStdString(), line[1].trimmed().toStdString()});
    }
    options.socketIo.msgpack = m_msgpack->isChecked();
    options.answersPings = m_pongs->isChecked();
    options.answersClose = m_closes->isChecked();
    options.periodic.clear();
    if (m_periodic->isChecked()) {
        auto draft = compose::parseDraft(m_periodicDraft->text().toStdString());
        if (draft) {
            options.periodic.push_back({*draft, std::chrono::milliseconds(m_interval->value())});
        }
    }
    options.reconnecting.enabled = m_reconnect->isChecked();
    options.reconnecting.firstDelay = std::chrono::milliseconds(m_firstDelay->value());
    options.reconnecting.longestDelay = std::chrono::milliseconds(m_longestDelay->value());
    options.reconnecting.attempts = static_cast<std::uint32_t>(m_attempts->value());
    options.urls.resize(std::min<std::size_t>(options.urls.size(), 1));
    if (options.urls.empty()) options.urls.emplace_back();
    for (const std::string& url : listed(m_urls->toPlainText(), QLatin1Char('\n'))) {
        options.urls.push_back(url);
    }
    return options;
}

QString SettingsDialog::obstacle() const {
    if (m_periodic->isChecked()) {
        const auto draft = compose::parseDraft(m_periodicDraft->text().toStdString());
        if (!draft) {
            return QStringLiteral("The message that is sent again and again: ") +
                   displayText(draft.error().sentence, 300);
        }
    }
    for (const std::string& url : listed(m_urls->toPlainText(), QLatin1Char('\n'))) {
        const auto parsed = net::parseUrl(url);
        if (!parsed) return displayText(parsed.error().sentence, 300);
    }
    if (m_typed->isChecked() && m_request->toPlainText().isEmpty()) {
        return QStringLiteral("The request that is to be sent byte for byte is empty.");
    }
    return {};
}

void SettingsDialog::acceptIfPossible() {
    setFocus();  // what is still written in a table counts
    const QString sentence = obstacle();
    if (sentence.isEmpty()) return accept();
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, roleColors(colors).error);
    m_sentence->setPalette(colors);
    m_sentence->setText(sentence);
}

}  // namespace framescope
