// Bytes of no meaning, the same ones of the same seed.
#pragma once

#include <random>

#include "dissector/core/bytes.h"

namespace framescope::test {

inline Bytes randomBytes(std::mt19937& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace framescope::test
