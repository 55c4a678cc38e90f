#include "dissector/ip/fragment_tracker.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace framescope::ip {
namespace {

/// Memory that a piece and a datagram take beside their bytes, roughly.
constexpr std::size_t kCostOfPiece = 128;
constexpr std::size_t kCostOfDatagram = 512;

bool apart(std::int64_t a, std::int64_t b) {
    // The times of a capture may be anything, so the distance is taken without a sign.
    const auto distance = a > b ? static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)
                                : static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
    return distance > static_cast<std::uint64_t>(FragmentTracker::kTimeoutNs);
}

std::int64_t deadlineFrom(std::int64_t timeNs) {
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    return timeNs > kLast - FragmentTracker::kTimeoutNs ? kLast
                                                        : timeNs + FragmentTracker::kTimeoutNs;
}

/// The datagram of a fragment that is all of it.
Datagram alone(const Fragment& fragment, ByteView data, std::span<const DatagramPiece> places,
               PacketNumber packet, std::int64_t timeNs) {
    Datagram datagram;
    datagram.source = fragment.source;
    datagram.destination = fragment.destination;
    datagram.protocol = fragment.protocol;
    datagram.network = fragment.network;
    datagram.identification = fragment.identification;
    datagram.payload.assign(data.begin(), data.end());
    datagram.pieces.assign(places.begin(), places.end());
    datagram.length = fragment.dataLength;
    if (data.size() < datagram.length && !datagram.pieces.empty()) {
        datagram.pieces.back().cut = static_cast<std::uint32_t>(datagram.length - data.size());
    }
    datagram.lengthKnown = datagram.complete = true;
    datagram.packet = packet;
    datagram.timeNs = timeNs;
    return datagram;
}

}  // namespace

ByteView Datagram::beginning() const {
    std::uint32_t end = 0;
    for (const DatagramPiece& piece : pieces) {
        if (piece.offset != end) break;
        end += piece.length;
        if (piece.cut != 0) break;
    }
    return ByteView(payload).first(end);
}

std::size_t FragmentTracker::KeyHash::operator()(const Key& key) const {
    const auto hash = [](const IpAddress& address) {
        return std::hash<std::string_view>{}(std::string_view(
            reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()));
    };
    return (hash(key.source) * 31 + hash(key.destination)) * 0x9e3779b97f4a7c15ULL +
           (std::size_t{key.identification} << 8 | key.protocol) +
           std::size_t{key.network} * 0x9e3779b97f4a7c15ULL;
}

/// IPv6 tells datagrams apart without their protocol: later fragments may name any (RFC 8200
/// section 4.5).
FragmentTracker::Key FragmentTracker::keyOf(const Fragment& fragment) {
    return {fragment.source, fragment.destination, fragment.identification, fragment.network,
            fragment.source.version == 6 ? std::uint8_t{0} : fragment.protocol};
}

FragmentTracker::WaitingList::iterator FragmentTracker::open(const Key& key, std::uint8_t protocol,
                                                             std::int64_t timeNs) {
    Waiting datagram;
    datagram.key = key;
    datagram.protocol = protocol;
    datagram.firstNs = timeNs;
    datagram.serial = m_opened++;
    datagram.repetition = remembered(key, timeNs) != nullptr;
    m_waiting.push_back(std::move(datagram));
    const auto place = std::prev(m_waiting.end());
    m_waitingByKey.emplace(key, place);
    charge(*place, kCostOfDatagram);
    if (m_waiting.size() == 1) m_deadline = deadlineFrom(timeNs);
    return place;
}

void FragmentTracker::charge(Waiting& datagram, std::size_t cost) {
    datagram.cost += cost;
    m_heldBytes += cost;
}

const FragmentTracker::Remembered* FragmentTracker::remembered(const Key& key,
                                                               std::int64_t timeNs) const {
    const auto found = m_rememberedByKey.find(key);
    if (found == m_rememberedByKey.end() || apart(found->second->timeNs, timeNs)) return nullptr;
    return &*found->second;
}

/// Whether a fragment that ends at `end` says nothing but what a complete datagram said before.
bool FragmentTracker::repeats(const Fragment& fragment, std::uint32_t end, ByteView data,
                              std::int64_t timeNs) const {
    const Remembered* const before = remembered(keyOf(fragment), timeNs);
    if (before == nullptr) return false;
    const ByteView payload = before->payload;
    const std::size_t begin = fragment.offset;
    return (fragment.more ? end <= before->length : end == before->length) &&
           begin + data.size() <= payload.size() &&
           std::ranges::equal(data, payload.subspan(begin, data.size()));
}

std::vector<Datagram> FragmentTracker::add(const Fragment& fragment, ByteView data,
                                           const Arrival& arrival) {
    const DatagramPiece place{0, static_cast<std::uint32_t>(data.size()), 0, arrival.packet,
                              arrival.fileOffset};
    return add(fragment, data, std::span(&place, 1), arrival.packet, arrival.timeNs);
}

std::vector<Datagram> FragmentTracker::add(const Fragment& fragment, ByteView data,
                                           std::span<const DatagramPiece> places,
                                           PacketNumber packet, std::int64_t timeNs) {
    std::vector<Datagram> out = expire(timeNs);
    if (fragment.dataLength > kMaxPayload || fragment.offset + fragment.dataLength > kMaxPayload) {
        ++m_figures.refused;
        return out;
    }
    const std::uint32_t begin = fragment.offset;
    auto end = static_cast<std::uint32_t>(begin + fragment.dataLength);
    // All but the last one carry whole units of eight bytes; others could not be followed by one.
    if (fragment.more) end &= ~std::uint32_t{7};
    if (fragment.more && end <= begin) {
        ++m_figures.refused;
        return out;
    }
    if (begin == 0 && !fragment.more) {
        // Whole by itself, and nothing to others with the same identification (RFC 6946).
        ++m_figures.complete;
        out.push_back(alone(fragment, data, places, packet, timeNs));
        return out;
    }
    const Key key = keyOf(fragment);
    const auto place = find(key, fragment, end, data, timeNs, out);
    Waiting& datagram = *place;
    if (datagram.repetition) datagram.repetition = repeats(fragment, end, data, timeNs);
    if (begin == 0 && !datagram.firstSeen) {
        datagram.firstSeen = true;
        datagram.protocol = fragment.protocol;
    }
    datagram.packet = packet;
    datagram.timeNs = timeNs;
    noteEnd(datagram, begin, end, fragment.more);
    if (end > begin) {
        keep(datagram, begin, data.first(std::min<std::size_t>(data.size(), end - begin)), places);
        const std::size_t ranges = datagram.ranges.size();
        note(datagram, begin, end);
        if (datagram.ranges.size() > ranges) charge(datagram, kCostOfPiece);
    }
    const bool whole =
        datagram.total && (*datagram.total == 0 ||
                           (datagram.ranges.size() == 1 && datagram.ranges.begin()->first == 0 &&
                            datagram.ranges.begin()->second == *datagram.total));
    if (whole) complete(place, out);
    keepLimits(out);
    return out;
}

/// The datagram that a fragment is taken for a part of.
FragmentTracker::WaitingList::iterator FragmentTracker::find(const Key& key,
                                                             const Fragment& fragment,
                                                             std::uint32_t end, ByteView data,
                                                             std::int64_t timeNs,
                                                             std::vector<Datagram>& out) {
    std::vector<WaitingList::iterator> alike = waitingOf(key);
    std::erase_if(alike, [&](WaitingList::iterator at) {
        if (!apart(at->firstNs, timeNs)) return false;
        giveUp(at, out);
        return true;
    });
    const std::uint32_t begin = fragment.offset;
    const std::size_t waiting = alike.size();
    std::erase_if(alike, [&](WaitingList::iterator at) {
        return begin == 0 && at->firstSeen && !agrees(*at, begin, data);
    });
    if (alike.size() == 1) return alike.front();
    if (alike.empty()) {
        if (waiting >= kMaxAlike) giveUp(waitingOf(key).front(), out);
        return open(key, fragment.protocol, timeNs);
    }
    // The fragments of one datagram are sent one behind the other, so most are of the newest.
    const auto fitting = std::find_if(alike.rbegin(), alike.rend(), [&](WaitingList::iterator at) {
        return !contradicts(*at, begin, end, fragment.more, data);
    });
    return fitting == alike.rend() ? alike.back() : *fitting;
}

/// All that wait under a key, the oldest first.
std::vector<FragmentTracker::WaitingList::iterator> FragmentTracker::waitingOf(
    const Key& key) const {
    std::vector<WaitingList::iterator> alike;
    const auto [begin, end] = m_waitingByKey.equal_range(key);
    for (auto at = begin; at != end; ++at) alike.push_back(at->second);
    std::ranges::sort(alike, {}, [](WaitingList::iterator at) { return at->serial; });
    return alike;
}

/// Whether bytes are the same as those that are there in their place.
bool FragmentTracker::agrees(const Waiting& datagram, std::uint32_t begin, ByteView data) {
    const std::size_t end = begin + data.size();
    auto piece = datagram.pieces.upper_bound(begin);
    if (piece != datagram.pieces.begin()) --piece;
    for (; piece != datagram.pieces.end() && piece->first < end; ++piece) {
        const ByteView held = piece->second.bytes;
        const std::size_t from = std::max(begin, piece->first);
        const std::size_t to = std::min(end, piece->first + held.size());
        if (from < to && !std::ranges::equal(data.subspan(from - begin, to - from),
                                             held.subspan(from - piece->first, to - from))) {
            return false;
        }
    }
    return true;
}

bool FragmentTracker::contradicts(const Waiting& datagram, std::uint32_t begin, std::uint32_t end,
                                  bool more, ByteView data) {
    const std::uint32_t furthest =
        datagram.ranges.empty() ? 0 : std::prev(datagram.ranges.end())->second;
    const bool endsElsewhere = datagram.total
                                   ? end > *datagram.total || (!more && end != *datagram.total)
                                   : !more && furthest > end;
    return endsElsewhere || !agrees(datagram, begin, data);
}

/// What a fragment says of the datagram's end: who said it first is right, and what was there
/// before is not taken back.
void FragmentTracker::noteEnd(Waiting& datagram, std::uint32_t begin, std::uint32_t& end,
                              bool more) {
    const std::uint32_t furthest =
        datagram.ranges.empty() ? 0 : std::prev(datagram.ranges.end())->second;
    if (datagram.total) {
        const bool beyond = end > *datagram.total || (!more && end != *datagram.total);
        datagram.conflict = datagram.conflict || beyond;
        end = std::max(begin, std::min(end, *datagram.total));
    } else if (!more) {
        datagram.conflict = datagram.conflict || furthest > end;
        datagram.total = std::max(furthest, end);
    }
}

/// Keeps what is not there yet of a fragment's bytes, in as many pieces as those that are there
/// leave room for, and compares the rest.
void FragmentTracker::keep(Waiting& datagram, std::uint32_t begin, ByteView data,
                           std::span<const DatagramPiece> places) {
    std::uint32_t at = 0;  // in `data`
    const auto size = static_cast<std::uint32_t>(data.size());
    const auto store = [&](std::uint32_t until) {
        for (const DatagramPiece& place : places) {
            const std::uint32_t from = std::max(at, place.offset);
            const std::uint32_t to = std::min(until, place.offset + place.length);
            if (from >= to) continue;
            const ByteView bytes = data.subspan(from, to - from);
            datagram.pieces.emplace(begin + from,
                                    Held{Bytes(bytes.begin(), bytes.end()), place.packet,
                                         place.fileOffset + (from - place.offset)});
            charge(datagram, bytes.size() + kCostOfPiece);
        }
        at = until;
    };
    const auto compare = [&](std::uint32_t offset, const Held& held) {
        const std::uint32_t within = begin + at - offset;
        const auto count = static_cast<std::uint32_t>(
            std::min<std::size_t>(held.bytes.size() - within, size - at));
        datagram.conflict =
            datagram.conflict || !std::ranges::equal(data.subspan(at, count),
                                                     ByteView(held.bytes).subspan(within, count));
        at += count;
    };
    auto after = datagram.pieces.upper_bound(begin);
    if (after != datagram.pieces.begin()) {
        const auto before = std::prev(after);
        if (before->first + before->second.bytes.size() > begin) {
            compare(before->first, before->second);
        }
    }
    while (at < size) {
        const bool open = after == datagram.pieces.end();
        const std::uint32_t room = open ? size : std::min(size, after->first - begin);
        if (room > at) store(room);
        if (open || at == size) break;
        compare(after->first, after->second);
        ++after;
    }
}

/// Notes that these bytes were on the wire.
void FragmentTracker::note(Waiting& datagram, std::uint32_t begin, std::uint32_t end) {
    auto& ranges = datagram.ranges;
    auto next = ranges.lower_bound(begin);
    if (next != ranges.begin() && std::prev(next)->second >= begin) {
        --next;
        begin = next->first;
    }
    while (next != ranges.end() && next->first <= end) {
        end = std::max(end, next->second);
        next = ranges.erase(next);
    }
    ranges.emplace(begin, end);
}

Datagram FragmentTracker::joined(Waiting& waiting) {
    Datagram datagram;
    datagram.source = waiting.key.source;
    datagram.destination = waiting.key.destination;
    datagram.protocol = waiting.protocol;
    datagram.network = waiting.key.network;
    datagram.identification = waiting.key.identification;
    datagram.lengthKnown = waiting.total.has_value();
    datagram.conflict = waiting.conflict;
    datagram.packet = waiting.packet;
    datagram.timeNs = waiting.timeNs;
    const std::uint32_t furthest =
        waiting.ranges.empty() ? 0 : std::prev(waiting.ranges.end())->second;
    datagram.length = waiting.total.value_or(furthest);
    if (!waiting.pieces.empty()) {
        const auto& [offset, last] = *std::prev(waiting.pieces.end());
        datagram.payload.resize(offset + last.bytes.size());
    }
    datagram.pieces.reserve(waiting.pieces.size());
    auto piece = waiting.pieces.begin();
    for (const auto& [begin, end] : waiting.ranges) {
        std::uint32_t at = begin;
        while (at < end) {
            const bool captured = piece != waiting.pieces.end() && piece->first < end;
            const std::uint32_t next = captured ? piece->first : end;
            if (next > at) {
                // Nothing was captured from here on, so the bytes before are those that were cut.
                if (at == begin) datagram.pieces.push_back({at, 0, 0, waiting.packet, 0});
                datagram.pieces.back().cut = next - at;
            }
            at = next;
            if (!captured) continue;
            const Held& held = piece->second;
            const auto size = static_cast<std::uint32_t>(held.bytes.size());
            std::ranges::copy(held.bytes, datagram.payload.begin() + at);
            datagram.pieces.push_back({at, size, 0, held.packet, held.fileOffset});
            at += size;
            ++piece;
        }
    }
    return datagram;
}

void FragmentTracker::complete(WaitingList::iterator place, std::vector<Datagram>& out) {
    // The identification has been used again since: of those before it nothing more comes.
    for (const auto older : waitingOf(place->key)) {
        if (older->serial < place->serial) giveUp(older, out);
    }
    if (!place->repetition) {
        Datagram datagram = joined(*place);
        datagram.complete = true;
        remember(place->key, datagram, place->timeNs);
        ++m_figures.complete;
        out.push_back(std::move(datagram));
    }
    erase(place);
}

void FragmentTracker::giveUp(WaitingList::iterator place, std::vector<Datagram>& out) {
    // A part of a datagram that was complete before is no loss.
    if (!place->repetition) {
        if (!isRestOfGivenUp(*place)) ++m_figures.givenUp;
        out.push_back(joined(*place));
    }
    erase(place);
}

/// Whether a datagram that is given up is but what came too late for one that was given up before;
/// the two then have different ends.
bool FragmentTracker::isRestOfGivenUp(const Waiting& datagram) {
    const Ends ends{datagram.firstSeen, datagram.total.has_value()};
    const auto [known, isNew] = m_givenUp.emplace(datagram.key, ends);
    if (isNew) {
        m_givenUpInOrder.push_back(datagram.key);
        if (m_givenUpInOrder.size() > kMaxDatagrams) {
            m_givenUp.erase(m_givenUpInOrder.front());
            m_givenUpInOrder.pop_front();
        }
        return false;
    }
    Ends& before = known->second;
    const bool isRest = !(before.first && ends.first) && !(before.last && ends.last);
    before = isRest ? Ends{before.first || ends.first, before.last || ends.last} : ends;
    return isRest;
}

void FragmentTracker::erase(WaitingList::iterator place) {
    m_heldBytes -= place->cost;
    const auto [begin, end] = m_waitingByKey.equal_range(place->key);
    m_waitingByKey.erase(
        std::find_if(begin, end, [place](const auto& entry) { return entry.second == place; }));
    m_waiting.erase(place);
    m_deadline = m_waiting.empty() ? std::numeric_limits<std::int64_t>::max()
                                   : deadlineFrom(m_waiting.front().firstNs);
}

void FragmentTracker::remember(const Key& key, const Datagram& datagram, std::int64_t timeNs) {
    if (const auto known = m_rememberedByKey.find(key); known != m_rememberedByKey.end()) {
        m_heldBytes -= known->second->payload.size() + kCostOfDatagram;
        m_remembered.erase(known->second);
        m_rememberedByKey.erase(known);
    }
    if (m_remembered.size() == kMaxDatagrams) forgetOldest();
    m_remembered.push_back({key, datagram.payload, datagram.length, timeNs});
    m_rememberedByKey.emplace(key, std::prev(m_remembered.end()));
    m_heldBytes += datagram.payload.size() + kCostOfDatagram;
}

void FragmentTracker::forgetOldest() {
    m_heldBytes -= m_remembered.front().payload.size() + kCostOfDatagram;
    m_rememberedByKey.erase(m_remembered.front().key);
    m_remembered.pop_front();
}

void FragmentTracker::keepLimits(std::vector<Datagram>& out) {
    while (m_heldBytes > kMaxHeldBytes && !m_remembered.empty()) forgetOldest();
    while (m_waiting.size() > kMaxDatagrams ||
           (m_heldBytes > kMaxHeldBytes && !m_waiting.empty())) {
        const std::uint64_t before = m_figures.givenUp;
        giveUp(m_waiting.begin(), out);
        m_figures.tooMany += m_figures.givenUp - before;
    }
}

std::vector<Datagram> FragmentTracker::expire(std::int64_t nowNs) {
    std::vector<Datagram> out;
    while (nowNs > m_deadline) giveUp(m_waiting.begin(), out);
    while (!m_remembered.empty() && nowNs > deadlineFrom(m_remembered.front().timeNs)) {
        forgetOldest();
    }
    return out;
}

std::vector<Datagram> FragmentTracker::finish() {
    std::vector<Datagram> out;
    while (!m_waiting.empty()) giveUp(m_waiting.begin(), out);
    m_remembered.clear();
    m_rememberedByKey.clear();
    m_heldBytes = 0;
    return out;
}

}  // namespace framescope::ip
