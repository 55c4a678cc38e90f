// Importer of libprotobuf follows the imports through a source tree, which here is the callback.
// Types are numbered in one run over all files and described in a second one, since they refer to
// each other.
#include "dissector/payload/protobuf_schema.h"

#include <algorithm>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <map>
#include <set>

#include "dissector/payload/well_known_types.h"

namespace framescope {
namespace {

namespace pb = google::protobuf;

/// A stream that owns the text it reads.
class OwnedText final : public pb::io::ZeroCopyInputStream {
public:
    explicit OwnedText(std::string text)
        : m_text(std::move(text)), m_stream(m_text.data(), static_cast<int>(m_text.size())) {}

    bool Next(const void** data, int* size) override { return m_stream.Next(data, size); }
    void BackUp(int count) override { m_stream.BackUp(count); }
    bool Skip(int count) override { return m_stream.Skip(count); }
    std::int64_t ByteCount() const override { return m_stream.ByteCount(); }

private:
    std::string m_text;
    pb::io::ArrayInputStream m_stream;
};

class SourceTree final : public pb::compiler::SourceTree {
public:
    SourceTree(const std::string& name, const std::string& text,
               const ProtobufSchema::Import& import)
        : m_name(name), m_text(text), m_import(import) {}

    pb::io::ZeroCopyInputStream* Open(const std::string& filename) override {
        std::optional<std::string> text;
        if (filename == m_name) {
            text = m_text;
        } else if (auto known = wellKnownProto(filename)) {
            text = std::move(known);
        } else if (m_import) {
            text = m_import(filename);
        }
        // The caller, libprotobuf, takes ownership.
        return text ? std::make_unique<OwnedText>(std::move(*text)).release() : nullptr;
    }

    std::string GetLastErrorMessage() override { return "the file is not found"; }

private:
    const std::string& m_name;
    const std::string& m_text;
    const ProtobufSchema::Import& m_import;
};

/// Keeps the first error as a sentence.
class FirstError final : public pb::compiler::MultiFileErrorCollector {
public:
    void AddError(const std::string& filename, int line, int, const std::string& message) override {
        if (!m_sentence.empty()) return;
        m_sentence = "\"" + filename + "\"";
        // Lines count from 0; below it the error is about the file as a whole.
        if (line >= 0) m_sentence += ", line " + std::to_string(line + 1);
        m_sentence += ": " + message;
        if (!m_sentence.ends_with('.')) m_sentence += '.';
    }
    const std::string& sentence() const { return m_sentence; }

private:
    std::string m_sentence;
};

ProtobufKind kindOf(pb::FieldDescriptor::Type type) {
    switch (type) {
        case pb::FieldDescriptor::TYPE_DOUBLE:
            return ProtobufKind::Double;
        case pb::FieldDescriptor::TYPE_FLOAT:
            return ProtobufKind::Float;
        case pb::FieldDescriptor::TYPE_INT32:
            return ProtobufKind::Int32;
        case pb::FieldDescriptor::TYPE_INT64:
            return ProtobufKind::Int64;
        case pb::FieldDescriptor::TYPE_UINT32:
            return ProtobufKind::Uint32;
        case pb::FieldDescriptor::TYPE_UINT64:
            return ProtobufKind::Uint64;
        case pb::FieldDescriptor::TYPE_SINT32:
            return ProtobufKind::Sint32;
        case pb::FieldDescriptor::TYPE_SINT64:
            return ProtobufKind::Sint64;
        case pb::FieldDescriptor::TYPE_FIXED32:
            return ProtobufKind::Fixed32;
        case pb::FieldDescriptor::TYPE_FIXED64:
            return ProtobufKind::Fixed64;
        case pb::FieldDescriptor::TYPE_SFIXED32:
            return ProtobufKind::Sfixed32;
        case pb::FieldDescriptor::TYPE_SFIXED64:
            return ProtobufKind::Sfixed64;
        case pb::FieldDescriptor::TYPE_BOOL:
            return ProtobufKind::Bool;
        case pb::FieldDescriptor::TYPE_ENUM:
            return ProtobufKind::Enum;
        case pb::FieldDescriptor::TYPE_STRING:
            return ProtobufKind::String;
        case pb::FieldDescriptor::TYPE_BYTES:
            return ProtobufKind::ByteString;
        case pb::FieldDescriptor::TYPE_MESSAGE:
            return ProtobufKind::Message;
        case pb::FieldDescriptor::TYPE_GROUP:
            return ProtobufKind::Group;
    }
    return ProtobufKind::ByteString;
}

/// Turns the descriptors of a file and of all it imports into plain types.
class Converter {
public:
    explicit Converter(ProtobufTypes& types) : m_types(types) {}

    void convert(const pb::FileDescriptor& file) {
        number(file);
        m_types.messages.resize(m_messages.size());
        m_types.enums.resize(m_enums.size());
        for (const auto& [descriptor, index] : m_messages) {
            fill(*descriptor, m_types.messages[index]);
        }
        for (const auto& [descriptor, index] : m_enums) fill(*descriptor, m_types.enums[index]);
    }

private:
    void number(const pb::FileDescriptor& file) {
        if (!m_files.insert(&file).second) return;
        for (int i = 0; i < file.message_type_count(); ++i) number(*file.message_type(i));
        for (int i = 0; i < file.enum_type_count(); ++i) number(*file.enum_type(i));
        for (int i = 0; i < file.dependency_count(); ++i) number(*file.dependency(i));
    }

    void number(const pb::Descriptor& message) {
        m_messages.emplace(&message, m_messages.size());
        for (int i = 0; i < message.nested_type_count(); ++i) number(*message.nested_type(i));
        for (int i = 0; i < message.enum_type_count(); ++i) number(*message.enum_type(i));
    }

    void number(const pb::EnumDescriptor& type) { m_enums.emplace(&type, m_enums.size()); }

    void fill(const pb::Descriptor& from, ProtobufMessageType& to) const {
        to.name = from.full_name();
        for (int i = 0; i < from.field_count(); ++i) to.fields.push_back(fieldOf(*from.field(i)));
        std::vector<const pb::FieldDescriptor*> extensions;
        from.file()->pool()->FindAllExtensions(&from, &extensions);
        for (const auto* extension : extensions) {
            to.fields.push_back(fieldOf(*extension));
            to.fields.back().name = "[" + extension->full_name() + "]";
        }
        std::ranges::sort(to.fields, {}, &ProtobufFieldType::number);
    }

    static void fill(const pb::EnumDescriptor& from, ProtobufEnumType& to) {
        to.name = from.full_name();
        for (int i = 0; i < from.value_count(); ++i) {
            to.values.emplace_back(from.value(i)->number(), from.value(i)->name());
        }
    }

    ProtobufFieldType fieldOf(const pb::FieldDescriptor& from) const {
        ProtobufFieldType to;
        to.number = static_cast<std::uint32_t>(from.number());
        to.name = from.name();
        to.kind = kindOf(from.type());
        to.repeated = from.is_repeated();
        to.map = from.is_map();
        if (const auto* oneof = from.real_containing_oneof()) to.oneof = oneof->name();
        // A type that no file declares is left as bytes.
        if (to.kind == ProtobufKind::Enum) {
            const auto at = m_enums.find(from.enum_type());
            if (at == m_enums.end()) to.kind = ProtobufKind::Int32;
            if (at != m_enums.end()) to.type = at->second;
        } else if (to.kind == ProtobufKind::Message || to.kind == ProtobufKind::Group) {
            const auto at = m_messages.find(from.message_type());
            if (at == m_messages.end()) to.kind = ProtobufKind::ByteString;
            if (at != m_messages.end()) to.type = at->second;
        }
        return to;
    }

    ProtobufTypes& m_types;
    std::set<const pb::FileDescriptor*> m_files;
    std::map<const pb::Descriptor*, std::size_t> m_messages;
    std::map<const pb::EnumDescriptor*, std::size_t> m_enums;
};

void collectNames(const pb::Descriptor& message, std::vector<std::string>& names) {
    if (message.options().map_entry()) return;
    names.push_back(message.full_name());
    for (int i = 0; i < message.nested_type_count(); ++i) {
        collectNames(*message.nested_type(i), names);
    }
}

}  // namespace

ProtobufSchema::Build ProtobufSchema::build(const std::string& name, const std::string& text,
                                            const Import& import) {
    // What is worth saying comes back as an error; nothing is written to standard error.
    const pb::LogSilencer silent;
    SourceTree sources(name, text, import);
    FirstError errors;
    pb::compiler::Importer importer(&sources, &errors);
    const pb::FileDescriptor* const file = importer.Import(name);
    if (file == nullptr || !errors.sentence().empty()) {
        return {nullptr,
                errors.sentence().empty() ? "\"" + name + "\" is no schema." : errors.sentence()};
    }
    auto schema = std::make_shared<ProtobufSchema>();
    Converter(schema->m_types).convert(*file);
    for (int i = 0; i < file->message_type_count(); ++i) {
        collectNames(*file->message_type(i), schema->m_messageNames);
    }
    return {std::move(schema), {}};
}

std::optional<ProtobufShape> ProtobufSchema::shapeOf(std::string_view name) const {
    const ProtobufMessageType* found = nullptr;
    const std::string ending = "." + std::string(name);
    std::size_t endings = 0;
    for (const ProtobufMessageType& message : m_types.messages) {
        if (message.name == name) return ProtobufShape{&m_types, &message};
        if (!message.name.ends_with(ending)) continue;
        found = &message;
        ++endings;
    }
    if (endings != 1) return std::nullopt;
    return ProtobufShape{&m_types, found};
}

}  // namespace framescope
