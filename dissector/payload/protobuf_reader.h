// The wire format of Protocol Buffers (protobuf.dev, "Encoding") as tokens, each with its byte
// ranges. A pull reader over one message: groups are walked, length-delimited contents are handed
// out as ranges, because only a schema or a guess can tell what they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

/// Groups and messages inside each other that are read; deeper ones count as not valid.
inline constexpr std::size_t kMaxProtobufDepth = 64;
/// Field numbers end here: three bits of a 32-bit tag are the wire type.
inline constexpr std::uint32_t kMaxProtobufField = (1U << 29) - 1;

/// The lower three bits of a tag.
enum class WireType : std::uint8_t {
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    GroupBegin = 3,
    GroupEnd = 4,
    Fixed32 = 5,
};
/// "varint", "64-bit", "length-delimited", ...
std::string_view wireTypeName(WireType type);

struct ProtobufError {
    std::uint64_t position = 0;  ///< of the tag or value that cannot stand there
    std::string_view sentence;
};

enum class ProtobufToken : std::uint8_t { Field, GroupBegin, GroupEnd, End, Error };

/// A field as it stands on the wire. Ranges count from the message's first byte.
struct ProtobufWireField {
    std::uint32_t number = 0;
    WireType type = WireType::Varint;
    ByteRange range;          ///< tag and value; of a group's begin or end: the tag
    ByteRange content;        ///< value, without a length in front
    std::uint64_t value = 0;  ///< of a varint, or the bits of a fixed field
    bool shortest = true;     ///< false: a varint in it has more bytes than it needs
};

/// An unsigned number of seven bits a byte, the lowest first, at `at`; moves `at` behind it.
/// Nothing if it is cut off or has more than ten bytes; bits beyond the 64th are dropped, as
/// libprotobuf does.
std::optional<std::uint64_t> readVarint(ByteView bytes, std::size_t& at);
/// Bytes the shortest form of `value` takes.
std::size_t varintSize(std::uint64_t value);

class ProtobufReader {
public:
    explicit ProtobufReader(ByteView bytes) : m_bytes(bytes) {}

    /// The next token. Behind End and Error comes the same again.
    ProtobufToken next();
    const ProtobufWireField& field() const { return m_field; }
    /// Groups that are open behind the last token.
    std::size_t depth() const { return m_depth; }
    /// Only behind Error.
    const ProtobufError& error() const { return m_error; }

private:
    ProtobufToken fail(std::uint64_t position, std::string_view sentence);
    ProtobufToken value(std::size_t begin);
    /// A varint, and whether it is in its shortest form.
    std::optional<std::uint64_t> varint();

    ByteView m_bytes;
    std::size_t m_at = 0;
    ProtobufWireField m_field;
    std::array<std::uint32_t, kMaxProtobufDepth> m_groups{};
    std::size_t m_depth = 0;
    bool m_failed = false;
    ProtobufError m_error;
};

/// The first thing that is wrong with the bytes as a message, its groups included, the contents of
/// length-delimited fields not; nothing if they are one. No bytes are a message without fields.
std::optional<ProtobufError> checkProtobuf(ByteView bytes);

}  // namespace framescope
