// IEEE 802.11 data frames down to what their logical link control carries, and the headers that
// adapters in monitor mode put in front of them. Frames that are encrypted, or parts of one that
// was fragmented, are not read.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::wlan {

/// An 802.11 frame (IEEE 802.11 section 9.2.3). Of several frames in one (A-MSDU), the first is
/// read. `walk.type` kDataPadding: the body begins at a multiple of four bytes.
inline constexpr std::uint16_t kDataPadding = 0xffff;
/// The two bytes of frame control stand in the other order, as controllers of CAPWAP write them.
inline constexpr std::uint16_t kSwappedControl = 0xfffe;
void step(Walk& walk);

/// radiotap.org.
void stepRadiotap(Walk& walk);
/// The header of the Prism II drivers, or that of AVS in its place.
void stepPrism(Walk& walk);
void stepAvs(Walk& walk);
/// Per-packet information: names the link type of what follows.
void stepPpi(Walk& walk);

}  // namespace framescope::wlan
