// Reads a capture that is complete, in the order of the file, on a thread of its own, and puts its
// packets in order down to the streams of TCP, a little ahead of whoever makes rows of what comes
// out: file, headers and connections cost no time of the layers. What was found comes in pieces;
// while both run they share nothing else but the file.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/event_tape.h"
#include "capture/ingest/ingest_options.h"
#include "capture/ingest/packet_intake.h"
#include "capture/ingest/reader_findings.h"

namespace framescope {

class IntakeAhead {
public:
    /// What a run of packets has brought.
    struct Piece {
        EventTape tape;
        Statistics figures;  ///< PacketIntake::figures() behind it
        ReaderFindings findings;
        ReadStep step = ReadStep::Packet;  ///< Packet: further pieces come
        /// The order of time may be the better one (OrderWatch). Nothing more is told until goOn().
        bool otherOrder = false;
    };

    /// Begins to read. `watchTimes`: it is told, once, when the order of time should be tried.
    IntakeAhead(const std::shared_ptr<CaptureFile>& file, const DecodeLimits& limits,
                tcp::ReadBack readBack, bool watchTimes);
    /// Ends the reading, wherever it is.
    ~IntakeAhead();
    IntakeAhead(const IntakeAhead&) = delete;
    IntakeAhead& operator=(const IntakeAhead&) = delete;

    /// The next piece, valid until the next call. Not to be called behind one that is the last, or
    /// between one that asks for the other order and goOn().
    Piece& next();
    /// The order of the file stays: nobody is to watch the times any longer.
    void goOn();

    /// Behind the last piece: what the intake knows, and the reader.
    PacketIntake& intake() {
        join();
        return m_intake;
    }
    const CaptureReader& reader() {
        join();
        return m_reader;
    }

private:
    /// In the first piece, so that something shows at once; later ones have more, up to the second.
    static constexpr PacketNumber kFewPackets = 64;
    static constexpr PacketNumber kMostPackets = 1024;

    void run(bool watchTimes);
    void askForOtherOrder();
    void handOn(ReadStep step);
    bool isFarAhead() const;
    bool isNearlyTaken() const;
    bool isWorthWaking() const;
    void awaitGoOn();
    void join();

    std::shared_ptr<CaptureFile> m_file;
    CaptureReader m_reader;
    FindingsOf m_findings;
    TapeWriter m_writer;
    PacketIntake m_intake;
    std::unique_ptr<Piece> m_current;
    PacketNumber m_packets = 0;           ///< of the current piece
    PacketNumber m_enough = kFewPackets;  ///< that hand it on, however little they brought
    std::uint32_t m_unhindered = 0;       ///< pieces in a row for which there was room
    bool m_isStopped = false;             ///< m_stop was seen
    bool m_isSettled = false;             ///< m_goesOn was seen
    std::unique_ptr<Piece> m_taken;       ///< not of the thread, as those above, but of next()

    std::mutex m_mutex;
    std::condition_variable m_some;  ///< pieces are ready, and worth waking for
    std::condition_variable m_few;   ///< so few that more are wanted, or goOn() was called
    std::deque<std::unique_ptr<Piece>> m_ready;
    std::size_t m_readyBytes = 0;  ///< of their tapes
    bool m_isUrgent = false;       ///< one of them is an early one, or none follows yet
    std::vector<std::unique_ptr<Piece>> m_spare;  ///< given back, for their memory
    bool m_goesOn = false;
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
