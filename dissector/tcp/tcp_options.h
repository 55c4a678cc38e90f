// The TCP options that change what is made of a stream.
#pragma once

#include <cstdint>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/tcp/tcp_header.h"

namespace framescope::tcp {

/// The options of a header that begins at `offset` of a packet, as far as they were captured.
ByteView optionsOf(const Header& header, ByteView packet, std::size_t offset);
/// The shift of a window scale option (RFC 7323 section 2.2), at most 14.
std::optional<std::uint8_t> windowScale(ByteView options);
/// The sender's clock in a timestamps option (RFC 7323 section 3.2).
std::optional<std::uint32_t> timestampValue(ByteView options);
/// Whether a selective acknowledgment (RFC 2018 section 3) tells of bytes behind `acknowledgment`.
bool acknowledgesBehind(ByteView options, std::uint32_t acknowledgment);

}  // namespace framescope::tcp
