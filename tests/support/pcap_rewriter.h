// A classic pcap file taken apart into its records, to be put together again in another order, with
// records missing or twice: what networks and capturing do to packets.
#pragma once

#include <string>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::test {

struct PcapRecords {
    Bytes header;                ///< the file header
    std::vector<Bytes> records;  ///< each with its record header
};

/// The whole file; empty if it cannot be read.
Bytes readFile(const std::string& path);
/// False if that failed.
bool writeFile(const std::string& path, ByteView bytes);

/// Takes a file apart. Only complete records are taken; none of a file that is no classic pcap.
PcapRecords splitPcap(ByteView file);
/// What a snap length leaves of it: at most so many bytes of each packet, and the header says so.
/// Only for files in little-endian order.
PcapRecords withSnapLength(PcapRecords pcap, std::uint32_t snapLength);
/// Puts it together again.
Bytes joinPcap(const PcapRecords& pcap);

}  // namespace framescope::test
