// What a draft will look like on the wire: the rows, trees and issues that the dissector makes of
// its bytes, by the same way as those of a capture.
#pragma once

#include <memory>
#include <vector>

#include "capture/compose/composer.h"
#include "capture/session/session.h"

namespace framescope::compose {

struct Preview {
    /// A row for each frame or packet that is about to be sent, behind those that stand for what
    /// was sent before (Prepared::before, `sent`), and for polling behind the rows of the heads.
    std::unique_ptr<Session> session;
    std::vector<RecordId> rows;       ///< those of the draft itself, in order
    Bytes bytes;                      ///< all of it; for polling the body
    Severity worst = Severity::None;  ///< of these rows
};

/// Takes apart what is about to be sent. What a compressed message refers to, or a continuation
/// continues, is in Prepared::before. `sent`: further bytes in front of it, frames of this
/// direction; none are needed.
Preview previewOf(const Prepared& prepared, const WireState& state, ByteView sent = {});

}  // namespace framescope::compose
