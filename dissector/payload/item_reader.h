// What MessagePack and CBOR have in common: a value is a header, with content or further values
// behind it. This is the pull reader of both: no recursion, no allocation, a bounded stack of open
// containers, each token with its byte range. The two formats only read one header each. A declared
// length is compared with the bytes that are left and never reserved.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

/// Levels of nesting that are read; deeper values count as not valid.
inline constexpr std::size_t kMaxItemDepth = 256;

/// What is wrong with a value.
struct ItemError {
    std::uint64_t position = 0;  ///< of the header, or the byte, that cannot stand there
    std::string_view sentence;
};

enum class ItemToken : std::uint8_t {
    Null,
    Undefined,  ///< CBOR
    False,
    True,
    Unsigned,
    Negative,
    Float,
    Text,  ///< whether it is UTF-8 is not checked
    Binary,
    Extension,  ///< MessagePack: a type and bytes
    Simple,     ///< CBOR: a simple value without a name
    ArrayBegin,
    ArrayEnd,
    MapBegin,  ///< keys and values follow in turn
    MapEnd,
    TagBegin,  ///< CBOR: one value follows
    TagEnd,
    End,
    Error,
};

/// The last token of an ItemReader. Ranges count from the first byte that is read.
struct Item {
    ItemToken token = ItemToken::Error;
    ByteRange range;    ///< header and content; of a container's begin: its header
    ByteRange content;  ///< of Text, Binary and Extension, without the header
    /// Unsigned: the value. Negative: the value is -1 - number. Tag: its number. Simple: the value.
    /// Extension: its type, as a signed byte's bits. Array and Map: entries declared.
    std::uint64_t number = 0;
    double real = 0;             ///< Float
    std::uint8_t realBytes = 0;  ///< Float: 2, 4 or 8
    bool isKey = false;          ///< a value that stands as a key in a map
    bool indefinite = false;     ///< CBOR: ends with a break; a string is made of chunks then
    bool shortest = true;        ///< false: the header could have been written in fewer bytes
};

class ItemReader {
public:
    virtual ~ItemReader() = default;

    /// The next token. Behind End and Error comes the same again. Exactly one value is read, and
    /// nothing may stand behind it.
    const Item& next();
    const Item& item() const { return m_item; }
    /// Containers that are open behind the last token.
    std::size_t depth() const { return m_depth; }
    /// Only behind Error.
    const ItemError& error() const { return m_error; }
    ByteView bytes() const { return m_bytes; }

protected:
    explicit ItemReader(ByteView bytes) : m_bytes(bytes) {}
    ItemReader(const ItemReader&) = default;
    ItemReader& operator=(const ItemReader&) = default;

    /// Reads the header (and content) at m_at into m_item, moves m_at behind it. At least one byte
    /// is left. A container is begun with open(); what cannot stand there is fail().
    virtual void readItem() = 0;

    void fail(std::uint64_t position, std::string_view sentence);
    /// Begins a container of `entries` entries (a map's are pairs).
    void open(ItemToken begin, std::uint64_t entries, bool indefinite);
    /// Ends an indefinite container at a break of one byte.
    void closeAtBreak();
    /// Takes `size` bytes behind the header as the item's content; false and failed if they are
    /// not there.
    bool takeContent(std::uint64_t size);
    std::size_t left() const { return m_bytes.size() - m_at; }

    ByteView m_bytes;
    std::size_t m_at = 0;
    Item m_item;

private:
    struct Level {
        ItemToken begin = ItemToken::ArrayBegin;
        bool indefinite = false;
        std::uint64_t begun = 0;  ///< values begun; a map's entry is two
        std::uint64_t total = 0;  ///< values declared, without meaning if indefinite
    };

    void close(ByteRange range);

    std::array<Level, kMaxItemDepth> m_levels;
    std::size_t m_depth = 0;
    bool m_done = false;  ///< the one value has begun
    bool m_failed = false;
    ItemError m_error;
};

}  // namespace framescope
