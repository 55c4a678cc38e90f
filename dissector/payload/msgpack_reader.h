// MessagePack (the specification at msgpack.org, with ext and timestamp) as tokens, each with its
// byte range. See ItemReader for how it walks.
#pragma once

#include <optional>

#include "dissector/payload/item_reader.h"

namespace framescope {

class MsgpackReader final : public ItemReader {
public:
    explicit MsgpackReader(ByteView bytes) : ItemReader(bytes) {}

private:
    void readItem() override;
    void number(ItemToken token, std::uint64_t value, std::uint64_t shorterUpTo);
    void signedNumber(std::int64_t value, std::int64_t shorterFrom, std::uint64_t shorterUpTo);
    void string(ItemToken token, std::size_t lengthBytes, std::uint64_t shorterUpTo);
    void extension(std::uint64_t size);
    /// A big-endian integer of `size` bytes behind the marker; nothing, and failed, if cut off.
    std::optional<std::uint64_t> integer(std::size_t size);
};

/// The extension type the specification reserves for points in time.
inline constexpr std::int8_t kMsgpackTimestamp = -1;

/// A point in time as a timestamp extension has it.
struct MsgpackTime {
    std::int64_t seconds = 0;  ///< since 1970-01-01T00:00:00Z
    std::uint32_t nanoseconds = 0;
};

/// Content of an extension of type -1: 4, 8 or 12 bytes. Nothing for another size, or with
/// nanoseconds above 999999999.
std::optional<MsgpackTime> parseMsgpackTime(ByteView content);

}  // namespace framescope
