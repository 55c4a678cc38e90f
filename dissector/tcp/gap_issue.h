// The issue that the row of a hole has, by what is known of the hole.
#pragma once

#include "dissector/issue/issue.h"
#include "dissector/tcp/stream_sink.h"

namespace framescope::tcp {

constexpr IssueCode issueOf(GapCause cause) {
    if (cause == GapCause::NotAcknowledged) return IssueCode::TcpDataNotAcknowledged;
    if (cause == GapCause::CutShort) return IssueCode::PacketCutShort;
    return IssueCode::TcpDataMissing;
}

}  // namespace framescope::tcp
