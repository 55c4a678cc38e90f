// Bytes in memory as the bytes of a capture: what somebody pasted, or what was never a file.
#pragma once

#include <algorithm>
#include <utility>

#include "capture/file/byte_source.h"
#include "dissector/core/bytes.h"

namespace framescope {

class MemoryBytes : public ByteSource {
public:
    explicit MemoryBytes(Bytes bytes) : m_bytes(std::move(bytes)) {}

    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (offset >= m_bytes.size()) return std::size_t{0};
        const ByteView rest = ByteView(m_bytes).subspan(offset);
        const std::size_t count = std::min(rest.size(), out.size());
        std::copy_n(rest.begin(), count, out.begin());
        return count;
    }
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override {
        return readAt(offset, out);
    }
    std::optional<Notice> endNotice() const override { return std::nullopt; }
    std::optional<Error> changed() const override { return std::nullopt; }
    std::uint64_t storedSize() const override { return m_bytes.size(); }
    std::uint64_t storedPosition(std::uint64_t offset) const override { return offset; }
    std::optional<std::uint64_t> size() const override { return m_bytes.size(); }

private:
    Bytes m_bytes;
};

}  // namespace framescope
