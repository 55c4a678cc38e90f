// Reads a capture that is complete on a thread of its own, a few blocks of packets ahead of whoever
// takes them: file, record headers and the packets' headers down to TCP cost no time of the ingest.
// A block owns the bytes of its packets and says what the reader had found by its end, so that
// nothing of the reader is shared while both run.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "capture/file/capture_reader.h"
#include "dissector/packet/packet.h"

namespace framescope {

/// What a reader has found beside packets since it was asked last.
struct ReaderFindings {
    CaptureLayout layout;
    std::vector<std::string> notices;
    std::uint64_t leftOutPackets = 0;
    std::uint64_t bytesRead = 0;
    std::uint64_t bytesTotal = 0;

    /// Asks the reader; `noticesTaken` counts those that were taken before.
    void takeFrom(CaptureReader& reader, std::size_t& noticesTaken);
    /// Adds what was found later.
    void append(const ReaderFindings& later);
};

/// Packets that lie one behind the other in a capture.
struct PacketBlock {
    struct Entry {
        CapturedPacket packet;  ///< its views are into the block
        DecodedPacket decoded;
    };

    std::vector<Entry> entries;
    ReaderFindings findings;           ///< since the block before
    ReadStep step = ReadStep::Packet;  ///< Packet: further blocks come

    Bytes bytes;
    std::vector<ByteView> comments;
};

class PacketsAhead {
public:
    /// Begins to read. `reader` must outlive it, and is not to be used before it is gone or has
    /// given its last block; the capture must not grow any more.
    explicit PacketsAhead(CaptureReader& reader);
    /// Ends the reading, wherever it is.
    ~PacketsAhead();
    PacketsAhead(const PacketsAhead&) = delete;
    PacketsAhead& operator=(const PacketsAhead&) = delete;

    /// The next block, valid until the next call. Not to be called behind the last one.
    const PacketBlock& next();
    /// Behind the last block: waits for the thread to end, so that the reader may be used again.
    void join();

private:
    void run();
    /// Fills a block; what was read and had no room in it any more waits in `m_waiting`.
    void fill(PacketBlock& block);
    bool add(PacketBlock& block);
    void close(PacketBlock& block, ReadStep step);

    CaptureReader& m_reader;
    std::size_t m_noticesTaken = 0;
    CapturedPacket m_waiting;  ///< read, and in no block yet
    bool m_isWaiting = false;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<PacketBlock> m_ready;
    std::vector<PacketBlock> m_spare;  ///< given back, for their memory
    PacketBlock m_taken;
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
