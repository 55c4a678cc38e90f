// Every block is written with its length at both ends; options are padded to four bytes.
#include "capture/spool/pcapng_writer.h"

#include <algorithm>
#include <cstring>

namespace framescope::pcapng {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kInterfaceStatistics = 5;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;

/// Option codes; each means something else in each block.
enum Option : std::uint16_t {
    kEnd = 0,
    kComment = 1,              // opt_comment, in every block
    kSectionApplication = 4,   // shb_userappl
    kInterfaceName = 2,        // if_name
    kInterfaceResolution = 9,  // if_tsresol
    kInterfaceFilter = 11,     // if_filter
    kPacketDropCount = 4,      // epb_dropcount
    kStatisticsReceived = 4,   // isb_ifrecv
    kStatisticsIfDrop = 5,     // isb_ifdrop
    kStatisticsOsDrop = 7,     // isb_osdrop
};

/// One block being written, in the machine's byte order.
class Block {
public:
    Block(Bytes& out, std::uint32_t type) : m_out(out), m_begin(out.size()) {
        value(type);
        value(std::uint32_t{0});  // the length, known at the end
    }

    template <typename T>
    void value(T v) {
        const std::size_t at = m_out.size();
        m_out.resize(at + sizeof v);
        std::memcpy(m_out.data() + at, &v, sizeof v);
    }

    void padded(ByteView bytes) {
        m_out.insert(m_out.end(), bytes.begin(), bytes.end());
        m_out.resize(m_out.size() + (4 - bytes.size() % 4) % 4);
    }

    void option(std::uint16_t code, ByteView bytes) {
        const ByteView kept = bytes.first(std::min<std::size_t>(bytes.size(), 0xffff));
        value(code);
        value(static_cast<std::uint16_t>(kept.size()));
        padded(kept);
        m_hasOptions = true;
    }

    void option(std::uint16_t code, std::uint64_t v) {
        value(code);
        value(static_cast<std::uint16_t>(sizeof v));
        value(v);
        m_hasOptions = true;
    }

    void finish() {
        if (m_hasOptions) value(std::uint32_t{kEnd});
        const auto length =
            static_cast<std::uint32_t>(m_out.size() - m_begin + sizeof(std::uint32_t));
        std::memcpy(m_out.data() + m_begin + 4, &length, sizeof length);
        value(length);
    }

private:
    Bytes& m_out;
    std::size_t m_begin;
    bool m_hasOptions = false;
};

/// Times are two halves, the upper one first, whatever the byte order.
struct SplitTime {
    explicit SplitTime(std::int64_t timeNs)
        : high(static_cast<std::uint32_t>(static_cast<std::uint64_t>(timeNs) >> 32)),
          low(static_cast<std::uint32_t>(timeNs)) {}

    std::uint32_t high;
    std::uint32_t low;
};

/// The few packets that have something to say, block by block.
void writePacketWithComment(Bytes& out, const NewPacket& packet) {
    Block block(out, kEnhancedPacket);
    block.value(packet.interface);
    const SplitTime time(packet.timeNs);
    block.value(time.high);
    block.value(time.low);
    block.value(static_cast<std::uint32_t>(packet.data.size()));
    block.value(packet.originalLength);
    block.padded(packet.data);
    block.option(kComment, asBytes(packet.comment));
    if (packet.dropped != 0) block.option(kPacketDropCount, packet.dropped);
    block.finish();
}

}  // namespace

void writeSectionHeader(Bytes& out, std::string_view application) {
    Block block(out, kSectionHeader);
    block.value(kByteOrderMagic);
    block.value(std::uint16_t{1});  // version 1.0
    block.value(std::uint16_t{0});
    block.value(std::int64_t{-1});  // section length: not known
    if (!application.empty()) block.option(kSectionApplication, asBytes(application));
    block.finish();
}

void writeInterface(Bytes& out, const NewInterface& interface) {
    Block block(out, kInterfaceDescription);
    block.value(static_cast<std::uint16_t>(interface.linkType));
    block.value(std::uint16_t{0});
    block.value(interface.snapLength);
    if (!interface.name.empty()) block.option(kInterfaceName, asBytes(interface.name));
    constexpr std::uint8_t kNanoseconds[] = {9};
    block.option(kInterfaceResolution, kNanoseconds);
    if (!interface.filter.empty()) {
        // Its first byte says in what language the filter is written; 0 is libpcap's text.
        Bytes filter{0};
        const ByteView text = asBytes(interface.filter);
        filter.insert(filter.end(), text.begin(), text.end());
        block.option(kInterfaceFilter, filter);
    }
    block.finish();
}

void writePacket(Bytes& out, const NewPacket& packet) {
    if (!packet.comment.empty()) return writePacketWithComment(out, packet);
    // Hundreds of thousands of these may be written in a second, so what stands before and behind
    // the data is laid out aside and the vector grows three times, not once for each value.
    constexpr std::size_t kHead = 7 * sizeof(std::uint32_t);
    std::uint8_t behind[3 + 16 + 4] = {};
    const std::size_t dataLength = packet.data.size();
    std::size_t tail = (4 - dataLength % 4) % 4;
    const auto put = [&behind, &tail](auto value) {
        std::memcpy(behind + tail, &value, sizeof value);
        tail += sizeof value;
    };
    if (packet.dropped != 0) {
        put(std::uint16_t{kPacketDropCount});
        put(static_cast<std::uint16_t>(sizeof packet.dropped));
        put(packet.dropped);
        put(std::uint32_t{kEnd});
    }
    const SplitTime time(packet.timeNs);
    const auto capturedLength = static_cast<std::uint32_t>(dataLength);
    const std::uint32_t head[kHead / 4] = {
        kEnhancedPacket,
        static_cast<std::uint32_t>(kHead + dataLength + tail + 4),
        packet.interface,
        time.high,
        time.low,
        capturedLength,
        packet.originalLength};
    put(head[1]);
    const auto* const headBytes = reinterpret_cast<const std::uint8_t*>(head);
    out.insert(out.end(), headBytes, headBytes + kHead);
    out.insert(out.end(), packet.data.begin(), packet.data.end());
    out.insert(out.end(), behind, behind + tail);
}

void writeStatistics(Bytes& out, const NewStatistics& statistics) {
    Block block(out, kInterfaceStatistics);
    block.value(statistics.interface);
    const SplitTime time(statistics.timeNs);
    block.value(time.high);
    block.value(time.low);
    if (statistics.received) block.option(kStatisticsReceived, *statistics.received);
    if (statistics.interfaceDrops) block.option(kStatisticsIfDrop, *statistics.interfaceDrops);
    if (statistics.kernelDrops) block.option(kStatisticsOsDrop, *statistics.kernelDrops);
    block.finish();
}

}  // namespace framescope::pcapng
