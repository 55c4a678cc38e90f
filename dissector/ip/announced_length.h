// What a header of IP says of its datagram's length, held against what the packet has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace framescope::ip {

/// `announced` counts from `from` bytes behind the header's first one, from where `captured` bytes
/// are in the capture and `wire` were sent. Empty where nothing is to be said: it is all there.
/// Whatever the header announces beyond the packet is not there, and not read as missing.
std::string announcedLengthText(std::uint64_t announced, std::uint64_t from, std::uint64_t captured,
                                std::uint64_t wire);

}  // namespace framescope::ip
