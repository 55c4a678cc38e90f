// What was asked of the command send.
#pragma once

#include <string>

#include "capture/client/client_options.h"
#include "capture/script/message_text.h"
#include "capture/script/script.h"

namespace framescope::cli {

/// How a connection is ended from our side.
struct Goodbye {
    bool cut = false;  ///< RST instead of a close
    std::optional<std::uint16_t> code = 1000;
    std::string reason;
};

struct SendOptions {
    client::ClientOptions client;
    std::string requestFile;   ///< --raw, "-" for standard input; read before connecting
    script::Script messages;   ///< of the arguments, in their order
    std::string scriptFile;    ///< --script, "-" for standard input; empty: none
    bool readsLines = false;   ///< lines of standard input are messages
    script::MessageForm form;  ///< of lines
    std::uint64_t keySeed = 0;
    script::SettleStep settle;  ///< behind the last message, unless a script is carried out
    Goodbye goodbye;
    bool dryRun = false;  ///< what would be sent is shown; nothing is connected
};

}  // namespace framescope::cli
