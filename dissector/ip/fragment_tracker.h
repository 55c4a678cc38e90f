// Fragments of IP datagrams put together again (RFC 791 section 3.2, RFC 8200 section 4.5), in
// whatever order they come, doubled or overlapping. Of bytes that arrive twice the first ones
// count. What comes out says of every byte in which packet it was captured and where in the file.
//
// Fragments are told apart by addresses and identification, as hosts do, and by the VLAN or tunnel
// that carries them: two networks may use the same numbers at the same time, and one datagram's
// fragments take one way. The interface does not matter, since a datagram may be captured on two of
// them, each seeing all or some of it. A
// datagram that is complete is remembered for a while, so that repetitions of its fragments, in the
// same pieces or others, are known as such and begin no datagram that never ends.
//
// An identification is used again (RFC 6864 section 4), also while fragments are missing of the
// datagram before. A first fragment with other bytes than the one that is there, which is another
// transport header, begins another datagram; what comes then goes to the newest one that it does
// not contradict. Once that is complete, an older one never will be.
//
// What never becomes complete is given up, with what there is of it: when the capture's time has
// gone on, when too much waits, and at the end.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/ip/fragment.h"
#include "dissector/record/record.h"

namespace framescope::ip {

/// A run of a datagram's payload that one packet brought. `cut` bytes behind it were on the wire,
/// but not captured; `length` may be 0 where nothing else of the packet was.
struct DatagramPiece {
    std::uint32_t offset = 0;  ///< in the payload
    std::uint32_t length = 0;  ///< captured bytes
    std::uint32_t cut = 0;
    PacketNumber packet = 0;
    std::uint64_t fileOffset = 0;  ///< of the first byte in the capture
};

/// A datagram that was put together, or as much of it as there is.
struct Datagram {
    IpAddress source;
    IpAddress destination;
    std::uint8_t protocol = 0;          ///< of what the payload begins with
    std::uint32_t network = 0;          ///< of its fragments
    std::uint32_t identification = 0;   ///< likewise
    Bytes payload;                      ///< zero where nothing was captured
    std::vector<DatagramPiece> pieces;  ///< ascending, without overlaps
    std::uint64_t length = 0;           ///< of the payload, as far as the fragments tell
    bool lengthKnown = false;           ///< the last fragment was among them
    bool complete = false;              ///< every fragment was there, whole or cut short
    bool conflict = false;              ///< fragments contradict each other
    PacketNumber packet = 0;            ///< that brought the last fragment
    std::int64_t timeNs = 0;            ///< of that packet

    /// The bytes from the first one on that were captured without a hole.
    ByteView beginning() const;
};

class FragmentTracker {
public:
    /// Datagrams that may wait for fragments, and the memory that those and the remembered ones may
    /// take together. A busy host has some dozens.
    static constexpr std::size_t kMaxDatagrams = 8192;
    /// Of those, with the same addresses and identification.
    static constexpr std::size_t kMaxAlike = 4;
    static constexpr std::size_t kMaxHeldBytes = 32U << 20;
    /// Capture time for which fragments are waited for, and repetitions known: what RFC 8200 sets
    /// and RFC 1122 section 3.3.2 recommends at the least. A receiver has given up by then, too,
    /// and waiting longer would only mix datagrams whose identification was used again.
    static constexpr std::int64_t kTimeoutNs = 60'000'000'000;
    /// No datagram is greater (RFC 791 section 3.1, RFC 8200 section 3).
    static constexpr std::uint32_t kMaxPayload = 65535;

    /// What became of all fragments so far.
    struct Figures {
        std::uint64_t refused = 0;   ///< fragments that reach beyond the greatest datagram
        std::uint64_t complete = 0;  ///< datagrams
        std::uint64_t givenUp = 0;   ///< datagrams, each once however late its rest comes
        std::uint64_t tooMany = 0;   ///< of those: since too much waited
    };

    /// Where a fragment was captured.
    struct Arrival {
        PacketNumber packet = 0;
        std::int64_t timeNs = 0;
        std::uint64_t fileOffset = 0;  ///< of the first byte of its data
    };

    /// The captured bytes of a fragment's data. Returns the datagrams that end with it: those given
    /// up, and last the one that it completes.
    std::vector<Datagram> add(const Fragment& fragment, ByteView data, const Arrival& arrival);
    /// The same where the data lies in several places: a fragment inside a datagram that was itself
    /// put together. The places' offsets count in the data.
    std::vector<Datagram> add(const Fragment& fragment, ByteView data,
                              std::span<const DatagramPiece> places, PacketNumber packet,
                              std::int64_t timeNs);
    /// The time from which on expire() has something to do.
    std::int64_t deadline() const { return m_deadline; }
    /// Gives up what has waited for too long.
    std::vector<Datagram> expire(std::int64_t nowNs);
    /// The capture ended: gives up everything.
    std::vector<Datagram> finish();

    const Figures& figures() const { return m_figures; }
    std::size_t waiting() const { return m_waiting.size(); }
    std::size_t heldBytes() const { return m_heldBytes; }

private:
    struct Key {
        IpAddress source;
        IpAddress destination;
        std::uint32_t identification = 0;
        std::uint32_t network = 0;
        std::uint8_t protocol = 0;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    struct Held {
        Bytes bytes;
        PacketNumber packet = 0;
        std::uint64_t fileOffset = 0;
    };
    /// A datagram that waits for fragments.
    struct Waiting {
        Key key;
        std::uint8_t protocol = 0;
        bool firstSeen = false;  ///< the fragment with the payload's first byte
        bool conflict = false;
        bool repetition = false;               ///< nothing of it differs from one that is complete
        std::map<std::uint32_t, Held> pieces;  ///< captured, by offset
        std::map<std::uint32_t, std::uint32_t> ranges;  ///< on the wire: begin to end, apart
        std::optional<std::uint32_t> total;
        std::int64_t firstNs = 0;
        std::uint64_t serial = 0;  ///< of all that ever waited
        PacketNumber packet = 0;
        std::int64_t timeNs = 0;
        std::size_t cost = 0;
    };
    /// A datagram that is complete and may be seen again.
    struct Remembered {
        Key key;
        Bytes payload;
        std::uint64_t length = 0;
        std::int64_t timeNs = 0;
    };
    /// Which ends a datagram had when it was given up.
    struct Ends {
        bool first = false;
        bool last = false;
    };
    using WaitingList = std::list<Waiting>;
    using RememberedList = std::list<Remembered>;

    static Key keyOf(const Fragment& fragment);
    WaitingList::iterator find(const Key& key, const Fragment& fragment, std::uint32_t end,
                               ByteView data, std::int64_t timeNs, std::vector<Datagram>& out);
    std::vector<WaitingList::iterator> waitingOf(const Key& key) const;
    static bool agrees(const Waiting& datagram, std::uint32_t begin, ByteView data);
    static bool contradicts(const Waiting& datagram, std::uint32_t begin, std::uint32_t end,
                            bool more, ByteView data);
    WaitingList::iterator open(const Key& key, std::uint8_t protocol, std::int64_t timeNs);
    void charge(Waiting& datagram, std::size_t cost);
    bool repeats(const Fragment& fragment, std::uint32_t end, ByteView data,
                 std::int64_t timeNs) const;
    const Remembered* remembered(const Key& key, std::int64_t timeNs) const;
    void keep(Waiting& datagram, std::uint32_t begin, ByteView data,
              std::span<const DatagramPiece> places);
    static void note(Waiting& datagram, std::uint32_t begin, std::uint32_t end);
    void noteEnd(Waiting& datagram, std::uint32_t begin, std::uint32_t& end, bool more);
    static Datagram joined(Waiting& datagram);
    void complete(WaitingList::iterator datagram, std::vector<Datagram>& out);
    void giveUp(WaitingList::iterator datagram, std::vector<Datagram>& out);
    bool isRestOfGivenUp(const Waiting& datagram);
    void erase(WaitingList::iterator datagram);
    void remember(const Key& key, const Datagram& datagram, std::int64_t timeNs);
    void forgetOldest();
    void keepLimits(std::vector<Datagram>& out);

    WaitingList m_waiting;  ///< the one that waits for longest first
    std::unordered_multimap<Key, WaitingList::iterator, KeyHash> m_waitingByKey;
    std::uint64_t m_opened = 0;
    RememberedList m_remembered;  ///< the oldest first
    std::unordered_map<Key, RememberedList::iterator, KeyHash> m_rememberedByKey;
    std::unordered_map<Key, Ends, KeyHash> m_givenUp;
    std::deque<Key> m_givenUpInOrder;  ///< the keys of m_givenUp, the oldest first
    std::size_t m_heldBytes = 0;
    std::int64_t m_deadline = std::numeric_limits<std::int64_t>::max();
    Figures m_figures;
};

}  // namespace framescope::ip
