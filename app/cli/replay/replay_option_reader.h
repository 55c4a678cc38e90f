// Reads the options of the command replay.
#pragma once

#include <memory>
#include <vector>

#include "app/cli/command_options.h"
#include "app/cli/connect/connection_option_reader.h"
#include "app/cli/replay/replay_command_options.h"

namespace framescope::cli {

class ReplayOptionReader final : public CommandOptions {
public:
    ReplayOptionReader();

    std::string_view letters() const override { return "r:T:w:hvd:"; }
    std::span<const option> longOptions() const override { return m_longOptions; }
    Mistake take(int option, std::string_view value, ArgumentTail& tail) override;
    Mistake takeArgument(std::string_view argument) override;
    Mistake finish(Options& options) override;
    std::string_view help() const override;

private:
    Mistake setTiming(std::string_view value);
    Mistake addRule(std::string_view value);
    Mistake setSession(std::string_view value);

    std::vector<option> m_longOptions;
    std::shared_ptr<ReplayCommandOptions> m_replay = std::make_shared<ReplayCommandOptions>();
    ConnectionOptionReader m_connection;
};

}  // namespace framescope::cli
