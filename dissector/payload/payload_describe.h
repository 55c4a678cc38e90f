// A payload in the tree: what format it is, why, and the format's own tree below. Base64, as a
// whole or in a string of another format, becomes a byte source of its own and is read with the
// same decoders again.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/payload_format.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// How often base64 inside of base64 is opened, and how many texts of one dissection are.
inline constexpr std::size_t kMaxPayloadDepth = 4;
inline constexpr std::size_t kMaxDecodedSources = 64;

/// Appends a Payload field for `bytes`, the first of which stands at `place`, and returns it.
/// `isText`: they came as text. A format that `choice` names and the bytes are not of is an issue
/// (PayloadNotOfFormat), and they are shown raw. `bytes` may belong to a source of `dissection`.
FieldIndex describePayload(ByteView bytes, bool isText, const PayloadChoice& choice,
                           Dissection& dissection, Place place);

/// For describeJson() and its like: opens strings that are base64, below the field of the string.
/// `dissection` and `choice` must outlive the hook.
TextHook base64Hook(Dissection& dissection, const PayloadChoice& choice);

}  // namespace framescope
