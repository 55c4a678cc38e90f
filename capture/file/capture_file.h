// A capture file that is open: recognised, and readable at random. What goes through it from front
// to back is CaptureReader.
//
// Thread-safe: threads may run a CaptureReader each, and others call readPacket and readBytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "capture/file/byte_source.h"
#include "capture/file/capture_layout.h"
#include "capture/file/packet_header.h"
#include "capture/file/pcap_format.h"
#include "capture/file/snoop_format.h"
#include "capture/result.h"
#include "dissector/core/bytes.h"

namespace framescope {

class GrowingBytes;

enum class CaptureFormat { Pcap, Pcapng, Snoop };

/// "pcap", "pcapng" or "snoop".
const char* captureFormatName(CaptureFormat format);

/// A packet that was read again.
struct StoredPacket : PacketHeader {
    Bytes data;
    std::vector<std::string> comments;  ///< As CapturedPacket::comments.
};

class CaptureFile {
public:
    /// Opens and recognises a pcap, pcapng or snoop file, compressed or not. The Error tells a
    /// missing, unreadable or empty file, a folder, and a file of another kind (and of which)
    /// apart. `spoolFolder`: see openByteSource().
    static Result<std::shared_ptr<CaptureFile>> open(const std::filesystem::path& path,
                                                     const std::filesystem::path& spoolFolder = {});

    /// A capture that is still being written. Its header must be there: an Error says that it is
    /// no capture.
    static Result<std::shared_ptr<CaptureFile>> ofGrowing(std::shared_ptr<GrowingBytes> bytes,
                                                          const std::filesystem::path& name);

    /// Bytes in memory that sessions read from as from a file. They hold no packets.
    static std::shared_ptr<CaptureFile> ofBytes(Bytes bytes);

    const std::filesystem::path& path() const { return m_path; }
    CaptureFormat format() const { return m_format; }
    bool isCompressed() const { return m_source->isCompressed(); }
    /// The format with its variant: "pcapng", "pcap with nanoseconds"; empty for ofBytes().
    std::string formatText() const;

    /// Reads the packet at `recordOffset` again. `layout` is what the reader found up to there at
    /// least. An Error when the file no longer has that packet at that place.
    Result<StoredPacket> readPacket(const CaptureLayout& layout, std::uint64_t recordOffset) const;

    /// Reads exactly these bytes of the capture again (of a packet: from dataOffset on). An Error
    /// when they are no longer there, or more than maxPacketLength.
    Result<Bytes> readBytes(std::uint64_t offset, std::uint32_t length) const;

    /// The bytes beneath, for CaptureReader.
    ByteSource& source() const { return *m_source; }

    /// The file header, if this is a pcap file.
    const std::optional<PcapFileHeader>& pcapHeader() const { return m_pcapHeader; }
    /// The file header, if this is a snoop file.
    const std::optional<SnoopFileHeader>& snoopHeader() const { return m_snoopHeader; }

private:
    CaptureFile(std::filesystem::path path, std::unique_ptr<ByteSource> source,
                CaptureFormat format, std::optional<PcapFileHeader> pcapHeader,
                std::optional<SnoopFileHeader> snoopHeader)
        : m_path(std::move(path)),
          m_source(std::move(source)),
          m_format(format),
          m_pcapHeader(pcapHeader),
          m_snoopHeader(snoopHeader) {}

    static Result<std::shared_ptr<CaptureFile>> recognise(const std::filesystem::path& path,
                                                          std::unique_ptr<ByteSource> source);
    Result<StoredPacket> readPcapRecord(std::uint64_t offset) const;
    Result<StoredPacket> readSnoopRecord(std::uint64_t offset) const;
    Result<StoredPacket> readPcapngBlock(const CaptureLayout& layout, std::uint64_t offset) const;
    Result<Bytes> readExactly(std::uint64_t offset, std::uint32_t length) const;
    Error gone(std::uint64_t offset) const;

    std::filesystem::path m_path;
    std::unique_ptr<ByteSource> m_source;
    CaptureFormat m_format;
    std::optional<PcapFileHeader> m_pcapHeader;
    std::optional<SnoopFileHeader> m_snoopHeader;
};

}  // namespace framescope
