// Tables and look-ups; the strategy is in protobuf_schema.cpp.
#include "dissector/payload/protobuf_types.h"

#include <algorithm>

namespace framescope {

std::string_view protobufKindName(ProtobufKind kind) {
    switch (kind) {
        case ProtobufKind::Double:
            return "double";
        case ProtobufKind::Float:
            return "float";
        case ProtobufKind::Int32:
            return "int32";
        case ProtobufKind::Int64:
            return "int64";
        case ProtobufKind::Uint32:
            return "uint32";
        case ProtobufKind::Uint64:
            return "uint64";
        case ProtobufKind::Sint32:
            return "sint32";
        case ProtobufKind::Sint64:
            return "sint64";
        case ProtobufKind::Fixed32:
            return "fixed32";
        case ProtobufKind::Fixed64:
            return "fixed64";
        case ProtobufKind::Sfixed32:
            return "sfixed32";
        case ProtobufKind::Sfixed64:
            return "sfixed64";
        case ProtobufKind::Bool:
            return "bool";
        case ProtobufKind::Enum:
            return "enum";
        case ProtobufKind::String:
            return "string";
        case ProtobufKind::ByteString:
            return "bytes";
        case ProtobufKind::Message:
            return "message";
        case ProtobufKind::Group:
            return "group";
    }
    return "";
}

WireType wireTypeOf(ProtobufKind kind) {
    switch (kind) {
        case ProtobufKind::Double:
        case ProtobufKind::Fixed64:
        case ProtobufKind::Sfixed64:
            return WireType::Fixed64;
        case ProtobufKind::Float:
        case ProtobufKind::Fixed32:
        case ProtobufKind::Sfixed32:
            return WireType::Fixed32;
        case ProtobufKind::String:
        case ProtobufKind::ByteString:
        case ProtobufKind::Message:
            return WireType::Length;
        case ProtobufKind::Group:
            return WireType::GroupBegin;
        default:
            return WireType::Varint;
    }
}

const ProtobufFieldType* ProtobufMessageType::field(std::uint32_t number) const {
    const auto at = std::ranges::lower_bound(fields, number, {}, &ProtobufFieldType::number);
    return at != fields.end() && at->number == number ? &*at : nullptr;
}

std::string_view ProtobufEnumType::valueName(std::int32_t number) const {
    const auto at = std::ranges::find(values, number, &std::pair<std::int32_t, std::string>::first);
    return at == values.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace framescope
