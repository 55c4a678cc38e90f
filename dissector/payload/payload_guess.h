// What a payload is, when nobody said so. Cautious: what cannot be told is text or raw bytes.
//
// The order, and the evidence asked for:
//   1. JSON: a valid object, array or string from the first byte to the last. A bare number or word
//      stays text.
//   2. Text: a base64 text (see base64.h; or one of eight characters or more whose bytes are of
//      another format here) is Base64, the rest is Text.
//   3. Bytes that are printable UTF-8: as text.
//   4. CBOR with its own mark in front (d9d9f7).
//   5. MessagePack, CBOR and Protocol Buffers: each that reads to the last byte weighs what in it
//      chance would not have made (texts, keys, markers, fields in order), in bits; the heaviest
//      wins if it has kMinEvidence bits.
//   6. Raw.
#pragma once

#include <string>

#include "dissector/core/bytes.h"
#include "dissector/payload/payload_format.h"

namespace framescope {

/// Bits of evidence a binary format needs: one payload of other bytes in about two thousand of the
/// same size passes.
inline constexpr double kMinEvidence = 11;

struct PayloadGuess {
    PayloadFormat format = PayloadFormat::Raw;  ///< never Auto
    std::string why;                            ///< "a JSON object from the first byte to the last"
};

/// What `bytes` are. `isText`: they came as text, so that no binary format is thought of.
PayloadGuess guessPayload(ByteView bytes, bool isText);

/// Whether a string inside of a payload is base64 that is worth opening.
bool isBase64Payload(std::string_view text);

}  // namespace framescope
