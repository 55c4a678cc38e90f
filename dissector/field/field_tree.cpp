// Pre-order without pointers: a subtree is the run [index, next), so a reader can skip or walk it
// with plain arithmetic.
#include "dissector/field/field_tree.h"

#include <algorithm>
#include <cassert>

namespace framescope {
namespace {

/// Fields that the tree of a frame has with its packet's layers and some JSON.
constexpr std::size_t kUsual = 96;
constexpr std::size_t kUsualDepth = 16;

}  // namespace

FieldIndex FieldTree::add(FieldId id, Place place, std::uint64_t size, FieldValue value,
                          std::string text, BitRange bits) {
    return append(id, place, size, value, text, bits);
}

FieldIndex FieldTree::addComputed(FieldId id, FieldValue value, std::string text) {
    return append(id, Place{}, 0, value, text, {});
}

FieldIndex FieldTree::open(FieldId id, Place place, std::uint64_t size, std::string text,
                           FieldValue value, BitRange bits) {
    const FieldIndex index = append(id, place, size, value, text, bits);
    m_open.push_back(index);
    return index;
}

FieldIndex FieldTree::append(FieldId id, Place place, std::uint64_t size, FieldValue& value,
                             std::string& text, BitRange bits) {
    // Moving them whenever there is no more room would cost as much as making them.
    if (m_fields.empty()) {
        m_fields.reserve(kUsual);
        m_open.reserve(kUsualDepth);
    }
    const auto index = static_cast<FieldIndex>(m_fields.size());
    m_fields.emplace_back(id, m_open.empty() ? kNoField : m_open.back(), index + 1, std::string(),
                          std::move(text), std::move(value), place.source,
                          ByteRange{place.offset, place.offset + size}, bits);
    return index;
}

void FieldTree::insertComputed(FieldIndex behind, FieldId id, FieldValue value, std::string text) {
    assert(m_fields[behind].next == behind + 1);
    const FieldIndex place = behind + 1;
    const auto moved = [place](FieldIndex index) { return index >= place ? index + 1 : index; };
    for (Field& field : m_fields) {
        if (field.parent != kNoField) field.parent = moved(field.parent);
        // A subtree that ends where the leaf comes holds it, unless it is the leaf before.
        if (field.next >= place) ++field.next;
    }
    m_fields[behind].next = place;
    for (FieldIndex& index : m_open) index = moved(index);
    for (FieldIssue& entry : m_issues) {
        if (entry.field != kNoField) entry.field = moved(entry.field);
    }
    Field field;
    field.id = id;
    field.parent = m_fields[behind].parent;
    field.next = place + 1;
    field.text = std::move(text);
    field.value = std::move(value);
    m_fields.insert(m_fields.begin() + place, std::move(field));
}

void FieldTree::close() {
    assert(!m_open.empty());
    m_fields[m_open.back()].next = static_cast<FieldIndex>(m_fields.size());
    m_open.pop_back();
}

void FieldTree::setLabel(FieldIndex field, std::string label) {
    m_fields[field].label = std::move(label);
}

void FieldTree::setText(FieldIndex field, std::string text) {
    m_fields[field].text = std::move(text);
}

void FieldTree::setValue(FieldIndex field, FieldValue value) {
    m_fields[field].text.clear();
    m_fields[field].value = std::move(value);
}

void FieldTree::setSize(FieldIndex field, std::uint64_t size) {
    m_fields[field].range.end = m_fields[field].range.begin + size;
}

void FieldTree::attach(const IssueSink& sink, FieldIndex layer) {
    // A layer that is still open reaches to the end of what was appended so far.
    const bool open = std::ranges::find(m_open, layer) != m_open.end();
    const auto end = open ? static_cast<FieldIndex>(m_fields.size()) : m_fields[layer].next;
    for (const Issue& issue : sink.issues()) {
        FieldIndex target = layer;
        for (FieldIndex i = layer; i < end && issue.part != 0; ++i) {
            if (static_cast<std::uint16_t>(m_fields[i].id) == issue.part) target = i;
        }
        m_issues.push_back({target, issue});
    }
}

Severity FieldTree::severity(FieldIndex field) const {
    Severity worst = Severity::None;
    for (const FieldIssue& entry : m_issues) {
        if (entry.field == field) worst = std::max(worst, issueInfo(entry.issue.code).severity);
    }
    return worst;
}

namespace {

/// "1... ...." for the first bit of one byte; wider fields get as many groups as they have bytes.
std::string bitPattern(const Field& field, std::uint64_t value) {
    std::string pattern;
    const std::size_t total = field.range.size() * 8;
    for (std::size_t i = 0; i < total; ++i) {
        if (i != 0 && i % 4 == 0) pattern += ' ';
        const bool inside =
            i >= field.bits.first && i < std::size_t{field.bits.first} + field.bits.count;
        const std::size_t shift = inside ? field.bits.first + field.bits.count - 1 - i : 0;
        pattern += !inside ? '.' : (value >> shift & 1) != 0 ? '1' : '0';
    }
    return pattern;
}

}  // namespace

std::string FieldTree::line(FieldIndex index) const {
    const Field& field = m_fields[index];
    std::string line;
    if (const auto* value = std::get_if<std::uint64_t>(&field.value);
        value != nullptr && field.bits.count != 0 && field.range.size() <= 4) {
        line = bitPattern(field, *value) + " = ";
    }
    const FieldInfo& info = fieldInfo(field.id);
    line += field.label.empty() ? std::string(info.label) : field.label;
    // Formatted here and not when the field was added: most fields are never looked at.
    std::string text = field.text;
    if (text.empty()) text = formatValue(info.type, field.value);
    if (!text.empty()) {
        const bool heading = info.type == FieldType::Protocol || info.type == FieldType::Group;
        line += heading ? "  " : ": ";
        line += text;
    }
    return line;
}

FieldIndex FieldTree::innermost(SourceId source, std::uint64_t position) const {
    FieldIndex best = kNoField;
    for (FieldIndex i = 0; i < m_fields.size(); ++i) {
        const Field& field = m_fields[i];
        if (field.source != source || !field.range.contains(position)) continue;
        // Among fields that share a byte (bit fields) the first one wins; a smaller range always.
        if (best == kNoField || field.range.size() < m_fields[best].range.size() ||
            (field.range.size() == m_fields[best].range.size() && field.parent == best)) {
            best = i;
        }
    }
    return best;
}

FieldIndex FieldTree::find(FieldId id) const {
    for (FieldIndex i = 0; i < m_fields.size(); ++i) {
        if (m_fields[i].id == id) return i;
    }
    return kNoField;
}

SourceId Dissection::addSource(SourceKind kind, std::string name, Bytes bytes) {
    const std::uint64_t size = bytes.size();
    sources.push_back({kind, std::move(name), std::move(bytes), {}, size, 0, {}});
    return static_cast<SourceId>(sources.size() - 1);
}

ByteView Dissection::bytesOf(const Field& field) const {
    if (field.source == kNoSource) return {};
    const Bytes& bytes = sources[field.source].bytes;
    const std::uint64_t begin = std::min<std::uint64_t>(field.range.begin, bytes.size());
    const std::uint64_t end = std::min<std::uint64_t>(field.range.end, bytes.size());
    return ByteView(bytes).subspan(begin, end - begin);
}

}  // namespace framescope
