// MQTT on the messages of one connection. A message may hold several control packets or parts of
// them (MQTT 5.0 section 6), so reading keeps what a packet lacks, and each row keeps what taking
// it apart must know: `form` is the protocol level its packets were read under, `detail` how many
// of its bytes belong to a packet that began in an earlier message; a link of kind PartOf leads
// there.
#pragma once

#include "dissector/layer/message_protocol.h"

namespace framescope::mqtt {

/// Packets longer than this are named by their beginning and not checked when they are spread over
/// several messages.
inline constexpr std::size_t kMaxSpread = 64U << 10;

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::mqtt
