// The thread that writes turns notes into packets and packets into blocks, and gives them to the
// file in pieces of about a megabyte, each ending with a whole block. Notes of connections that it
// does not know (any more) are dropped: such a connection has ended, or its other end notes it.
#include "capture/transcript/transcript.h"

#include <atomic>
#include <future>
#include <map>
#include <random>
#include <unordered_map>
#include <utility>

#include "capture/live/capture_thread.h"
#include "capture/live/stream_recorder.h"
#include "capture/live/wall_clock.h"
#include "capture/spool/pcapng_writer.h"
#include "capture/transcript/note_queue.h"
#include "capture/transcript/tcp_packets.h"
#include "dissector/link/link_layer.h"

namespace framescope::transcript {
namespace {

/// Blocks are brought to the file when they are about so many bytes.
constexpr std::size_t kWriteAt = 1U << 20;
constexpr std::string_view kDecryptedComment =
    "What passes on this connection went through TLS; its clear bytes are noted here in its place.";

live::Ending failure(std::string sentence) {
    return {live::Ending::Cause::Failed, std::move(sentence), {}};
}

/// What the writing thread shares with those who note and those who wait.
struct Shared {
    NoteQueue queue;
    std::atomic<std::uint64_t> packets{0};  ///< that stand in the file
    std::promise<void> begun;               ///< the file is there, or cannot be made
};

class Writer {
public:
    Writer(live::CaptureControl& control, Shared& shared, const std::string& name,
           const live::Destination& destination)
        : m_control(control),
          m_shared(shared),
          m_name(name),
          m_recorder(control, destination, {name, {}, live::wallClockNs()}, "The transcript") {}

    live::Ending run() {
        pcapng::writeSectionHeader(m_blocks, "Framescope " FRAMESCOPE_VERSION);
        pcapng::writeInterface(m_blocks, {.linkType = kLinkRaw, .name = m_name});
        auto error = bringToFile();
        m_shared.begun.set_value();
        Notes notes;
        while (!error && m_shared.queue.take(notes)) {
            error = write(notes);
            if (!error) m_shared.queue.written();
        }
        m_shared.queue.abandon();
        return error ? failure(error->sentence) : live::Ending{};
    }

private:
    std::optional<Error> write(const Notes& notes) {
        ByteView bytes = notes.bytes;
        for (const Note& note : notes.notes) {
            write(note, bytes.first(note.length));
            bytes = bytes.subspan(note.length);
            if (m_blocks.size() < kWriteAt) continue;
            if (auto error = bringToFile()) return error;
        }
        return bringToFile();
    }

    using Ends = std::pair<Endpoint, Endpoint>;
    struct Known {
        TcpPackets packets;
        Ends ends;
    };
    using Connections = std::unordered_map<Transcript::Connection, Known>;

    void forget(Connections::iterator connection) {
        m_byEnds.erase(connection->second.ends);
        m_connections.erase(connection);
    }

    void write(const Note& note, ByteView bytes) {
        std::string_view comment = note.decrypted ? kDecryptedComment : std::string_view();
        const TcpPackets::Sink sink = [&](ByteView packet) {
            pcapng::writePacket(m_blocks,
                                {.timeNs = note.timeNs,
                                 .originalLength = static_cast<std::uint32_t>(packet.size()),
                                 .data = packet,
                                 .comment = std::exchange(comment, {})});
            ++m_packets;
            m_packetBytes += packet.size();
        };
        if (note.kind == Note::Kind::Open) return open(note, sink);
        const auto found = m_connections.find(note.connection);
        if (found == m_connections.end()) return;
        TcpPackets& packets = found->second.packets;
        switch (note.kind) {
            case Note::Kind::Fin:
                packets.finish(note.direction, sink);
                break;
            case Note::Kind::Reset:
                packets.reset(note.direction, sink);
                break;
            case Note::Kind::Closed:
                return forget(found);
            default:
                packets.data(note.direction, bytes, sink);
        }
        if (packets.over()) forget(found);
    }

    /// Where both ends of a connection are ours, both note it; whoever came second is not heard.
    void open(const Note& note, const TcpPackets::Sink& sink) {
        const Ends ends{note.client, note.server};
        if (const auto known = m_byEnds.find(ends); known != m_byEnds.end()) {
            const auto before = m_connections.find(known->second);
            if (!before->second.packets.ending()) return;
            forget(before);
        }
        const std::array first{static_cast<std::uint32_t>(m_random()),
                               static_cast<std::uint32_t>(m_random())};
        const auto [at, isNew] = m_connections.try_emplace(
            note.connection, Known{TcpPackets(note.client, note.server, first, m_packet), ends});
        if (!isNew) return;
        m_byEnds.emplace(ends, note.connection);
        at->second.packets.open(sink);
    }

    std::optional<Error> bringToFile() {
        if (auto error = m_recorder.take(m_blocks)) return error;
        m_blocks.clear();
        m_shared.packets = m_packets;
        m_control.change([&](live::Status& status) {
            status.figures.countsPackets = true;
            status.figures.packets = m_packets;
            status.figures.bytes = m_packetBytes;
        });
        return std::nullopt;
    }

    live::CaptureControl& m_control;
    Shared& m_shared;
    std::string m_name;
    live::StreamRecorder m_recorder;
    Bytes m_blocks;
    Bytes m_packet;  ///< the one that is being made
    Connections m_connections;
    std::map<Ends, Transcript::Connection> m_byEnds;
    std::mt19937 m_random{std::random_device{}()};
    std::uint64_t m_packets = 0;
    std::uint64_t m_packetBytes = 0;
};

class WrittenTranscript final : public Transcript {
public:
    WrittenTranscript(const std::string& name, const live::Destination& destination,
                      live::Wake wake)
        : m_thread(name, std::move(wake),
                   [shared = m_shared, name, destination](live::CaptureControl& control) {
                       return Writer(control, *shared, name, destination).run();
                   }) {
        m_shared->begun.get_future().wait();
    }

    ~WrittenTranscript() override { m_shared->queue.close(); }

    Connection open(const Endpoint& client, const Endpoint& server, bool decrypted) override {
        const Connection connection = ++m_connections;
        m_shared->queue.append({.kind = Note::Kind::Open,
                                .decrypted = decrypted,
                                .connection = connection,
                                .client = client,
                                .server = server},
                               {});
        return connection;
    }
    void passed(Connection connection, Direction direction, ByteView bytes) override {
        if (bytes.empty()) return;
        m_shared->queue.append(
            {.kind = Note::Kind::Passed, .direction = direction, .connection = connection}, bytes);
    }
    void ended(Connection connection, Direction by, Ended how) override {
        m_shared->queue.append({.kind = how == Ended::Fin ? Note::Kind::Fin : Note::Kind::Reset,
                                .direction = by,
                                .connection = connection},
                               {});
    }
    void closed(Connection connection) override {
        m_shared->queue.append({.kind = Note::Kind::Closed, .connection = connection}, {});
    }
    std::uint64_t packets() const override { return m_shared->packets; }
    void flush() override { m_shared->queue.flush(); }

    live::Status status() const override { return m_thread.status(); }
    void stop() override {
        m_thread.stop();
        m_shared->queue.close();
    }
    std::string sourceName() const override { return m_thread.sourceName(); }
    std::shared_ptr<GrowingBytes> bytes() const override { return m_thread.bytes(); }
    std::shared_ptr<live::Spool> spool() const override { return m_thread.spool(); }

private:
    std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
    std::atomic<Connection> m_connections{0};
    live::CaptureThread m_thread;
};

}  // namespace

std::shared_ptr<Transcript> begin(const std::string& name, const live::Destination& destination,
                                  live::Wake wake) {
    return std::make_shared<WrittenTranscript>(name, destination, std::move(wake));
}

}  // namespace framescope::transcript
