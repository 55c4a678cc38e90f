// Brings packets to the file that is written to: collected in memory, written in one piece. The
// file always ends with a whole block, also when its disk is full.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/file/file_descriptor.h"
#include "capture/spool/pcapng_writer.h"
#include "dissector/core/bytes.h"

namespace framescope::helper {

class SpoolOutput {
public:
    SpoolOutput();

    /// Lets go of the file before and begins this one, which is empty.
    void begin(FileDescriptor file) {
        m_file = std::move(file);
        m_before += m_written;
        m_written = 0;
    }
    bool hasFile() const { return static_cast<bool>(m_file); }

    /// A section of its own, for a file that can be read alone.
    void addHeader(const pcapng::NewInterface& interface);
    void addPacket(const pcapng::NewPacket& packet) {
        pcapng::writePacket(m_batch, packet);
        ++m_batchPackets;
        m_batchBytes += packet.data.size();
    }
    void addStatistics(const pcapng::NewStatistics& statistics) {
        pcapng::writeStatistics(m_batch, statistics);
    }

    /// True when what is collected should be written before more comes.
    bool isFull() const { return m_batch.size() >= kBatchBytes; }
    /// Writes what is collected. An errno when that failed: the file was cut back to its last whole
    /// block, what is collected is lost, and nothing will be written any more.
    std::optional<int> flush();

    /// Bytes in the current file, and with what is collected.
    std::uint64_t written() const { return m_written; }
    std::uint64_t size() const { return m_written + m_batch.size(); }
    /// The same of all files.
    std::uint64_t totalSize() const { return m_before + size(); }
    /// Packets in all files, their bytes as captured, and packets that could not be written.
    std::uint64_t packets() const { return m_packets; }
    std::uint64_t bytes() const { return m_bytes; }
    std::uint64_t lostPackets() const { return m_lostPackets; }

private:
    static constexpr std::size_t kBatchBytes = 1 << 20;

    int writeBatch(std::size_t& done);
    void keepWholeBlocks(std::size_t done);

    FileDescriptor m_file;
    Bytes m_batch;
    std::uint64_t m_batchPackets = 0;
    std::uint64_t m_batchBytes = 0;
    int m_error = 0;
    std::uint64_t m_written = 0;
    std::uint64_t m_before = 0;  // in the files before
    std::uint64_t m_packets = 0;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_lostPackets = 0;
};

}  // namespace framescope::helper
