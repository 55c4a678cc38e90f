// The bookkeeping of containers: how many values a level still wants, and whether the next one is a
// key.
#include "dissector/payload/item_reader.h"

namespace framescope {

void ItemReader::fail(std::uint64_t position, std::string_view sentence) {
    m_failed = true;
    m_error = {position, sentence};
    m_item = {};
    m_item.token = ItemToken::Error;
    m_item.range = {position, position};
}

const Item& ItemReader::next() {
    if (m_failed) return m_item;
    if (m_depth > 0) {
        const Level& level = m_levels[m_depth - 1];
        if (!level.indefinite && level.begun == level.total) {
            close({m_at, m_at});
            return m_item;
        }
    } else if (m_done) {
        if (left() > 0) {
            fail(m_at, "there is more behind the value");
            return m_item;
        }
        m_item = {};
        m_item.token = ItemToken::End;
        m_item.range = {m_at, m_at};
        return m_item;
    }
    if (left() == 0) {
        fail(m_at, "the value ends too early");
        return m_item;
    }
    m_item = {};
    m_item.range = {m_at, m_at};
    const std::size_t before = m_depth;
    if (m_depth > 0) {
        const Level& level = m_levels[m_depth - 1];
        m_item.isKey = level.begin == ItemToken::MapBegin && level.begun % 2 == 0;
    }
    readItem();
    if (m_failed || m_depth < before) return m_item;
    m_item.range.end = m_at;
    // The level that holds the item is below the one the item may have begun.
    if (before > 0) ++m_levels[before - 1].begun;
    m_done = true;
    return m_item;
}

void ItemReader::open(ItemToken begin, std::uint64_t entries, bool indefinite) {
    const std::uint64_t each = begin == ItemToken::MapBegin ? 2 : 1;
    // Every value takes a byte at the least, so a length that cannot be met is known here.
    if (!indefinite && entries > left() / each) {
        fail(m_item.range.begin, "more entries are declared than bytes are left");
        return;
    }
    if (m_depth == kMaxItemDepth) {
        fail(m_item.range.begin, "nested too deep");
        return;
    }
    m_item.token = begin;
    m_item.indefinite = indefinite;
    if (begin != ItemToken::TagBegin) m_item.number = entries;
    m_levels[m_depth++] = {begin, indefinite, 0, entries * each};
}

void ItemReader::closeAtBreak() {
    const std::size_t at = m_at;
    if (m_depth == 0 || !m_levels[m_depth - 1].indefinite) {
        fail(at, "a break stands where no container of indefinite length is open");
        return;
    }
    const Level& level = m_levels[m_depth - 1];
    if (level.begin == ItemToken::MapBegin && level.begun % 2 != 0) {
        fail(at, "the map ends between a key and its value");
        return;
    }
    ++m_at;
    close({at, at + 1});
}

void ItemReader::close(ByteRange range) {
    const ItemToken begin = m_levels[--m_depth].begin;
    m_item = {};
    m_item.token = begin == ItemToken::ArrayBegin ? ItemToken::ArrayEnd
                   : begin == ItemToken::MapBegin ? ItemToken::MapEnd
                                                  : ItemToken::TagEnd;
    m_item.range = range;
}

bool ItemReader::takeContent(std::uint64_t size) {
    if (size > left()) {
        fail(m_item.range.begin, "the length is greater than the bytes that are left");
        return false;
    }
    m_item.content = {m_at, m_at + size};
    m_at += size;
    return true;
}

}  // namespace framescope
