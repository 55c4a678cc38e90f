// Goes over the elements of a header's list without making a list of them (RFC 9110 section 5.6.1):
// a handshake is asked a dozen times whether it lists something.
#pragma once

#include <string_view>

#include "dissector/http/grammar.h"

namespace framescope::http {

/// Calls `visit` with each piece of `value` between separators outside of quotes, trimmed, empty
/// ones too, until it returns false. The pieces are views into `value`.
template <typename Visit>
void visitOutsideQuotes(std::string_view value, char separator, Visit visit) {
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (quoted && value[at] == '\\') {
            ++at;
        } else if (value[at] == '"') {
            quoted = !quoted;
        } else if (value[at] == separator && !quoted) {
            if (!visit(trimmed(value.substr(begin, at - begin)))) return;
            begin = at + 1;
        }
    }
    visit(trimmed(value.substr(begin)));
}

}  // namespace framescope::http
