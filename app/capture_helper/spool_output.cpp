// The batch is reserved with room for the largest packet behind a full one, so that it never grows.
#include "app/capture_helper/spool_output.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace framescope::helper {
namespace {

constexpr std::uint32_t kPacketBlock = 6;
constexpr std::size_t kCapturedLengthAt = 20;

std::uint32_t wordAt(const Bytes& bytes, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
}

}  // namespace

SpoolOutput::SpoolOutput() {
    constexpr std::size_t kLargestPacketBlock = (256 << 10) + 64;
    m_batch.reserve(kBatchBytes + kLargestPacketBlock);
}

void SpoolOutput::addHeader(const pcapng::NewInterface& interface) {
    pcapng::writeSectionHeader(m_batch, "framescope-capture " FRAMESCOPE_VERSION);
    pcapng::writeInterface(m_batch, interface);
}

std::optional<int> SpoolOutput::flush() {
    std::size_t done = 0;
    // The file ends at a block now and must not go on behind a hole.
    if (m_error == 0) m_error = writeBatch(done);
    if (m_error != 0) {
        keepWholeBlocks(done);
    } else {
        m_written += m_batch.size();
        m_packets += m_batchPackets;
        m_bytes += m_batchBytes;
    }
    m_batch.clear();
    m_batchPackets = 0;
    m_batchBytes = 0;
    return m_error == 0 ? std::nullopt : std::optional(m_error);
}

int SpoolOutput::writeBatch(std::size_t& done) {
    while (done < m_batch.size()) {
        const ssize_t n = ::write(m_file.get(), m_batch.data() + done, m_batch.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        done += static_cast<std::size_t>(n);
    }
    return 0;
}

void SpoolOutput::keepWholeBlocks(std::size_t done) {
    std::size_t whole = 0;
    std::uint64_t packets = 0;
    while (whole < m_batch.size()) {
        const std::size_t end = whole + wordAt(m_batch, whole + 4);
        if (end > done) break;
        if (wordAt(m_batch, whole) == kPacketBlock) {
            ++packets;
            m_bytes += wordAt(m_batch, whole + kCapturedLengthAt);
        }
        whole = end;
    }
    m_written += whole;
    m_packets += packets;
    m_lostPackets += m_batchPackets - packets;
    if (whole == done) return;
    // What the parent shows goes by the counters; this is for those who open the file later. It can
    // fail where there is nothing to be cut, as with a pipe.
    const int cut = ::ftruncate(m_file.get(), static_cast<off_t>(m_written));
    static_cast<void>(cut);
}

}  // namespace framescope::helper
