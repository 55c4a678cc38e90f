// Packets read again one by one cost several calls of the system each. Who does that for many rows
// in order says so for its thread: what CaptureFile gives there then comes out of a window, of
// which one read brings many packets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "capture/file/file_window.h"

namespace framescope {

class ReadAhead {
public:
    /// While it lives, this thread's reading of a file goes through `ahead`. They may nest.
    class Use {
    public:
        explicit Use(ReadAhead& ahead);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        ReadAhead* m_before;
    };

    /// The one in use on this thread; null if there is none.
    static ReadAhead* here();

    /// The bytes at `offset`, valid until the next call; empty where they are to be read by
    /// themselves. It serves the file of its first call alone.
    ByteView view(const CaptureFile& file, std::uint64_t offset, std::size_t length);

private:
    const CaptureFile* m_file = nullptr;
    FileWindow m_window;
};

}  // namespace framescope
