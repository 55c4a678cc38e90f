// The tree of a Protocol Buffers message, with a schema or without one. Byte ranges come from our
// own wire walker in both cases; a schema adds names and types, and without one the contents of
// length-delimited fields are guessed, and the guess is said.
#pragma once

#include <string>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/protobuf_reader.h"
#include "dissector/payload/protobuf_types.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// Nodes a tree shows; a line says that more are not shown.
inline constexpr std::size_t kMaxProtobufNodes = 20'000;

/// What is known of a message: a type and the types it refers to. Both must outlive the call they
/// are handed to.
struct ProtobufShape {
    const ProtobufTypes* types = nullptr;
    const ProtobufMessageType* message = nullptr;  ///< null: no schema
};

/// Appends the tree of a message, whose first byte stands at `place`: a Protobuf field called
/// `label` (empty: the table's label) with a ProtobufField for each field below. False, and nothing
/// appended, if the bytes are no message.
bool describeProtobuf(ByteView bytes, const ProtobufShape& shape, FieldTree& tree, Place place,
                      std::string label = {}, const TextHook& hook = {});

/// Whether a message can be of the schema's type: it has a field of the schema, and every field of
/// the schema in it has the wire type the schema says.
bool fitsProtobufShape(ByteView bytes, const ProtobufShape& shape);

}  // namespace framescope
