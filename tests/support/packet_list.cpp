#include "tests/support/packet_list.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"

namespace framescope::test {
namespace {

/// Numbers of chance. The generator's are laid down by the language; its distributions are not.
class Chance {
public:
    explicit Chance(std::uint32_t seed) : m_numbers(seed) {}
    std::size_t below(std::size_t bound) { return m_numbers() % bound; }
    bool happens(double probability) {
        constexpr double kAll = 1.0 + std::numeric_limits<std::uint32_t>::max();
        return static_cast<double>(m_numbers()) < probability * kAll;
    }

private:
    std::mt19937 m_numbers;
};

void put16(Bytes& bytes, std::uint32_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put32(Bytes& bytes, std::uint32_t value) {
    put16(bytes, value);
    put16(bytes, value >> 16);
}

void put64(Bytes& bytes, std::uint64_t value) {
    put32(bytes, static_cast<std::uint32_t>(value));
    put32(bytes, static_cast<std::uint32_t>(value >> 32));
}

/// A block whose length is known once its body is written.
class Block {
public:
    Block(Bytes& file, std::uint32_t type) : m_file(file), m_begin(file.size()) {
        put32(file, type);
        put32(file, 0);
    }
    ~Block() {
        while (m_file.size() % 4 != 0) m_file.push_back(0);
        const auto length = static_cast<std::uint32_t>(m_file.size() + 4 - m_begin);
        for (std::size_t i = 0; i < 4; ++i) {
            m_file[m_begin + 4 + i] = static_cast<std::uint8_t>(length >> (8 * i));
        }
        put32(m_file, length);
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

private:
    Bytes& m_file;
    std::size_t m_begin;
};

void putInterface(Bytes& file, std::uint32_t linkType) {
    const Block block(file, 1);
    put16(file, linkType);
    put16(file, 0);
    put32(file, 0);  // no snap length
    put16(file, 9);  // if_tsresol
    put16(file, 1);
    put32(file, 9);  // nanoseconds, and padding
    put32(file, 0);  // opt_endofopt
}

void putPacket(Bytes& file, const ListedPacket& packet, std::uint32_t interface) {
    const Block block(file, 6);
    const auto time = static_cast<std::uint64_t>(packet.timeNs);
    put32(file, interface);
    put32(file, static_cast<std::uint32_t>(time >> 32));
    put32(file, static_cast<std::uint32_t>(time));
    put32(file, static_cast<std::uint32_t>(packet.data.size()));
    put32(file, packet.originalLength);
    file.insert(file.end(), packet.data.begin(), packet.data.end());
}

/// The packets in this order.
PacketList arranged(const PacketList& packets, const std::vector<std::size_t>& order, Times times) {
    PacketList list;
    for (const std::size_t from : order) list.push_back(packets[from]);
    if (times == Times::Stay) {
        std::vector<std::int64_t> sorted;
        for (const ListedPacket& packet : list) sorted.push_back(packet.timeNs);
        std::ranges::sort(sorted);
        for (std::size_t i = 0; i < list.size(); ++i) list[i].timeNs = sorted[i];
    }
    return list;
}

}  // namespace

PacketList readPackets(const std::string& path) {
    PacketList list;
    const auto file = CaptureFile::open(path);
    if (!file) return list;
    CaptureReader reader(*file);
    CapturedPacket packet;
    while (reader.next(packet) == ReadStep::Packet) {
        list.push_back({packet.timeNs, packet.linkType, packet.originalLength,
                        Bytes(packet.data.begin(), packet.data.end())});
    }
    return list;
}

Bytes asPcapng(const PacketList& packets) {
    Bytes file;
    {
        const Block header(file, 0x0a0d0d0a);
        put32(file, 0x1a2b3c4d);
        put16(file, 1);
        put16(file, 0);
        put64(file, std::numeric_limits<std::uint64_t>::max());
    }
    std::vector<std::uint32_t> linkTypes;
    for (const ListedPacket& packet : packets) {
        if (std::ranges::find(linkTypes, packet.linkType) != linkTypes.end()) continue;
        linkTypes.push_back(packet.linkType);
        putInterface(file, packet.linkType);
    }
    for (const ListedPacket& packet : packets) {
        const auto at = std::ranges::find(linkTypes, packet.linkType);
        putPacket(file, packet, static_cast<std::uint32_t>(at - linkTypes.begin()));
    }
    return file;
}

PacketList damaged(PacketList packets, double probability, std::uint32_t seed) {
    static constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Chance chance(seed);
    for (ListedPacket& packet : packets) {
        for (std::size_t i = 0; i < packet.data.size(); ++i) {
            if (!chance.happens(probability)) continue;
            std::uint8_t& byte = packet.data[i];
            // Of 18 damages 5 are a bit, 5 a byte, 5 a letter or digit, 2 a conversion, one 0xaa.
            const std::size_t way = chance.below(18);
            if (way < 5) {
                byte ^= static_cast<std::uint8_t>(1U << chance.below(8));
            } else if (way < 10) {
                byte = static_cast<std::uint8_t>(chance.below(256));
            } else if (way < 15) {
                byte = static_cast<std::uint8_t>(kLetters[chance.below(kLetters.size())]);
            } else if (way < 17) {
                byte = '%';
                if (i + 1 < packet.data.size()) packet.data[i + 1] = 's';
            } else {
                byte = 0xaa;
            }
        }
    }
    return packets;
}

PacketList shuffled(const PacketList& packets, std::size_t window, Times times,
                    std::uint32_t seed) {
    Chance chance(seed);
    // A packet may take any place of the window that begins with its own.
    std::vector<std::pair<std::size_t, std::size_t>> keys;
    for (std::size_t i = 0; i < packets.size(); ++i) keys.emplace_back(i + chance.below(window), i);
    std::ranges::sort(keys);
    std::vector<std::size_t> order;
    for (const auto& [key, from] : keys) order.push_back(from);
    return arranged(packets, order, times);
}

PacketList doubled(const PacketList& packets, std::size_t distance, std::uint32_t seed) {
    Chance chance(seed);
    std::vector<std::pair<double, std::size_t>> keys;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const auto place = static_cast<double>(i);
        keys.emplace_back(place, i);
        keys.emplace_back(place + 0.5 + static_cast<double>(chance.below(distance)), i);
    }
    std::ranges::sort(keys);
    std::vector<std::size_t> order;
    for (const auto& [key, from] : keys) order.push_back(from);
    return arranged(packets, order, Times::Stay);
}

std::vector<bool> chosenLosses(std::size_t packets, double probability, std::uint32_t seed) {
    Chance chance(seed);
    std::vector<bool> lost(packets);
    for (std::size_t i = 0; i < packets; ++i) lost[i] = chance.happens(probability);
    return lost;
}

PacketList without(const PacketList& packets, const std::vector<bool>& lost) {
    PacketList list;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (!lost[i]) list.push_back(packets[i]);
    }
    return list;
}

}  // namespace framescope::test
