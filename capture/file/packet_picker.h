// Reads packets of a capture file at places that are known, as CaptureReader gives them, in any
// order.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/file/capture_layout.h"
#include "capture/file/capture_reader.h"
#include "capture/file/file_window.h"
#include "dissector/core/bytes.h"

namespace framescope {

class PacketPicker {
public:
    /// `layout` is all that a reader has found in the file, and must outlive this.
    PacketPicker(std::shared_ptr<CaptureFile> file, const CaptureLayout& layout)
        : m_file(std::move(file)), m_layout(layout) {}

    /// The packet at `recordOffset`, without its number; of snoop without the packets that were
    /// dropped before it. Its bytes are valid until the next call. An Error when the file no longer
    /// has it there.
    std::optional<Error> pick(std::uint64_t recordOffset, CapturedPacket& packet);

private:
    bool pickPcap(std::uint64_t offset, CapturedPacket& packet);
    bool pickSnoop(std::uint64_t offset, CapturedPacket& packet);
    bool pickPcapng(std::uint64_t offset, CapturedPacket& packet);
    ByteView bytesAt(std::uint64_t offset, std::size_t length);

    std::shared_ptr<CaptureFile> m_file;
    const CaptureLayout& m_layout;
    FileWindow m_window;
    Bytes m_large;  ///< what does not fit the window
    std::vector<ByteView> m_comments;
};

}  // namespace framescope
