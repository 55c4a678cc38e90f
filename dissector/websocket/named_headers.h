// The headers that a handshake is made of, found by going over a head once: each of them is asked
// for several times.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "dissector/http/head.h"

namespace framescope::websocket {

enum class Named : std::uint8_t {
    Host,
    Origin,
    Upgrade,
    Connection,
    Key,
    Version,
    Accept,
    Protocol,
};
inline constexpr std::array<std::string_view, 8> kNames = {
    "Host",
    "Origin",
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Protocol",
};
constexpr std::string_view nameOf(Named named) {
    return kNames[static_cast<std::size_t>(named)];
}

/// Refers to the head, which must outlive it.
class NamedHeaders {
public:
    explicit NamedHeaders(const http::Head& head) : m_head(head) {
        for (const http::Header& header : head.headers) {
            const auto name = std::ranges::find_if(kNames, [&header](std::string_view known) {
                return http::equalsIgnoreCase(header.name, known);
            });
            if (name == kNames.end() || header.malformed) continue;
            Found& found = m_found[static_cast<std::size_t>(name - kNames.begin())];
            if (found.count++ == 0) found.first = &header;
        }
    }

    const http::Head& head() const { return m_head; }
    /// The first header of this name; null if there is none.
    const http::Header* find(Named named) const { return of(named).first; }
    /// How many there are.
    std::size_t count(Named named) const { return of(named).count; }
    /// As Head::lists().
    bool lists(Named named, std::string_view token) const {
        const Found& found = of(named);
        if (found.count == 0) return false;
        return http::equalsIgnoreCase(found.first->value, token) ||
               m_head.lists(nameOf(named), token);
    }

private:
    struct Found {
        const http::Header* first = nullptr;
        std::size_t count = 0;
    };
    const Found& of(Named named) const { return m_found[static_cast<std::size_t>(named)]; }

    const http::Head& m_head;
    std::array<Found, kNames.size()> m_found{};
};

}  // namespace framescope::websocket
