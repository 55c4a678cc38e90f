// The tree of one row, flat in pre-order, and the byte sources its ranges point into. A describe
// function appends to it; views only read it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_id.h"
#include "dissector/field/field_value.h"
#include "dissector/issue/issue.h"

namespace framescope {

/// Position of a field in its tree.
using FieldIndex = std::uint32_t;
inline constexpr FieldIndex kNoField = 0xffffffff;

/// Position of a byte source in its dissection.
using SourceId = std::uint16_t;
inline constexpr SourceId kNoSource = 0xffff;

/// What a byte source is; its place among the tabs follows from it.
enum class SourceKind : std::uint8_t {
    Packet,
    Stream,
    Head,
    Body,
    Frame,
    Unmasked,
    Message,
    Inflated,
    Attachment,  ///< of a Socket.IO packet, from a row of its own
    Decoded,     ///< what stood inside a payload in an encoding of its own, as base64
};

/// A named array of bytes that fields point into.
struct Source {
    SourceKind kind = SourceKind::Packet;
    std::string name;              ///< for the tab, e.g. "Unmasked"
    Bytes bytes;                   ///< zero where a hole is
    std::vector<ByteRange> holes;  ///< parts of `bytes` that were never captured
    std::uint64_t totalSize = 0;   ///< more than bytes.size() where only the beginning was read
    std::uint64_t origin = 0;      ///< position of the first byte in what it was taken from
    ByteRange focus;               ///< the part the row is about; empty: all of it
};

/// Where bytes being described stand: a source and the position of their first byte in it.
struct Place {
    SourceId source = kNoSource;
    std::uint64_t offset = 0;

    Place at(std::uint64_t distance) const { return {source, offset + distance}; }
};

/// A run of bits inside a field's bytes, counted from the most significant bit of its first byte.
/// `count` 0 means whole bytes.
struct BitRange {
    std::uint8_t first = 0;
    std::uint8_t count = 0;
};

/// One line of the tree.
struct Field {
    FieldId id = FieldId::None;
    FieldIndex parent = kNoField;
    FieldIndex next = 0;  ///< index just behind this field's subtree
    std::string label;    ///< empty: the field table's label
    std::string text;     ///< what is shown behind the label; empty: the value as it prints
    FieldValue value;
    SourceId source = kNoSource;  ///< kNoSource: computed, not read from bytes
    ByteRange range;
    BitRange bits;
};

/// An issue on a field of the tree.
struct FieldIssue {
    FieldIndex field = kNoField;
    Issue issue;
};

/// Whether the lines of a tree are wanted or its values alone, which cost less.
enum class TreeTexts : std::uint8_t { With, Without };

/// Fields in pre-order. `open` and `close` nest; everything appended in between becomes a child.
class FieldTree {
public:
    FieldTree() = default;
    explicit FieldTree(TreeTexts texts) : m_texts(texts) {}

    /// What `make` returns; nothing where no line is wanted. For texts that cost something, and
    /// only for those that no value is made of.
    template <typename Make>
    std::string text(const Make& make) const {
        return wantsTexts() ? std::string(make()) : std::string();
    }
    bool wantsTexts() const { return m_texts == TreeTexts::With; }

    /// Appends a leaf. `text` empty: the value as formatValue() prints it. Returns its index.
    FieldIndex add(FieldId id, Place place, std::uint64_t size, FieldValue value,
                   std::string text = {}, BitRange bits = {});
    /// Appends a leaf that came from no bytes.
    FieldIndex addComputed(FieldId id, FieldValue value, std::string text = {});
    /// Appends a field and makes it the parent of what follows, until close().
    FieldIndex open(FieldId id, Place place, std::uint64_t size, std::string text = {},
                    FieldValue value = {}, BitRange bits = {});
    /// Puts a leaf that came from no bytes behind another leaf, beside it. Indices of fields behind
    /// it move by one; for what is known only when the layers stand already.
    void insertComputed(FieldIndex behind, FieldId id, FieldValue value, std::string text = {});
    /// Ends the innermost open field.
    void close();

    /// Replaces label or text of a field that is there already.
    void setLabel(FieldIndex field, std::string label);
    void setText(FieldIndex field, std::string text);
    /// Gives a field its value, and the text that goes with it.
    void setValue(FieldIndex field, FieldValue value);
    /// Extends the range of a field (same source) to `size` bytes.
    void setSize(FieldIndex field, std::uint64_t size);

    /// Attaches the issues to the last field with the id their `part` names, inside the subtree of
    /// `layer`; to `layer` itself where there is none.
    void attach(const IssueSink& sink, FieldIndex layer);

    const std::vector<Field>& fields() const { return m_fields; }
    const std::vector<FieldIssue>& issues() const { return m_issues; }
    const Field& operator[](FieldIndex i) const { return m_fields[i]; }
    std::size_t size() const { return m_fields.size(); }
    /// The gravest issue on this field itself.
    Severity severity(FieldIndex field) const;
    /// "Opcode: text (1)", with the bit pattern in front where the field is a run of bits.
    std::string line(FieldIndex field) const;
    /// The last, hence innermost, field whose range holds the byte; kNoField if there is none.
    FieldIndex innermost(SourceId source, std::uint64_t position) const;
    /// First field with this id; kNoField if there is none.
    FieldIndex find(FieldId id) const;

private:
    /// Appends a field that has no children yet. `value` and `text` are moved from.
    FieldIndex append(FieldId id, Place place, std::uint64_t size, FieldValue& value,
                      std::string& text, BitRange bits);

    TreeTexts m_texts = TreeTexts::With;
    std::vector<Field> m_fields;
    std::vector<FieldIndex> m_open;
    std::vector<FieldIssue> m_issues;
};

/// A row taken apart: its byte sources and its tree.
struct Dissection {
    std::vector<Source> sources;
    FieldTree fields;

    /// Appends a source and returns its id.
    SourceId addSource(SourceKind kind, std::string name, Bytes bytes);
    ByteView bytesOf(const Field& field) const;
};

}  // namespace framescope
