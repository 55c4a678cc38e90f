// Chance for sids and masking keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace framescope::server {

void fillRandom(std::span<std::uint8_t> bytes);
/// A session id: 20 characters that may stand in a URL.
std::string randomId();

}  // namespace framescope::server
