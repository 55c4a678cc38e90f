// OpenSSL gives chance; where it fails, the system does.
#include "capture/server/random.h"

#include <array>
#include <openssl/rand.h>
#include <random>

namespace framescope::server {

void fillRandom(std::span<std::uint8_t> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1) return;
    // Nothing here has to be secret, only different.
    std::random_device device;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(device());
}

std::string randomId() {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::uint8_t, 20> bytes{};
    fillRandom(bytes);
    std::string id;
    for (const std::uint8_t byte : bytes) id += kAlphabet[byte & 63];
    return id;
}

}  // namespace framescope::server
