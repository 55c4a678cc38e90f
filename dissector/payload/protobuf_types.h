// What a .proto schema says, as plain data: the wire walker labels fields with it. Built by
// ProtobufSchema.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dissector/payload/protobuf_reader.h"

namespace framescope {

/// The type of a field in the Protocol Buffers language.
enum class ProtobufKind : std::uint8_t {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    Enum,
    String,
    ByteString,
    Message,
    Group,
};
/// The word of the language: "int32", "string", "message", ...
std::string_view protobufKindName(ProtobufKind kind);
/// How a single value of this kind stands on the wire.
WireType wireTypeOf(ProtobufKind kind);

struct ProtobufFieldType {
    std::uint32_t number = 0;
    std::string name;
    ProtobufKind kind = ProtobufKind::Int32;
    bool repeated = false;
    bool map = false;      ///< its messages are the entries of a map
    std::string oneof;     ///< name of the oneof it belongs to, or empty
    std::size_t type = 0;  ///< Message, Group, Enum: position in ProtobufTypes
};

struct ProtobufMessageType {
    std::string name;                       ///< with its package
    std::vector<ProtobufFieldType> fields;  ///< by number

    /// Null if the schema has no such field.
    const ProtobufFieldType* field(std::uint32_t number) const;
};

struct ProtobufEnumType {
    std::string name;
    std::vector<std::pair<std::int32_t, std::string>> values;

    /// Empty if the schema has no such value.
    std::string_view valueName(std::int32_t number) const;
};

struct ProtobufTypes {
    std::vector<ProtobufMessageType> messages;
    std::vector<ProtobufEnumType> enums;
};

}  // namespace framescope
