// Reads the options of the command serve.
#pragma once

#include "app/cli/command_options.h"
#include "capture/server/test_server.h"

namespace framescope::cli {

class ServeOptionReader final : public CommandOptions {
public:
    ServeOptionReader();

    std::string_view letters() const override { return kRowLetters; }
    std::span<const option> longOptions() const override;
    Mistake take(int option, std::string_view value, ArgumentTail& tail) override;
    Mistake takeArgument(std::string_view argument) override;
    Mistake finish(Options& options) override;
    std::string_view help() const override;

private:
    server::ServerOptions m_server;
    bool m_lists = false;
};

}  // namespace framescope::cli
