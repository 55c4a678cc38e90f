#include "tests/support/pcap_rewriter.h"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace framescope::test {
namespace {

constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

std::uint32_t readLe32(const std::uint8_t* p) {
    return static_cast<std::uint32_t>(p[3]) << 24 | static_cast<std::uint32_t>(p[2]) << 16 |
           static_cast<std::uint32_t>(p[1]) << 8 | p[0];
}

}  // namespace

Bytes readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool writeFile(const std::string& path, ByteView bytes) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return false;
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    return std::fclose(file) == 0 && written;
}

PcapRecords splitPcap(ByteView file) {
    PcapRecords pcap;
    if (file.size() < kFileHeader) return pcap;
    const std::uint32_t little = readLe32(file.data());
    const std::uint32_t big = readBe32(file.data());
    const auto isMagic = [](std::uint32_t v) { return v == 0xa1b2c3d4 || v == 0xa1b23c4d; };
    if (!isMagic(little) && !isMagic(big)) return pcap;
    pcap.header.assign(file.begin(), file.begin() + kFileHeader);
    ByteView rest = file.subspan(kFileHeader);
    while (rest.size() >= kRecordHeader) {
        const std::uint8_t* const length = rest.data() + 8;
        const std::size_t size =
            kRecordHeader + (isMagic(little) ? readLe32(length) : readBe32(length));
        if (size > rest.size()) break;
        pcap.records.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
        rest = rest.subspan(size);
    }
    return pcap;
}

PcapRecords withSnapLength(PcapRecords pcap, std::uint32_t snapLength) {
    const auto put = [&](Bytes& bytes, std::size_t at) {
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[at + i] = static_cast<std::uint8_t>(snapLength >> (8 * i));
        }
    };
    put(pcap.header, 16);
    for (Bytes& record : pcap.records) {
        if (record.size() - kRecordHeader <= snapLength) continue;
        record.resize(kRecordHeader + snapLength);
        put(record, 8);
    }
    return pcap;
}

Bytes joinPcap(const PcapRecords& pcap) {
    Bytes file = pcap.header;
    for (const Bytes& record : pcap.records) file.insert(file.end(), record.begin(), record.end());
    return file;
}

}  // namespace framescope::test
