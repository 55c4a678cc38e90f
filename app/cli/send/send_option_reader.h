// Reads the options of the command send. Messages are made when all options are known, since those
// that shape frames may stand behind them.
#pragma once

#include <memory>
#include <vector>

#include "app/cli/command_options.h"
#include "app/cli/connect/connection_option_reader.h"
#include "app/cli/send/frame_option_reader.h"
#include "app/cli/send/send_options.h"

namespace framescope::cli {

class SendOptionReader final : public CommandOptions {
public:
    SendOptionReader();

    std::string_view letters() const override { return kRowLetters; }
    std::span<const option> longOptions() const override { return m_longOptions; }
    Mistake take(int option, std::string_view value, ArgumentTail& tail) override;
    Mistake takeArgument(std::string_view argument) override;
    Mistake finish(Options& options) override;
    std::string_view help() const override;

private:
    /// A message as it was given: a payload, or a draft's JSON.
    struct Given {
        compose::Payload payload;
        std::string draft;
        std::chrono::milliseconds every{0};  ///< 0: once
    };

    Mistake takeHandshake(int option, std::string_view value);
    Mistake takeProtocol(int option, std::string_view value);
    Mistake takeMessage(int option, std::string_view value, ArgumentTail& tail);
    Mistake takeEnding(int option, std::string_view value);
    Mistake setAuth(std::string_view value);
    Mistake whatDoesNotGoTogether() const;
    Mistake whatOtherProtocolsLack() const;
    Mistake makeMessages();
    bool speaksEngineIo() const { return m_sio || m_eio; }

    std::vector<option> m_longOptions;
    std::shared_ptr<SendOptions> m_send = std::make_shared<SendOptions>();
    ConnectionOptionReader m_connection;
    FrameOptionReader m_frame;
    std::vector<Given> m_given;
    bool m_sio = false;
    bool m_eio = false;
    bool m_bytes = false;
    bool m_hasWay = false;        ///< --polling, --websocket or --upgrade
    bool m_hasHandshake = false;  ///< something of the request was changed
    bool m_hasNamespace = false;
    bool m_hasAuth = false;
    bool m_noHeartbeat = false;
    bool m_hasLinger = false;
};

}  // namespace framescope::cli
