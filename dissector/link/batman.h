// B.A.T.M.A.N. advanced, the mesh that routes Ethernet frames (batman-adv of Linux, its
// packet.h): frames to one node and to all of them, compatibility versions 14 and 15.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::batman {

/// Behind EtherType 0x4305. What carries no frame, or part of one, is not read.
void step(Walk& walk);

}  // namespace framescope::batman
