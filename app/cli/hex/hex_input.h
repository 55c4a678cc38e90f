// The command `hex`: bytes that somebody pasted become rows, by the same way as those of a capture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/options.h"
#include "capture/result.h"
#include "capture/session/session.h"

namespace framescope::cli {

struct DecodedHex {
    std::unique_ptr<Session> session;
    bool onlyBodyUnits = false;  ///< rows of the heads around a polling body are not the user's
    std::vector<std::string> remarks;  ///< what had to be guessed, for standard error

    /// Whether the row comes from the user's bytes.
    bool shows(RecordId row) const { return !onlyBodyUnits || isInBody(session->record(row).kind); }
};

/// Reads the input the options name. An Error when it cannot be read or holds no hex digits.
Result<DecodedHex> decodeHexInput(const Options& options);

}  // namespace framescope::cli
