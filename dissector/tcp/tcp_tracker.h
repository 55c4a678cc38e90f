// From TCP packets to connections: finds the connection a packet belongs to, tells which side is
// the client, and lets the two assemblers put its streams in order. What happens is told to an
// observer. Connections are numbered in order of their first packet, as tcp.stream is.
//
// A capture may be out of order: packets of several queues overtake each other by dozens. So a
// connection waits kPatience packets of the capture for a SYN before it counts as joined, for what
// one side acknowledged of the other, and for data behind an RST; a queue of deadlines ends the
// waiting also of connections of which nothing more is captured. What ended keeps a few numbers, by
// which late packets are recognised, and those of the oldest are forgotten.
//
// A connection is its addresses and ports. Where numbers contradict that, the VLANs and tunnels
// that carry packets, and connections that have ended, are looked at; see tcp_tracker_finding.cpp.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dissector/packet/packet.h"
#include "dissector/tcp/handed_on.h"
#include "dissector/tcp/stream_assembler.h"
#include "dissector/tcp/tcp_observer.h"
#include "dissector/tcp/told_beside.h"

namespace framescope::tcp {

/// Who sent these first bytes of a connection whose opening was not captured, if they tell.
using RoleGuess = std::optional<Direction> (*)(ByteView firstPayload);

/// What may be held ahead of holes; whoever exceeds it gives up its first hole. And how many
/// conflicts are told of one connection.
struct TrackerLimits {
    std::uint64_t heldBytes = 16U << 20;     ///< of one direction
    std::uint64_t heldSegments = 32768;      ///< likewise
    std::uint64_t heldInTotal = 256U << 20;  ///< memory of all directions
    std::uint64_t conflicts = 100;
};

class TcpTracker {
public:
    /// Packets of a connection in perfect order after which no SYN of it is waited for, as long as
    /// the whole capture was in order; so many where both sides have sent their FIN.
    static constexpr std::uint32_t kOrderly = 12;
    static constexpr std::uint32_t kOrderlyToFin = 10;
    /// Connections that have ended and are still recognised.
    static constexpr std::size_t kMaxEnded = 1U << 15;
    /// SYN-ACKs with different numbers that are remembered until one is acknowledged.
    static constexpr std::size_t kMaxOffered = 8;
    /// Each packet that was cut short and of which no whole copy came makes the waiting for the
    /// next one four times shorter; behind so many in a row there is none, until a copy is seen.
    static constexpr std::uint8_t kMaxCutsInVain = 4;
    /// Connections of the same ends at the same time, in several networks; ended ones among them.
    static constexpr std::size_t kMaxAlike = 64;
    static constexpr std::size_t kMaxEndedAlike = 4;

    /// Packets with data, and bytes of them, that are held behind the RST of a connection.
    static constexpr std::size_t kMostBehindReset = 64;
    static constexpr std::size_t kMostBytesBehindReset = 1U << 18;
    /// Packets, and bytes of them, that are held because they lie far from their connection.
    static constexpr std::size_t kMostElsewhere = 64;
    static constexpr std::size_t kMostBytesElsewhere = 1U << 18;

    TcpTracker(TcpObserver& observer, RoleGuess guessRole, const TrackerLimits& limits = {});
    ~TcpTracker();

    /// Gives the bytes of the capture again, to compare what comes twice. Without it nothing that
    /// was handed on is compared.
    void setReadBack(ReadBack readBack) { m_handedOn.setReadBack(std::move(readBack)); }
    /// Where the 8 MiB lie that remember what was handed on.
    void setMemorySource(MemorySource source) { m_handedOn.setMemorySource(source); }

    /// Conflicts beyond those that are told of their connections.
    std::uint64_t conflictsNotTold() const { return m_conflictsNotTold; }
    std::uint64_t bytesNotCompared() const { return m_handedOn.bytesNotCompared(); }
    /// Bytes that came for holes that were remembered no longer, and were told nobody.
    std::uint64_t bytesPastMemory() const { return m_bytesPastMemory; }

    /// A packet whose kind is Tcp. `packet` are its captured bytes; `origin.fileOffset` is where
    /// they begin in the capture.
    void packet(const DecodedPacket& decoded, ByteView packet, const Origin& origin);
    /// Nothing more comes at the moment: what only waits for the capture to get in order is told.
    void idle();
    /// Somebody waits for bytes that may still come, or may turn out to be missing. True for up to
    /// StreamAssembler::kPatience packets longer than that.
    bool isWaiting() const { return !m_deadlines.empty(); }
    /// The capture ended: flushes and ends every connection that is still open.
    void finish();

private:
    struct Key {
        Endpoint low;
        Endpoint high;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    struct Connection;
    struct Live;
    class Sink;
    /// When somebody waits no longer. The connection's place may have been given to another one.
    struct Deadline {
        PacketNumber at = 0;
        ConnectionId id = 0;
        Connection* connection = nullptr;
        bool operator>(const Deadline& other) const { return at > other.at; }
    };

    // Finding a connection
    static Key keyOf(const Endpoint& a, const Endpoint& b);
    bool opensAnother(const Connection& connection, const DecodedPacket& decoded, ByteView packet,
                      const Origin& origin) const;
    static bool answersAgain(const Connection& connection, const DecodedPacket& decoded);
    static bool answersLate(const Connection& connection, const DecodedPacket& decoded);
    static bool continues(const Connection& connection, const DecodedPacket& decoded);
    static bool isBehindEnd(const Connection& connection, const DecodedPacket& decoded);
    static bool isFarFrom(const Connection& connection, const DecodedPacket& decoded);
    static bool fits(const Connection& connection, const DecodedPacket& decoded);
    static std::uint64_t distanceTo(const Connection& connection, const DecodedPacket& decoded,
                                    std::int64_t unknown);
    static bool answersSyn(const Connection& connection, const DecodedPacket& decoded);
    static bool isPlainly(const Connection& connection, const DecodedPacket& decoded);
    Connection& choose(Connection& newest, const DecodedPacket& decoded, const Origin& origin);
    Connection& chooseForSyn(Connection& newest, const DecodedPacket& decoded, ByteView packet,
                             const Origin& origin);
    void keepFewAlike(const Key& key);
    static bool isRepeatedMuchLater(const Connection& connection, const Origin& origin);
    static bool isBetween(const Connection& connection, const DecodedPacket& decoded);
    Connection& find(const DecodedPacket& decoded, ByteView packet, const Origin& origin);
    Connection& lookUp(const DecodedPacket& decoded, ByteView packet, const Origin& origin);
    Connection& make(const Key& key, const DecodedPacket& decoded, const Origin& origin);
    void forget(Connection& connection);

    // A SYN that may not be taken
    static bool mayObject(const Connection& connection, const DecodedPacket& decoded);
    static bool isOfRival(const Connection& connection, const DecodedPacket& decoded);
    Connection* chooseBetween(Connection& newest, const DecodedPacket& decoded);
    bool holdSyn(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                 const Origin& origin);
    void takeSyn(Connection& connection);
    void endOlder(Connection& connection);
    static void noteGoingOn(Connection& newest, const Connection& older,
                            const DecodedPacket& decoded);
    void overtake(Connection& connection, const Endpoint& by);
    bool isOvertaken(const Connection& connection) const;
    void endReused(Connection& connection, const Endpoint& by);

    // Packets far from where their connection is
    static bool isOutOfPlace(const Connection& connection, const DecodedPacket& decoded);
    static void noteFirst(Connection& connection, ByteView bytes);
    bool isElsewhere(const Connection& connection, const DecodedPacket& decoded,
                     const Origin& origin, bool& implausible) const;
    bool holdElsewhere(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                       const Origin& origin);
    bool opensConversation(const Connection& connection, ByteView payload) const;
    std::vector<bool> agreeing(const Connection& connection) const;
    void beginElsewhere(Connection& connection, const std::vector<bool>& agreed);
    void tellElsewhere(Connection& connection, bool ending);

    // Its beginning
    void openFor(Connection& connection, const DecodedPacket& decoded, ByteView payload,
                 const Origin& origin);
    void open(Connection& connection, bool aIsClient, bool synSeen, const Origin& origin);
    bool inferClient(const Connection& connection) const;
    void tellStarts(Connection& connection);
    void settle(Connection& connection);
    void settleIfOrderly(Connection& connection, Direction direction, const Header& tcp);

    // Its packets
    void receive(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                 const Origin& origin);
    bool takePlain(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                   const Origin& origin);
    void take(Connection& connection, const DecodedPacket& decoded, ByteView packet,
              const Origin& origin);
    void addSegment(Connection& connection, Direction direction, const DecodedPacket& decoded,
                    ByteView payload, const Origin& origin);
    void acknowledge(Connection& connection, Direction direction, const DecodedPacket& decoded,
                     ByteView packet);
    void takeOffered(Connection& connection, Direction direction, std::uint32_t acknowledged);
    void noteUrgent(Connection& connection, Direction direction, const Header& tcp);
    void tellUrgent(Connection& connection, Direction direction, std::uint32_t sequence);
    void tellUnplaced(Connection& connection, Direction direction, std::int64_t place,
                      ByteView bytes, const Origin& origin);
    void noteSyn(Connection& connection, Direction direction, const DecodedPacket& decoded,
                 ByteView packet);
    void pump(Connection& connection);
    void giveUpHoles(Connection& connection);
    void keepLimits(Connection& connection);
    void relieve(Connection& connection, Direction direction, LimitMet limitMet);
    void account(Connection& connection);
    void schedule(Connection& connection);
    void expire();
    void giveUpWaiting(Connection& connection);
    void flush(Connection& connection);

    // An RST
    bool isComplete(const Connection& connection, Direction direction, const Header& tcp) const;
    void reset(Connection& connection, Direction direction, const DecodedPacket& decoded,
               ByteView packet, const Origin& origin);
    static bool isAcceptableReset(const Connection& connection, Direction direction,
                                  const Header& tcp);
    void packetOfNonsense(const DecodedPacket& decoded, ByteView packet, const Origin& origin);
    void handOn(const DecodedPacket& decoded, ByteView packet, const Origin& origin);

    // A FIN, and whether it is one
    static void noteFin(Live& live, Direction direction, bool again, const Origin& origin);
    void takeFin(Connection& connection, Direction direction, std::uint32_t sequence,
                 const Origin& origin);
    void tellSureFins(Connection& connection);
    void tellUnansweredFins(Connection& connection, bool waits);
    void endIfFinished(Connection& connection, const Origin& at, bool waits = true);
    bool holdBehindFin(Connection& connection, Direction direction, const DecodedPacket& decoded,
                       ByteView packet, const Origin& origin);
    static bool goesOverFin(const StreamAssembler& stream, const DecodedPacket& decoded);
    static void forgetFin(Live& live, Direction direction);
    static bool isFinOverruled(const Connection& connection, Direction direction);
    void overruleFinsAtEnd(Connection& connection);
    void overruleFin(Connection& connection, Direction direction);
    void settleBehindFin(Connection& connection);

    // Its end, and what comes behind it
    void endDirection(Connection& connection, Direction direction, EndReason reason);
    void end(Connection& connection, Direction by, EndReason reason, const Origin& at);
    void endByReset(Connection& connection);
    void endUnfinished(Connection& connection, Direction by, EndReason reason);
    void afterEnd(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                  const Origin& origin);
    bool holdBehindReset(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                         const Origin& origin);
    void watchReset(Connection& connection, Direction direction, const DecodedPacket& decoded);
    static bool acknowledgesBehindReset(const Connection& connection, const DecodedPacket& decoded);
    void hold(Connection& connection, const DecodedPacket& decoded, ByteView packet,
              const Origin& origin);
    static bool hasRoomBehind(const Connection& connection, ByteView packet);
    void goOn(Connection& connection);
    void takeOrAdd(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                   const Origin& origin);
    void tellBehindReset(Connection& connection);
    void add(Connection& connection, const DecodedPacket& decoded, ByteView packet,
             const Origin& origin);
    void retire(Connection& connection);
    void revive(Connection& connection);
    void finish(Connection& connection);

    TcpObserver& m_observer;
    RoleGuess m_guessRole;
    const TrackerLimits m_limits;
    HandedOn m_handedOn;
    ToldBeside m_toldBeside;
    std::unordered_map<Key, Connection*, KeyHash> m_current;  ///< the newest one
    /// Connections whose packets came last, by a hash of their ends: spares looking them up. Places
    /// are never freed, so one that was given to another connection is recognised by its ends.
    std::array<Connection*, 256> m_recent{};
    std::vector<std::unique_ptr<Connection>> m_places;  ///< those that are free stand in m_free
    std::vector<Connection*> m_free;
    std::deque<Deadline> m_ended;       ///< in the order in which they ended; `at` is not used
    std::vector<Deadline> m_deadlines;  ///< a heap, the first one on top
    PacketNumber m_firstDeadline;
    PacketNumber m_now = 0;
    ConnectionId m_nextId = 0;
    bool m_outOfOrder = false;  ///< the capture has shown that its packets overtake each other
    std::uint8_t m_cutsInVain = 0;
    std::uint64_t m_bytesPastMemory = 0;
    std::uint64_t m_conflictsNotTold = 0;
    std::size_t m_held = 0;  ///< cost of what all streams hold
};

}  // namespace framescope::tcp
