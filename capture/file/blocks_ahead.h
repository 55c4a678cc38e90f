// Reads a byte source from front to back, block after block, on a thread of its own: copying the
// bytes of a file out of the system's cache, or inflating them, costs whoever goes through them no
// time where a processor has nothing else to do. Where none has, and the thread has not begun with
// the block that is wanted, whoever wants it reads it. A few blocks are read ahead, and the thread
// is woken only when most of them are used up.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>

#include "capture/file/byte_source.h"
#include "capture/file/unset_bytes.h"

namespace framescope {

class BlocksAhead {
public:
    static constexpr std::size_t kBlock = std::size_t{256} << 10;

    struct Block {
        /// Room for as many bytes, for what is still needed of the block before, and behind it
        /// those read.
        UnsetBytes bytes;
        std::size_t size = 0;        ///< of those read; less than kBlock in the last one alone
        std::optional<Error> error;  ///< why it is the last one, if reading failed
        /// Blocks in the source up to this one, modulo 2^32, once it is read.
        std::atomic<std::uint32_t> end = 0;
    };

    /// Begins to read at `offset`. The source must outlive this. Throws std::system_error where
    /// there is no thread to be had.
    BlocksAhead(ByteSource& source, std::uint64_t offset);
    /// Ends the reading, wherever it is.
    ~BlocksAhead();
    BlocksAhead(const BlocksAhead&) = delete;
    BlocksAhead& operator=(const BlocksAhead&) = delete;

    /// The next block, which it waits for; valid, and the caller's to change, until the call after
    /// the next one. Not to be called behind the last.
    Block& next();

private:
    /// Two of them are the caller's.
    static constexpr std::uint32_t kBlocks = 8;
    static constexpr std::uint32_t kMostAhead = kBlocks - 2;
    /// So few are ahead that the thread goes on.
    static constexpr std::uint32_t kFew = 2;

    void run();
    bool awaitRoom();
    bool read(std::uint32_t index);

    ByteSource& m_source;
    const std::uint64_t m_begin;
    std::array<Block, kBlocks> m_blocks;
    // Numbers of blocks, modulo 2^32.
    std::atomic<std::uint32_t> m_begun = 0;  ///< somebody reads them, or has
    std::atomic<std::uint32_t> m_taken = 0;
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
