// The tree of a row for a view: the fields of a dissection, and under each field what is wrong with
// it, a line an issue.
//
// A dissection is flat; this adds for every node where its children stand, once, in arrays, so that
// every question of a view is a look-up.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <QAbstractItemModel>

#include "dissector/field/field_tree.h"
#include "dissector/record/record.h"

namespace framescope {

class FieldTreeModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Role {
        SeverityRole = Qt::UserRole,  ///< int of Severity of the field itself, or of the issue
        SubtreeSeverityRole,          ///< int of the gravest Severity at or below
        LowerLayerRole,               ///< bool: belongs to a layer below the interesting ones
        IssueRole,                    ///< bool: an issue, not a field
        ContinuedIssueRole,           ///< bool: a further line of the issue above it
        LinkRole,                     ///< bool: leads to another row; see linkOf()
    };

    explicit FieldTreeModel(QObject* parent = nullptr);

    /// Shows a dissection; null for nothing.
    void setDissection(std::shared_ptr<const Dissection> dissection);
    /// How long the lines are into which comments and the sentences of issues are broken that are
    /// longer than that.
    struct LineRoom {
        std::size_t columns = 90;  ///< characters in a line two levels deep, at least 1
        std::size_t perLevel = 2;  ///< that a line one level deeper has less
        std::size_t mark = 3;      ///< that the mark of an issue takes
        bool operator==(const LineRoom&) const = default;
    };
    /// True if the model was reset, since it has such lines.
    bool setLineRoom(const LineRoom& room);
    const Dissection* dissection() const { return m_dissection.get(); }

    /// The field of a node; for an issue, and for every line of it, the field it is about, for a
    /// line of a comment the comment.
    FieldIndex fieldOf(const QModelIndex& index) const;
    QModelIndex indexOf(FieldIndex field) const;
    /// The layer that a row is about: the last protocol at the top level, kNoField for none.
    FieldIndex mainLayer() const { return m_mainLayer; }
    /// The row a line leads to; nothing for a line that is no link.
    std::optional<RecordId> linkOf(const QModelIndex& index) const;
    /// The first of the links to other rows, which stand together in front of the main layer; an
    /// invalid index for none.
    QModelIndex firstLink() const;
    /// The payload that a line belongs to, the innermost; kNoField for none.
    FieldIndex payloadOf(const QModelIndex& index) const;
    /// The whole line, however long.
    QString lineOf(const QModelIndex& index) const;
    /// The value alone.
    QString valueOf(const QModelIndex& index) const;
    /// The field's bytes as pairs of hex digits, separated by spaces.
    QString bytesOf(const QModelIndex& index) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    // Nodes are numbered: fields first, then issues, the invisible root, then lines: those of
    // issues in the order of the issues, then those of comments.
    struct Node {
        std::uint32_t parent = 0;
        std::uint32_t row = 0;
        std::uint32_t firstChild = 0;  // position in m_children
        std::uint32_t childCount = 0;
        Severity own = Severity::None;
        Severity worst = Severity::None;
        bool lowerLayer = false;
    };

    static constexpr std::uint32_t kNone = 0xffffffff;
    /// A part of a text that is too long to be read in one line; it stands below its field, or, if
    /// it continues an issue, behind that.
    struct Line {
        FieldIndex field = kNoField;
        std::string_view text;        // in a source of the dissection, or in `sentences` below
        std::uint32_t issue = kNone;  // node of the issue
    };
    struct BrokenLines {
        std::deque<std::string> sentences;
        std::map<std::uint32_t, std::string_view> firstLines;  // by node of the issue
        std::vector<Line> lines;
    };

    void build();
    BrokenLines brokenLines() const;
    void breakIssues(BrokenLines& broken) const;
    void breakComments(BrokenLines& broken) const;
    void orderChildren();
    void markLowerLayers();
    bool isLink(std::uint32_t node) const {
        return node < m_fieldCount && m_dissection->fields[node].id == FieldId::RowLink;
    }
    std::uint32_t nodeOf(const QModelIndex& index) const;
    bool isIssue(std::uint32_t node) const { return node >= m_fieldCount && node < m_root; }
    bool isLine(std::uint32_t node) const { return node > m_root; }
    const Line& lineAt(std::uint32_t node) const { return m_broken.lines[node - m_root - 1]; }
    const FieldIssue& issueOf(std::uint32_t node) const;
    QString issueLine(const Issue& issue, qsizetype maximum) const;
    QString line(std::uint32_t node, qsizetype maximum) const;

    std::shared_ptr<const Dissection> m_dissection;
    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_children;
    BrokenLines m_broken;
    LineRoom m_room;
    std::uint32_t m_fieldCount = 0;
    std::uint32_t m_root = 0;
    FieldIndex m_mainLayer = kNoField;
};

/// True for the layers that carry the conversation, not what it is about: packet, link, IP, TCP.
bool isLowerLayer(FieldId id);

}  // namespace framescope
