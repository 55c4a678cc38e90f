// How surely bytes are Engine.IO where the request is missing that would say so.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/engineio/packet.h"
#include "dissector/engineio/payload.h"

namespace framescope::engineio {

/// An open packet with what every server tells in it.
bool isHandshake(const Packet& packet);
/// A Socket.IO packet that reads as one from its first to its last byte, and has a part that other
/// text hardly has: the name of an event, answers in a list, an id. Of a whole packet.
bool isSocketIo(const Packet& packet);

/// What a whole payload that a server has sent says for itself.
enum class Likeness : std::uint8_t {
    None,     ///< some of it is no packet
    InForm,   ///< all of it reads as packets, as a number or a short text may
    Certain,  ///< and at least one is hardly anything else
};
Likeness likenessOf(std::string_view payload, const UnitForm& form);

}  // namespace framescope::engineio
