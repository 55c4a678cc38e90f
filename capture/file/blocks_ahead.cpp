#include "capture/file/blocks_ahead.h"

#include <span>
#include <utility>

namespace framescope {
namespace {

/// Blocks that wait at the most, and so few that reading goes on: to wake a thread takes as long as
/// reading a block, so it is not done for every one.
constexpr std::size_t kAhead = 6;
constexpr std::size_t kFew = 2;

}  // namespace

BlocksAhead::BlocksAhead(ByteSource& source, std::uint64_t offset, std::size_t blockSize)
    : m_source(source), m_blockSize(blockSize), m_readAt(offset), m_position(offset) {
    m_thread = std::thread([this] { run(); });
}

BlocksAhead::~BlocksAhead() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_few.notify_one();
    m_thread.join();
}

BlocksAhead::Block BlocksAhead::take(UnsetBytes used) {
    std::unique_lock lock(m_mutex);
    if (used.size() == kRoomBefore + m_blockSize) m_spare.push_back(std::move(used));
    m_some.wait(lock, [this] { return !m_ready.empty(); });
    Block block = std::move(m_ready.front());
    m_ready.pop_front();
    const bool few = m_ready.size() == kFew;
    lock.unlock();
    if (few) m_few.notify_one();
    m_position += block.size;
    return block;
}

void BlocksAhead::run() {
    for (bool more = true; more;) {
        Block block;
        {
            std::unique_lock lock(m_mutex);
            if (m_ready.size() >= kAhead) {
                m_few.wait(lock, [this] { return m_ready.size() <= kFew || m_stop; });
            }
            if (m_stop) return;
            if (!m_spare.empty()) {
                block.buffer = std::move(m_spare.back());
                m_spare.pop_back();
            }
        }
        block.buffer.resize(kRoomBefore + m_blockSize);
        const auto n = m_source.readOn(m_readAt, std::span(block.buffer).subspan(kRoomBefore));
        if (n) {
            block.size = *n;
            m_readAt += *n;
        } else {
            block.error = n.error().sentence;
        }
        more = block.size != 0;
        {
            const std::lock_guard lock(m_mutex);
            m_ready.push_back(std::move(block));
        }
        m_some.notify_one();
    }
}

}  // namespace framescope
