// What a draft will look like on the wire: the rows, trees and issues that the dissector makes of
// its bytes, by the same way as those of a capture.
#pragma once

#include <memory>
#include <vector>

#include "capture/compose/composer.h"
#include "capture/session/session.h"

namespace framescope::compose {

struct Preview {
    std::unique_ptr<Session> session;  ///< a row for each frame or packet that is about to be sent
    std::vector<RecordId> rows;        ///< those of the draft itself, in order
    Bytes bytes;                       ///< all of it
    Severity worst = Severity::None;
};

/// Takes apart what is about to be sent. `sent`: bytes of earlier messages of this connection that
/// a compressed one may refer to (none are needed where nothing is compressed with context).
Preview previewOf(const Prepared& prepared, const WireState& state, ByteView sent = {});

}  // namespace framescope::compose
