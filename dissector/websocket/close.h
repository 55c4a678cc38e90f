// The body of a close frame: a code and a reason (RFC 6455 sections 5.5.1 and 7.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/issue/issue.h"

namespace framescope::websocket {

/// Empty body: neither. A body of a single byte is no code; it is kept in `reason`.
struct CloseBody {
    std::optional<std::uint16_t> code;
    std::string reason;  ///< any bytes; should be UTF-8

    bool operator==(const CloseBody&) const = default;
};

/// Takes all of `payload` (unmasked).
CloseBody parseCloseBody(ByteView payload);
/// Writes what it is told.
void encode(const CloseBody& body, ByteWriter& out);
/// One byte only, a code that must not be sent, a reason that is not UTF-8.
void checkClose(const CloseBody& body, IssueSink& issues);

/// The name of the IANA registry in lower case ("going away"); "private use", "not registered" or
/// "not defined" for ranges without names.
std::string_view closeCodeName(std::uint16_t code);
/// Whether an endpoint may put this code into a close frame (section 7.4.1 and 7.4.2).
bool mayBeSent(std::uint16_t code);

}  // namespace framescope::websocket
