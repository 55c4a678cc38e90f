#include "capture/ingest/packets_ahead.h"

#include <algorithm>
#include <utility>

namespace framescope {
namespace {

/// Bytes of packets in a block; one that is larger has a block of its own. Small enough that a few
/// blocks stay in the processor's caches between the two threads.
constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
constexpr std::size_t kBlockPackets = 512;
/// Memory that stays for the next block.
constexpr std::size_t kKept = 4 * kBlockBytes;
/// Blocks that wait at the most.
constexpr std::size_t kAhead = 4;

}  // namespace

void ReaderFindings::takeFrom(CaptureReader& reader, std::size_t& noticesTaken) {
    layout = reader.takeNewLayout();
    for (; noticesTaken < reader.notices().size(); ++noticesTaken) {
        notices.push_back(reader.notices()[noticesTaken].sentence);
    }
    leftOutPackets = reader.counts().skippedPackets;
    bytesRead = reader.bytesRead();
    bytesTotal = reader.bytesTotal();
}

void ReaderFindings::append(const ReaderFindings& later) {
    if (!later.layout.empty()) layout.append(later.layout);
    notices.insert(notices.end(), later.notices.begin(), later.notices.end());
    leftOutPackets = later.leftOutPackets;
    bytesRead = later.bytesRead;
    bytesTotal = later.bytesTotal;
}

PacketsAhead::PacketsAhead(CaptureReader& reader) : m_reader(reader) {
    m_thread = std::thread([this] { run(); });
}

PacketsAhead::~PacketsAhead() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    join();
}

void PacketsAhead::join() {
    if (m_thread.joinable()) m_thread.join();
}

const PacketBlock& PacketsAhead::next() {
    std::unique_lock lock(m_mutex);
    const std::size_t room = m_taken.bytes.capacity();
    if (room != 0 && room <= kKept) m_spare.push_back(std::move(m_taken));
    m_changed.wait(lock, [this] { return !m_ready.empty(); });
    m_taken = std::move(m_ready.front());
    m_ready.pop_front();
    lock.unlock();
    m_changed.notify_all();
    return m_taken;
}

void PacketsAhead::run() {
    ReadStep step = ReadStep::Packet;
    while (step == ReadStep::Packet) {
        PacketBlock block;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_ready.size() < kAhead || m_stop; });
            if (m_stop) return;
            if (!m_spare.empty()) {
                block = std::move(m_spare.back());
                m_spare.pop_back();
            }
        }
        fill(block);
        step = block.step;
        {
            const std::lock_guard lock(m_mutex);
            m_ready.push_back(std::move(block));
        }
        m_changed.notify_all();
    }
}

void PacketsAhead::fill(PacketBlock& block) {
    block.entries.clear();
    block.bytes.clear();
    block.comments.clear();
    block.bytes.reserve(kBlockBytes);
    block.entries.reserve(kBlockPackets);
    block.comments.reserve(maxPacketComments);
    for (;;) {
        if (!m_isWaiting) {
            const ReadStep step = m_reader.next(m_waiting);
            if (step != ReadStep::Packet) return close(block, step);
            m_isWaiting = true;
        }
        if (!add(block)) return close(block, ReadStep::Packet);
        m_isWaiting = false;
    }
}

/// False where the block has no room for the packet. The views into a block would not survive that
/// its memory grows.
bool PacketsAhead::add(PacketBlock& block) {
    std::size_t size = m_waiting.data.size();
    for (const ByteView comment : m_waiting.comments) size += comment.size();
    if (block.entries.empty()) {
        block.bytes.reserve(size);
    } else if (block.bytes.capacity() - block.bytes.size() < size ||
               block.entries.size() == kBlockPackets ||
               block.comments.capacity() - block.comments.size() < m_waiting.comments.size()) {
        return false;
    }
    const auto keep = [&block](ByteView bytes) {
        const std::size_t at = block.bytes.size();
        block.bytes.insert(block.bytes.end(), bytes.begin(), bytes.end());
        return ByteView(block.bytes).subspan(at);
    };
    PacketBlock::Entry& entry = block.entries.emplace_back();
    entry.packet = m_waiting;
    entry.packet.data = keep(m_waiting.data);
    const std::size_t firstComment = block.comments.size();
    for (const ByteView comment : m_waiting.comments) block.comments.push_back(keep(comment));
    entry.packet.comments = std::span(block.comments).subspan(firstComment);
    entry.decoded =
        decodePacket(entry.packet.linkType, entry.packet.data, entry.packet.originalLength);
    return true;
}

void PacketsAhead::close(PacketBlock& block, ReadStep step) {
    block.findings = {};
    block.findings.takeFrom(m_reader, m_noticesTaken);
    block.step = step;
}

}  // namespace framescope
