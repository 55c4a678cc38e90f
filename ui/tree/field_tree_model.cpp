// Children of a node stand next to each other in m_children, issues in front of fields, a long
// issue in several lines: all lines of the view are of one height, so that it need not measure
// them. At the top the links to other rows stand in front of the layer that the row is about:
// behind it a long payload would push them out of sight.
#include "ui/tree/field_tree_model.h"

#include <algorithm>
#include <utility>

#include "ui/text/display_text.h"
#include "ui/text/text_lines.h"

namespace framescope {
namespace {

constexpr QChar kTabPicture(0x2409);
constexpr qsizetype kShownCharacters = 1000;
constexpr qsizetype kTooltipCharacters = 3000;
constexpr qsizetype kCopiedCharacters = 64 << 20;
/// The last of so many lines has all the rest.
constexpr std::size_t kCommentLines = 5'000;
constexpr std::size_t kIssueLines = 40;
/// How deep the lines are that LineRoom speaks of.
constexpr std::size_t kDepth = 2;
/// Characters that a line of an issue has at least, however deep it stands.
constexpr std::size_t kLeastColumns = 16;

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Counts of bytes are grouped wherever they are shown; ports and sequence numbers are names.
QString withGroupedCount(QString line, const Field& field) {
    const auto* const number = std::get_if<std::uint64_t>(&field.value);
    if (number == nullptr || *number < 1000 || !field.text.empty()) return line;
    const std::string_view label =
        field.label.empty() ? fieldInfo(field.id).label : std::string_view(field.label);
    const bool counts =
        label.ends_with("ength") || label.ends_with("ize") || label.ends_with("ytes");
    const QString digits = QString::number(*number);
    if (!counts || !line.endsWith(QLatin1String(": ") + digits)) return line;
    return line.left(line.size() - digits.size()) + groupedNumber(*number);
}

/// These are no layers, but what their rows are about.
bool isWhatTheRowIs(FieldId id) {
    return fieldInfo(id).type == FieldType::Protocol || id == FieldId::TcpGap ||
           id == FieldId::TcpConflict || id == FieldId::TcpSegmentData ||
           id == FieldId::FrameUnread;
}

}  // namespace

bool isLowerLayer(FieldId id) {
    // Fields stand in the order of their layers: the packet, links and tunnels, IP, TCP.
    if (id == FieldId::IpFragments) return true;
    return id >= FieldId::Frame && id <= FieldId::Tcp && id != FieldId::Capture &&
           fieldInfo(id).type == FieldType::Protocol;
}

FieldTreeModel::FieldTreeModel(QObject* parent) : QAbstractItemModel(parent) {}

void FieldTreeModel::setDissection(std::shared_ptr<const Dissection> dissection) {
    beginResetModel();
    m_dissection = std::move(dissection);
    build();
    endResetModel();
}

bool FieldTreeModel::setLineRoom(const LineRoom& room) {
    if (room == m_room) return false;
    m_room = room;
    if (!m_dissection) return false;
    // Nobody may find the nodes changed before the reset begins.
    if (m_broken.lines.empty() && brokenLines().lines.empty()) return false;
    beginResetModel();
    build();
    endResetModel();
    return true;
}

void FieldTreeModel::build() {
    m_nodes.clear();
    m_children.clear();
    m_broken = {};
    m_fieldCount = 0;
    m_root = 0;
    m_mainLayer = kNoField;
    if (!m_dissection) return;
    const FieldTree& tree = m_dissection->fields;
    m_fieldCount = static_cast<std::uint32_t>(tree.size());
    m_root = m_fieldCount + static_cast<std::uint32_t>(tree.issues().size());
    m_broken = brokenLines();
    m_nodes.resize(std::size_t{m_root} + 1 + m_broken.lines.size());
    m_children.resize(m_root + m_broken.lines.size());

    for (std::uint32_t i = 0; i < m_root; ++i) {
        const FieldIndex parent = isIssue(i) ? issueOf(i).field : tree[i].parent;
        m_nodes[i].parent = parent == kNoField ? m_root : parent;
        ++m_nodes[m_nodes[i].parent].childCount;
        if (!isIssue(i)) continue;
        const Severity severity = issueInfo(issueOf(i).issue.code).severity;
        m_nodes[i].own = m_nodes[i].worst = severity;
        Node& field = m_nodes[m_nodes[i].parent];
        field.own = std::max(field.own, severity);
    }
    for (std::uint32_t line = m_root + 1; line < m_nodes.size(); ++line) {
        const Line& broken = lineAt(line);
        Node& node = m_nodes[line];
        node.parent = broken.field == kNoField ? m_root : broken.field;
        ++m_nodes[node.parent].childCount;
        if (broken.issue != kNone) node.own = m_nodes[broken.issue].own;
    }
    const FieldTree& fields = m_dissection->fields;
    for (FieldIndex top = 0; top < m_fieldCount; top = fields[top].next) {
        if (isWhatTheRowIs(fields[top].id)) m_mainLayer = top;
    }
    orderChildren();

    // Pre-order: a parent stands in front of its children, so going backwards sums up subtrees.
    for (std::uint32_t i = m_fieldCount; i-- > 0;) {
        Node& node = m_nodes[i];
        node.worst = std::max(node.worst, node.own);
        Node& parent = m_nodes[node.parent];
        parent.worst = std::max(parent.worst, node.worst);
    }
    markLowerLayers();
}

void FieldTreeModel::orderChildren() {
    std::uint32_t place = 0;
    for (Node& node : m_nodes) {
        node.firstChild = place;
        place += node.childCount;
        node.childCount = 0;
    }
    const auto append = [this](std::uint32_t child) {
        Node& parent = m_nodes[m_nodes[child].parent];
        m_nodes[child].row = parent.childCount;
        m_children[parent.firstChild + parent.childCount++] = child;
    };
    const auto movesUp = [this](std::uint32_t field) {
        return m_mainLayer != kNoField && field > m_mainLayer && isLink(field) &&
               m_nodes[field].parent == m_root;
    };
    std::uint32_t next = m_root + 1;
    for (std::uint32_t i = m_fieldCount; i < m_root; ++i) {
        append(i);
        while (next < m_nodes.size() && lineAt(next).issue == i) append(next++);
    }
    for (std::uint32_t i = 0; i < m_fieldCount; ++i) {
        if (i == m_mainLayer) {
            const FieldTree& fields = m_dissection->fields;
            for (FieldIndex top = fields[i].next; top < m_fieldCount; top = fields[top].next) {
                if (movesUp(top)) append(top);
            }
        }
        if (!movesUp(i)) append(i);
    }
    for (; next < m_nodes.size(); ++next) append(next);
}

FieldTreeModel::BrokenLines FieldTreeModel::brokenLines() const {
    BrokenLines broken;
    breakIssues(broken);
    breakComments(broken);
    return broken;
}

/// What is wrong is a sentence, of which the half is of no use.
void FieldTreeModel::breakIssues(BrokenLines& broken) const {
    const FieldTree& tree = m_dissection->fields;
    for (std::uint32_t node = m_fieldCount; node < m_root; ++node) {
        const FieldIssue& entry = issueOf(node);
        std::size_t level = 1;
        for (FieldIndex at = entry.field; at != kNoField; at = tree[at].parent) ++level;
        const std::size_t taken = m_room.mark + m_room.perLevel * (level - std::min(level, kDepth));
        const std::size_t columns =
            std::max(m_room.columns - std::min(m_room.columns, taken), kLeastColumns);
        const QString sentence = issueLine(entry.issue, kShownCharacters);
        if (static_cast<std::size_t>(sentence.size()) <= columns) continue;
        const std::string& text = broken.sentences.emplace_back(sentence.toStdString());
        const auto lines = wrappedLines(text, columns, kIssueLines);
        if (lines.size() < 2) continue;
        broken.firstLines.emplace(node, lines.front());
        for (std::size_t i = 1; i < lines.size(); ++i) {
            std::string_view line = lines[i];
            while (line.starts_with(' ')) line.remove_prefix(1);
            if (!line.empty()) broken.lines.push_back({entry.field, line, node});
        }
    }
}

/// A comment on a packet is what its row is about, so all of it can be read below it.
void FieldTreeModel::breakComments(BrokenLines& broken) const {
    const FieldTree& tree = m_dissection->fields;
    for (FieldIndex top = 0; top < m_fieldCount; top = tree[top].next) {
        if (tree[top].id != FieldId::Capture) continue;
        const auto lines =
            wrappedLines(asText(m_dissection->bytesOf(tree[top])), m_room.columns, kCommentLines);
        // One short line stands whole in the line of the comment itself.
        if (lines.size() < 2) continue;
        for (const std::string_view line : lines) broken.lines.push_back({top, line, kNone});
    }
}

void FieldTreeModel::markLowerLayers() {
    const FieldTree& tree = m_dissection->fields;
    for (FieldIndex top = 0; top < m_fieldCount; top = tree[top].next) {
        if (!isLowerLayer(tree[top].id) || top == m_mainLayer) continue;
        for (FieldIndex i = top; i < tree[top].next; ++i) m_nodes[i].lowerLayer = true;
    }
}

std::uint32_t FieldTreeModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<std::uint32_t>(index.internalId()) : m_root;
}

const FieldIssue& FieldTreeModel::issueOf(std::uint32_t node) const {
    return m_dissection->fields.issues()[node - m_fieldCount];
}

FieldIndex FieldTreeModel::fieldOf(const QModelIndex& index) const {
    if (!index.isValid()) return kNoField;
    const std::uint32_t node = nodeOf(index);
    if (isLine(node)) return lineAt(node).field;
    return isIssue(node) ? issueOf(node).field : node;
}

QModelIndex FieldTreeModel::indexOf(FieldIndex field) const {
    if (field >= m_fieldCount) return {};
    return createIndex(static_cast<int>(m_nodes[field].row), 0, quintptr{field});
}

std::optional<RecordId> FieldTreeModel::linkOf(const QModelIndex& index) const {
    if (!index.isValid() || !isLink(nodeOf(index))) return std::nullopt;
    const auto* const number =
        std::get_if<std::uint64_t>(&m_dissection->fields[nodeOf(index)].value);
    if (number == nullptr || *number == 0 || *number > kNoRecord) return std::nullopt;
    return static_cast<RecordId>(*number - 1);
}

QModelIndex FieldTreeModel::firstLink() const {
    for (int row = 0; row < rowCount(); ++row) {
        const QModelIndex top = index(row, 0);
        if (isLink(nodeOf(top))) return top;
    }
    return {};
}

FieldIndex FieldTreeModel::payloadOf(const QModelIndex& index) const {
    FieldIndex field = fieldOf(index);
    while (field != kNoField && m_dissection->fields[field].id != FieldId::Payload) {
        field = m_dissection->fields[field].parent;
    }
    return field;
}

QModelIndex FieldTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (m_nodes.empty() || column != 0 || row < 0) return {};
    const Node& node = m_nodes[nodeOf(parent)];
    if (static_cast<std::uint32_t>(row) >= node.childCount) return {};
    return createIndex(row, 0,
                       quintptr{m_children[node.firstChild + static_cast<std::uint32_t>(row)]});
}

QModelIndex FieldTreeModel::parent(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    const std::uint32_t parent = m_nodes[nodeOf(index)].parent;
    if (parent == m_root) return {};
    return createIndex(static_cast<int>(m_nodes[parent].row), 0, quintptr{parent});
}

int FieldTreeModel::rowCount(const QModelIndex& parent) const {
    if (m_nodes.empty()) return 0;
    return static_cast<int>(m_nodes[nodeOf(parent)].childCount);
}

int FieldTreeModel::columnCount(const QModelIndex&) const {
    return 1;
}

QVariant FieldTreeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const std::uint32_t node = nodeOf(index);
    switch (role) {
        case Qt::DisplayRole:
            return line(node, kShownCharacters);
        case Qt::ToolTipRole:
            return plainToolTip(line(node, kTooltipCharacters));
        case SeverityRole:
            return static_cast<int>(m_nodes[node].own);
        case SubtreeSeverityRole:
            return static_cast<int>(m_nodes[node].worst);
        case LowerLayerRole:
            return m_nodes[node].lowerLayer;
        case IssueRole:
            return isIssue(node);
        case ContinuedIssueRole:
            return isLine(node) && lineAt(node).issue != kNone;
        case LinkRole:
            return linkOf(index).has_value();
        default:
            return {};
    }
}

QString FieldTreeModel::line(std::uint32_t node, qsizetype maximum) const {
    if (isIssue(node)) {
        const auto first = m_broken.firstLines.find(node);
        if (first == m_broken.firstLines.end()) return issueLine(issueOf(node).issue, maximum);
        return fromView(first->second).trimmed();
    }
    if (isLine(node)) {
        const Line& line = lineAt(node);
        // In a comment a tab is a space, not a sign of its own.
        QString text = line.issue == kNone ? displayText(line.text, maximum) : fromView(line.text);
        return text.replace(kTabPicture, QLatin1Char(' '));
    }
    // A link says itself what it is; a label in front would only take its place.
    if (linkOf(createIndex(0, 0, quintptr{node}))) {
        QString text = displayText(m_dissection->fields[node].text, maximum);
        if (!text.isEmpty()) text[0] = text[0].toUpper();
        return text;
    }
    const QString text = displayText(m_dissection->fields.line(node), maximum);
    return withGroupedCount(text, m_dissection->fields[node]);
}

QString FieldTreeModel::issueLine(const Issue& issue, qsizetype maximum) const {
    const IssueInfo& info = issueInfo(issue.code);
    QString word = fromView(severityName(info.severity));
    if (!word.isEmpty()) word[0] = word[0].toUpper();
    QString text = word + QStringLiteral(": ") + fromView(info.sentence);
    if (!issue.detail.empty()) text += QLatin1Char(' ') + displayText(issue.detail, maximum);
    if (!info.specification.empty()) text += QStringLiteral("  ") + fromView(info.specification);
    return text;
}

QString FieldTreeModel::lineOf(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    std::uint32_t node = nodeOf(index);
    if (isLine(node) && lineAt(node).issue != kNone) node = lineAt(node).issue;
    if (isIssue(node)) return issueLine(issueOf(node).issue, kCopiedCharacters);
    return line(node, kCopiedCharacters);
}

QString FieldTreeModel::valueOf(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    const std::uint32_t node = nodeOf(index);
    if (isIssue(node) || isLine(node)) return lineOf(index);
    const Field& field = m_dissection->fields[node];
    const std::string value = formatValue(fieldInfo(field.id).type, field.value);
    return QString::fromStdString(value.empty() ? field.text : value);
}

QString FieldTreeModel::bytesOf(const QModelIndex& index) const {
    const FieldIndex field = fieldOf(index);
    if (field == kNoField) return {};
    const ByteView bytes = m_dissection->bytesOf(m_dissection->fields[field]);
    const auto raw = QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()),
                                             static_cast<qsizetype>(bytes.size()));
    return QString::fromLatin1(raw.toHex(' '));
}

}  // namespace framescope
