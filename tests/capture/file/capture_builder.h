// Builds capture files byte by byte for tests, legal or not, and reads them back whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "dissector/core/bytes.h"

namespace framescope::testing {

/// Writes integers in the byte order of the file.
class OrderedWriter {
public:
    explicit OrderedWriter(bool bigEndian) : m_bigEndian(bigEndian) {}

    void u8(std::uint8_t v) { bytes.push_back(v); }
    void u16(std::uint16_t v) { integer(v, 2); }
    void u32(std::uint32_t v) { integer(v, 4); }
    void u64(std::uint64_t v) { integer(v, 8); }
    void data(ByteView v) { bytes.insert(bytes.end(), v.begin(), v.end()); }
    void pad() {
        while (bytes.size() % 4 != 0) u8(0);
    }

    Bytes bytes;

private:
    void integer(std::uint64_t v, int size) {
        for (int i = 0; i < size; ++i)
            u8(static_cast<std::uint8_t>(v >> 8 * (m_bigEndian ? size - 1 - i : i)));
    }

    bool m_bigEndian;
};

class PcapBuilder {
public:
    PcapBuilder(bool bigEndian, bool nanoseconds, std::uint32_t linkType = 1,
                std::uint16_t minorVersion = 4, std::uint32_t snapLength = 65535)
        : m_out(bigEndian) {
        m_out.u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
        m_out.u16(2);
        m_out.u16(minorVersion);
        m_out.u64(0);
        m_out.u32(snapLength);
        m_out.u32(linkType);
        ends.push_back(m_out.bytes.size());
    }

    void packet(std::uint32_t seconds, std::uint32_t fraction, ByteView data,
                std::optional<std::uint32_t> originalLength = {}) {
        const auto length = static_cast<std::uint32_t>(data.size());
        record(seconds, fraction, length, originalLength.value_or(length), data);
    }
    void record(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t capturedLength,
                std::uint32_t originalLength, ByteView data) {
        m_out.u32(seconds);
        m_out.u32(fraction);
        m_out.u32(capturedLength);
        m_out.u32(originalLength);
        m_out.data(data);
        ends.push_back(m_out.bytes.size());
    }

    const Bytes& bytes() const { return m_out.bytes; }

    /// Where the file header and each record end.
    std::vector<std::size_t> ends;

private:
    OrderedWriter m_out;
};

class PcapngBuilder {
public:
    explicit PcapngBuilder(bool bigEndian) : m_bigEndian(bigEndian) { section(bigEndian); }

    using Option = std::pair<std::uint16_t, Bytes>;

    void section(bool bigEndian, std::uint16_t majorVersion = 1,
                 const std::vector<Option>& options = {},
                 std::uint64_t length = ~std::uint64_t{0}) {
        m_bigEndian = bigEndian;
        OrderedWriter body(bigEndian);
        body.u32(0x1a2b3c4d);
        body.u16(majorVersion);
        body.u16(0);
        body.u64(length);
        writeOptions(body, options);
        block(0x0a0d0d0a, body.bytes);
    }

    void interface(std::uint16_t linkType, const std::vector<Option>& options = {},
                   std::uint32_t snapLength = 0) {
        OrderedWriter body(m_bigEndian);
        body.u16(linkType);
        body.u16(0);
        body.u32(snapLength);
        writeOptions(body, options);
        block(1, body.bytes);
    }

    void enhanced(std::uint32_t interface, std::uint64_t time, ByteView data,
                  std::optional<std::uint32_t> originalLength = {},
                  std::optional<std::uint32_t> capturedLength = {},
                  const std::vector<Option>& options = {}) {
        const auto length = static_cast<std::uint32_t>(data.size());
        OrderedWriter body(m_bigEndian);
        body.u32(interface);
        body.u32(static_cast<std::uint32_t>(time >> 32));
        body.u32(static_cast<std::uint32_t>(time));
        body.u32(capturedLength.value_or(length));
        body.u32(originalLength.value_or(length));
        body.data(data);
        body.pad();
        writeOptions(body, options);
        block(6, body.bytes);
    }

    void simple(ByteView data, std::uint32_t originalLength) {
        OrderedWriter body(m_bigEndian);
        body.u32(originalLength);
        body.data(data);
        body.pad();
        block(3, body.bytes);
    }

    void obsolete(std::uint16_t interface, std::uint64_t time, ByteView data,
                  std::uint16_t dropped = 7) {
        const auto length = static_cast<std::uint32_t>(data.size());
        OrderedWriter body(m_bigEndian);
        body.u16(interface);
        body.u16(dropped);
        body.u32(static_cast<std::uint32_t>(time >> 32));
        body.u32(static_cast<std::uint32_t>(time));
        body.u32(length);
        body.u32(length);
        body.data(data);
        body.pad();
        block(2, body.bytes);
    }

    void statistics(std::uint32_t interface, const std::vector<Option>& options) {
        OrderedWriter body(m_bigEndian);
        body.u32(interface);
        body.u64(0);  // Time.
        writeOptions(body, options);
        block(5, body.bytes);
    }

    /// A record of names: 1 for an IPv4 address, 2 for IPv6, and the names as they stand there.
    void names(const std::vector<Option>& records) {
        OrderedWriter body(m_bigEndian);
        writeOptions(body, records);
        block(4, body.bytes);
    }

    void secrets(std::uint32_t type, ByteView data) {
        OrderedWriter body(m_bigEndian);
        body.u32(type);
        body.u32(static_cast<std::uint32_t>(data.size()));
        body.data(data);
        body.pad();
        block(10, body.bytes);
    }

    /// `length` in place of the true one, `trailer` in place of its repetition.
    void block(std::uint32_t type, ByteView body, std::optional<std::uint32_t> length = {},
               std::optional<std::uint32_t> trailer = {}) {
        OrderedWriter out(m_bigEndian);
        const auto whole = static_cast<std::uint32_t>(body.size() + 12);
        starts.push_back(m_bytes.size());
        out.u32(type);
        out.u32(length.value_or(whole));
        out.data(body);
        out.u32(trailer.value_or(length.value_or(whole)));
        m_bytes.insert(m_bytes.end(), out.bytes.begin(), out.bytes.end());
        ends.push_back(m_bytes.size());
    }

    const Bytes& bytes() const { return m_bytes; }
    bool bigEndian() const { return m_bigEndian; }
    /// An eight-byte option value in the file's order.
    Bytes option64(std::int64_t value) const {
        OrderedWriter out(m_bigEndian);
        out.u64(static_cast<std::uint64_t>(value));
        return out.bytes;
    }

    std::vector<std::size_t> starts;  ///< Of each block.
    std::vector<std::size_t> ends;    ///< Of each block.

private:
    static void writeOptions(OrderedWriter& body, const std::vector<Option>& options) {
        for (const auto& [code, value] : options) {
            body.u16(code);
            body.u16(static_cast<std::uint16_t>(value.size()));
            body.data(value);
            body.pad();
        }
        if (!options.empty()) body.u32(0);
    }

    bool m_bigEndian;
    Bytes m_bytes;
};

/// `size` bytes that differ from one another and with `seed`.
inline Bytes someBytes(std::size_t size, std::uint32_t seed = 1) {
    Bytes bytes(size);
    std::uint32_t state = seed * 2654435761u + 1;
    for (auto& byte : bytes) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return bytes;
}

inline Bytes textBytes(std::string_view text) {
    const ByteView view = asBytes(text);
    return {view.begin(), view.end()};
}

/// A folder for files of one test, gone with it.
class Scratch {
public:
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    std::filesystem::path write(ByteView bytes, const char* name = "capture") const {
        auto path = folder() / name;
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) qFatal("cannot write a file");
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        return path;
    }

private:
    QTemporaryDir m_folder;
};

/// A packet and everything about it, for comparing.
struct ReadPacket {
    PacketHeader header;
    std::uint32_t number = 0;
    Bytes data;
};

/// All that a reader gave.
struct WholeRead {
    std::shared_ptr<CaptureFile> file;
    std::vector<ReadPacket> packets;
    ReadStep last = ReadStep::Packet;
    std::vector<Notice> notices;
    ReadCounts counts;
    CaptureLayout layout;

    bool hasOnly(NoticeCode code) const {
        return notices.size() == 1 && notices.front().code == code;
    }
};

inline WholeRead readWhole(std::shared_ptr<CaptureFile> file, ReadLimits limits = {}) {
    WholeRead result;
    result.file = file;
    CaptureReader reader(std::move(file), limits);
    CapturedPacket packet;
    while ((result.last = reader.next(packet)) == ReadStep::Packet) {
        result.packets.push_back(
            {packet, packet.number, Bytes(packet.data.begin(), packet.data.end())});
        result.layout.append(reader.takeNewLayout());
    }
    result.layout.append(reader.takeNewLayout());
    result.notices = reader.notices();
    result.counts = reader.counts();
    return result;
}

/// Reads a file that opens.
inline WholeRead readWhole(const std::filesystem::path& path, ReadLimits limits = {}) {
    auto file = CaptureFile::open(path);
    if (!file) qFatal("%s", file.error().sentence.c_str());
    return readWhole(*std::move(file), limits);
}

/// Empty when every packet reads again as it was read first; else what differs.
inline QString randomAccessFault(const WholeRead& read) {
    // Backwards, so that nothing can depend on the order.
    for (auto it = read.packets.rbegin(); it != read.packets.rend(); ++it) {
        const auto again = read.file->readPacket(read.layout, it->header.recordOffset);
        const auto number = QString::number(it->number);
        if (!again) {
            return QStringLiteral("packet ") + number + QStringLiteral(": ") +
                   QString::fromStdString(again.error().sentence);
        }
        if (!(static_cast<const PacketHeader&>(*again) == it->header))
            return QStringLiteral("header of packet ") + number;
        if (again->data != it->data) return QStringLiteral("bytes of packet ") + number;
        const auto bytes = read.file->readBytes(it->header.dataOffset, it->header.capturedLength);
        if (!bytes || *bytes != it->data) return QStringLiteral("readBytes of packet ") + number;
    }
    return {};
}

}  // namespace framescope::testing
