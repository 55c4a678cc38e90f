// What a PacketIntake tells, written down on one thread to be told again on another. An entry is
// how it is told (a function), what it is about, and the bytes that belong to it, all behind each
// other: whoever tells them again goes through memory from front to back, and needs nothing of the
// one who wrote.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "capture/file/unset_bytes.h"
#include "capture/ingest/intake_events.h"

namespace framescope {

class EventTape {
public:
    EventTape() = default;
    // Entries know where it is.
    EventTape(const EventTape&) = delete;
    EventTape& operator=(const EventTape&) = delete;

    /// So much is written that it should be handed on: little enough to stay in the processor's
    /// caches on its way from one thread to the other.
    bool isFull() const { return m_used >= kEnough; }
    /// Bytes written, and those that there is room for.
    std::size_t size() const { return m_used; }
    std::size_t capacity() const { return m_bytes.size(); }
    /// So much that it must be, wherever the one who writes is.
    bool isOverfull() const { return m_used >= kMost; }
    /// Tells all of it, in the order in which it was written; once, until it is cleared.
    void tell(IntakeEvents& to) const;
    /// Empties it, and keeps memory for as much as a tape mostly has.
    void clear();

    /// Writes one down: `event(to, bytes)` will be called with a copy of `bytes`.
    template <typename Event>
    void add(const Event& event, ByteView bytes = {}) {
        std::memcpy(static_cast<void*>(&make<Event>(bytes)), &event, sizeof event);
    }
    /// The same, to be filled in by the caller: a copy in one piece of what was written member by
    /// member would wait for each of them.
    template <typename Event>
    Event& make(ByteView bytes = {}) {
        static_assert(std::is_trivially_copyable_v<Event> && alignof(Event) <= kAlignment);
        const std::size_t size = sizeOf<Event>(bytes.size());
        if (m_bytes.size() - m_used < size) makeRoom(size);
        std::uint8_t* const at = m_bytes.data() + m_used;
        m_used += size;
        Head& head = *new (at) Head;
        head.tell = &tellAs<Event>;
        head.byteCount = bytes.size();
        if (!bytes.empty()) std::memcpy(at + kBytesAt<Event>, bytes.data(), bytes.size());
        return *std::launder(reinterpret_cast<Event*>(at + sizeof(Head)));
    }
    /// One that owns memory and is rare.
    void addOwned(std::function<void(IntakeEvents&)> event) {
        const auto* const owned = &m_owned.emplace_back(std::move(event));
        add([owned](IntakeEvents& to, ByteView) { (*owned)(to); });
    }

private:
    static constexpr std::size_t kEnough = std::size_t{96} << 10;
    static constexpr std::size_t kMost = std::size_t{1} << 20;
    static constexpr std::size_t kAlignment = 8;

    struct Head {
        /// Tells an entry, and returns where the next one begins.
        using Tell = const std::uint8_t* (*)(const std::uint8_t* entry, IntakeEvents& to);
        Tell tell;
        std::uint64_t byteCount;
    };
    /// Of an entry's bytes, from its front.
    template <typename Event>
    static constexpr std::size_t kBytesAt = sizeof(Head) + sizeof(Event);

    template <typename Event>
    static const std::uint8_t* tellAs(const std::uint8_t* entry, IntakeEvents& to) {
        const auto count =
            static_cast<std::size_t>(std::launder(reinterpret_cast<const Head*>(entry))->byteCount);
        const auto* const event =
            std::launder(reinterpret_cast<const Event*>(entry + sizeof(Head)));
        (*event)(to, {entry + kBytesAt<Event>, count});
        return entry + sizeOf<Event>(count);
    }
    /// Of an entry; the next one begins aligned.
    template <typename Event>
    static std::size_t sizeOf(std::size_t byteCount) {
        return (kBytesAt<Event> + byteCount + kAlignment - 1) / kAlignment * kAlignment;
    }
    void makeRoom(std::size_t size);

    UnsetBytes m_bytes;  ///< its size is room; the first m_used are written
    std::size_t m_used = 0;
    std::deque<std::function<void(IntakeEvents&)>> m_owned;
};

/// Writes down what it is told.
class TapeWriter : public IntakeEvents {
public:
    /// `full` is called when a tape is overfull; it begins another one.
    explicit TapeWriter(std::function<void()> full) : m_full(std::move(full)) {}

    /// From now on, on this tape.
    void writeOn(EventTape& tape) { m_tape = &tape; }
    /// Nothing more comes for the tape.
    void finishTape() { tellPacket(); }

    void nextPacket(std::uint64_t recordOffset) override;
    void untimed(PacketNumber packet) override;
    void captureRow(const CaptureRow& row) override;
    void extent(ConnectionId id, Direction direction, StreamOffset offset, std::uint32_t length,
                const tcp::Origin& origin) override;
    void joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                const tcp::Origin& origin) override;
    void datagram(StoredDatagram datagram) override;
    void conflictingDatagram(PacketNumber packet) override;
    void waiting(bool isWaiting) override;
    void notice(std::string sentence) override;

    void opened(ConnectionId id, const tcp::Opening& opening) override;
    void packet(ConnectionId id, const tcp::Origin& origin) override;
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin) override;
    void packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                        StreamOffset offset, ByteView bytes, const tcp::Origin& place) override;
    void gap(ConnectionId id, Direction direction, const tcp::Gap& gap) override;
    void directionEnded(ConnectionId id, Direction direction, EndReason reason,
                        const tcp::Origin& at) override;
    void ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) override;
    void started(ConnectionId id, Direction direction, std::uint32_t base) override;
    void released(ConnectionId id, Direction direction) override;
    void conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) override;
    void beside(ConnectionId id, Direction direction, const tcp::Beside& beside) override;
    void recovered(ConnectionId id, Direction direction, StreamOffset offset, std::uint64_t size,
                   std::int64_t waitedNs, const tcp::Origin& origin) override;
    void urgent(ConnectionId id, Direction direction, StreamOffset offset) override;
    void wentOn(ConnectionId id) override;
    void forgotten(ConnectionId id) override;

private:
    /// In front of whatever is not told together with its packet.
    void tellPacket() {
        if (!std::exchange(m_packetDue, false)) return;
        const std::uint64_t at = m_recordOffset;
        write([at](IntakeEvents& to, ByteView) { to.nextPacket(at); });
    }
    template <typename Event>
    void add(const Event& event, ByteView bytes = {}) {
        tellPacket();
        write(event, bytes);
    }
    template <typename Event>
    void write(const Event& event, ByteView bytes = {}) {
        room().add(event, bytes);
    }
    /// The tape to write on. What waited for a hole may come all at once, too much for one.
    EventTape& room() {
        if (m_tape->isOverfull()) m_full();
        return *m_tape;
    }

    std::function<void()> m_full;
    EventTape* m_tape = nullptr;
    std::uint64_t m_recordOffset = 0;
    bool m_packetDue = false;  ///< it was not told yet that the packet at m_recordOffset comes
};

}  // namespace framescope
