// A capture file that is open: recognised, and readable at random. What goes through it from front
// to back is CaptureReader.
//
// Thread-safe: one thread may run a CaptureReader while others call readPacket and readBytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "capture/file/byte_source.h"
#include "capture/file/capture_layout.h"
#include "capture/result.h"
#include "dissector/core/bytes.h"

namespace framescope {

enum class CaptureFormat { Pcap, Pcapng };

/// "pcap" or "pcapng".
const char* captureFormatName(CaptureFormat format);

/// Most bytes a packet may have; a record that claims more is damaged.
inline constexpr std::uint32_t maxPacketLength = 256u << 20;

/// What a capture file says about a packet beside its bytes.
struct PacketHeader {
    std::int64_t timeNs = 0;           ///< Nanoseconds since 1970-01-01 UTC. Only if hasTime.
    bool hasTime = false;              ///< Simple packet blocks have none.
    std::uint32_t capturedLength = 0;  ///< Bytes in the file.
    std::uint32_t originalLength = 0;  ///< Bytes on the wire.
    std::uint32_t linkType = 0;        ///< LINKTYPE_ value.
    std::uint32_t interface = 0;       ///< Index in CaptureLayout::interfaces.
    std::uint64_t dataOffset = 0;      ///< Position of the packet's bytes in the capture.
    std::uint64_t recordOffset = 0;    ///< Position of the pcap record or pcapng block.

    bool operator==(const PacketHeader&) const = default;
};

/// A packet that was read again.
struct StoredPacket : PacketHeader {
    Bytes data;
};

class CaptureFile {
public:
    /// Opens and recognises a pcap or pcapng file, gzip-compressed or not. The Error tells a
    /// missing, unreadable or empty file, a folder, and a file of another kind (and of which)
    /// apart. `spoolFolder`: see openByteSource().
    static Result<std::shared_ptr<CaptureFile>> open(const std::filesystem::path& path,
                                                     const std::filesystem::path& spoolFolder = {});

    const std::filesystem::path& path() const { return m_path; }
    CaptureFormat format() const { return m_format; }
    bool isCompressed() const { return m_source->isCompressed(); }

    /// Reads the packet at `recordOffset` again. `layout` is what the reader found up to there at
    /// least. An Error when the file no longer has that packet at that place.
    Result<StoredPacket> readPacket(const CaptureLayout& layout, std::uint64_t recordOffset) const;

    /// Reads exactly these bytes of the capture again (of a packet: from dataOffset on). An Error
    /// when they are no longer there, or more than maxPacketLength.
    Result<Bytes> readBytes(std::uint64_t offset, std::uint32_t length) const;

    /// The bytes beneath, for CaptureReader.
    ByteSource& source() const { return *m_source; }

private:
    CaptureFile(std::filesystem::path path, std::unique_ptr<ByteSource> source,
                CaptureFormat format)
        : m_path(std::move(path)), m_source(std::move(source)), m_format(format) {}

    Result<StoredPacket> readPcapRecord(const CaptureLayout& layout, std::uint64_t offset) const;
    Result<StoredPacket> readPcapngBlock(const CaptureLayout& layout, std::uint64_t offset) const;
    Error gone(std::uint64_t offset) const;

    std::filesystem::path m_path;
    std::unique_ptr<ByteSource> m_source;
    CaptureFormat m_format;
};

}  // namespace framescope
