// An event for people: its tree and its one line.
#include <algorithm>

#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/sse/event.h"

namespace framescope::sse {
namespace {

constexpr std::size_t kShownChars = 200;
/// Lines that get a field of their own; the joined data has all of them.
constexpr std::size_t kMaxLines = 1000;

constexpr const char* kTypeNotKnown = "not known: the line that names it may be missing";

class Describer {
public:
    Describer(const Event& event, Form form, Dissection& dissection, Place place)
        : m_event(event),
          m_typeKnown(isTypeKnown(event, form)),
          m_meaning(interpret(event)),
          m_dissection(dissection),
          m_tree(dissection.fields),
          m_place(place) {}

    void lines() {
        std::size_t shown = 0;
        bool dataShown = false;
        for (const Line& line : m_event.lines) {
            if (line.kind == LineKind::Data) {
                if (!dataShown) data();
                dataShown = true;
            } else if (line.kind != LineKind::Blank) {
                if (++shown <= kMaxLines) add(line);
            }
        }
        const auto named = std::ranges::find(m_event.lines, LineKind::Event, &Line::kind);
        if (!m_typeKnown) {
            m_tree.addComputed(FieldId::SseEvent, {}, kTypeNotKnown);
        } else if (dataShown && named == m_event.lines.end()) {
            m_tree.addComputed(FieldId::SseEvent, m_meaning.type,
                               m_meaning.type + ", as none is named");
        }
        if (shown > kMaxLines) {
            const FieldIndex more =
                m_tree.addComputed(FieldId::SseComment, {}, "more lines, not shown");
            m_tree.setLabel(more, "\u2026");
        }
    }

private:
    void add(const Line& line) {
        const Place place = m_place.at(line.valueRange.begin);
        const auto text = [&](FieldId id) {
            return m_tree.add(id, place, line.value.size(), std::string(line.value),
                              printable(line.value, kShownChars));
        };
        switch (line.kind) {
            case LineKind::Comment:
                text(FieldId::SseComment);
                break;
            case LineKind::Event:
                text(FieldId::SseEvent);
                break;
            case LineKind::Id:
                text(FieldId::SseId);
                break;
            case LineKind::Retry:
                retry(line, place);
                break;
            case LineKind::Unknown:
                m_tree.setLabel(text(FieldId::SseUnknown), printable(line.name, 40));
                break;
            case LineKind::Blank:
            case LineKind::Data:
                break;
        }
    }

    void retry(const Line& line, Place place) {
        const bool number = !line.value.empty() && std::ranges::all_of(line.value, [](char c) {
            return c >= '0' && c <= '9';
        });
        Event alone;
        alone.lines.push_back(line);
        const auto value = interpret(alone).retry;
        m_tree.add(FieldId::SseRetry, place, line.value.size(),
                   number ? FieldValue(*value) : FieldValue(),
                   number ? std::to_string(*value) + " ms" : printable(line.value, kShownChars));
    }

    /// All data lines as one field; each of them below it where there are several.
    void data() {
        std::vector<const Line*> lines;
        for (const Line& line : m_event.lines) {
            if (line.kind == LineKind::Data) lines.push_back(&line);
        }
        const ByteRange range{lines.front()->valueRange.begin, lines.back()->valueRange.end};
        m_tree.open(FieldId::SseData, m_place.at(range.begin), range.size(),
                    printable(m_meaning.data, kShownChars), m_meaning.data);
        if (lines.size() == 1) {
            json(m_place.at(range.begin));
        } else {
            lines.resize(std::min(lines.size(), kMaxLines));
            for (const Line* const line : lines) {
                m_tree.add(FieldId::SseDataLine, m_place.at(line->valueRange.begin),
                           line->value.size(), std::string(line->value),
                           printable(line->value, kShownChars));
            }
            // Its nodes may reach over several lines, which stand together only when joined.
            if (isStructured() && !checkJson(m_meaning.data)) {
                const ByteView bytes = asBytes(m_meaning.data);
                json({m_dissection.addSource(SourceKind::Message, "Event data",
                                             Bytes(bytes.begin(), bytes.end())),
                      0});
            }
        }
        m_tree.close();
    }

    /// A number or a word is JSON, too, but its tree would say nothing.
    bool isStructured() const {
        const auto kind = jsonKind(m_meaning.data);
        return kind == JsonKind::Object || kind == JsonKind::Array;
    }

    void json(Place place) {
        if (isStructured()) describeJson(m_meaning.data, m_tree, place);
    }

    const Event& m_event;
    const bool m_typeKnown;
    const Meaning m_meaning;
    Dissection& m_dissection;
    FieldTree& m_tree;
    Place m_place;
};

/// What is said in front of the data.
std::string beginning(const Event& event, const Meaning& meaning, Form form) {
    switch (form) {
        case Form::Comment: {
            const auto comment = std::ranges::find(event.lines, LineKind::Comment, &Line::kind);
            const bool empty = comment == event.lines.end() || comment->value.empty();
            return empty ? "comment" : "comment  " + std::string(comment->value);
        }
        case Form::Event:
            return meaning.type;
        case Form::WithoutData:
            return "no data";
        case Form::Unfinished:
            return "unfinished  " + meaning.type;
        case Form::EndLost:
            return "end missing  " +
                   (isTypeKnown(event, form) ? meaning.type : std::string("type not known"));
        case Form::BeginningLost:
            return "beginning missing  " +
                   (isTypeKnown(event, form) ? meaning.type : std::string("type not known"));
    }
    return {};
}

}  // namespace

FieldIndex describe(const Event& event, std::string_view unit, Form form, Dissection& dissection,
                    Place place) {
    FieldTree& tree = dissection.fields;
    const FieldIndex layer =
        tree.open(FieldId::Sse, place, unit.size(), summary(event, form, kShownChars));
    if (event.byteOrderMark) {
        const ByteView mark = asBytes(unit).first(3);
        tree.add(FieldId::SseByteOrderMark, place, mark.size(), Bytes(mark.begin(), mark.end()));
    }
    Describer(event, form, dissection, place).lines();
    if (form != Form::Comment && form != Form::EndLost && form != Form::BeginningLost) {
        const bool dispatched = form == Form::Event;
        tree.addComputed(FieldId::SseDispatched, std::uint64_t{dispatched},
                         dispatched                 ? "yes"
                         : form == Form::Unfinished ? "no, it is not finished"
                                                    : "no, it has no data");
    }
    tree.close();
    return layer;
}

std::string summary(const Event& event, Form form, std::size_t maxChars) {
    const Meaning meaning = interpret(event);
    std::string line = beginning(event, meaning, form);
    if (form == Form::Comment) return printable(line, maxChars);
    if (meaning.id) line += "  id=" + std::string(*meaning.id);
    if (meaning.retry) line += "  retry=" + std::to_string(*meaning.retry);
    if (meaning.hasData && !meaning.data.empty()) line += "  " + meaning.data;
    return printable(line, maxChars);
}

}  // namespace framescope::sse
