// Reads a byte source from front to back on a thread of its own, a few blocks ahead of whoever
// takes them: half of what it costs to go through a large file is copying it out of the system.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "capture/file/byte_source.h"
#include "capture/file/unset_bytes.h"

namespace framescope {

class BlocksAhead {
public:
    /// In front of the bytes of a block there is room for what is left of the one before.
    static constexpr std::size_t kRoomBefore = std::size_t{64} << 10;

    struct Block {
        UnsetBytes buffer;     ///< its bytes begin at kRoomBefore
        std::size_t size = 0;  ///< 0: the end, or what `error` says
        std::string error;     ///< the sentence of a read that failed
    };

    /// Begins to read at `offset`, `blockSize` bytes at a time. The source must outlive this, and
    /// nobody else may read on in it meanwhile.
    BlocksAhead(ByteSource& source, std::uint64_t offset, std::size_t blockSize);
    /// Ends the reading, wherever it is.
    ~BlocksAhead();
    BlocksAhead(const BlocksAhead&) = delete;
    BlocksAhead& operator=(const BlocksAhead&) = delete;

    /// The next block; not to be called behind one without bytes. `used` is a block's buffer that
    /// is needed no longer, for its memory, or an empty one.
    Block take(UnsetBytes used);
    /// Where the next block begins.
    std::uint64_t position() const { return m_position; }

private:
    void run();

    ByteSource& m_source;
    const std::size_t m_blockSize;
    std::uint64_t m_readAt;    ///< of the thread
    std::uint64_t m_position;  ///< of the one who takes
    std::mutex m_mutex;
    std::condition_variable m_some;
    std::condition_variable m_few;
    std::deque<Block> m_ready;
    std::vector<UnsetBytes> m_spare;
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
