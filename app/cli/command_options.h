// What a command of the program (send, replay, serve) adds to the options that all have in common.
// The reader of the command line hands it what is its own.
#pragma once

#include <getopt.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/cli/options.h"

namespace framescope::cli {

/// Long options of commands without a letter have values from here on.
inline constexpr int kCommandOption = 1024;

/// The arguments behind an option, for those that take more than one value.
class ArgumentTail {
public:
    ArgumentTail(int argc, char** argv, int& next) : m_argc(argc), m_argv(argv), m_next(next) {}
    /// The next argument, which is used up; nothing at the end of the line.
    std::optional<std::string_view> take() {
        if (m_next >= m_argc) return std::nullopt;
        return std::string_view(m_argv[m_next++]);
    }

private:
    int m_argc;
    char** m_argv;
    int& m_next;
};

class CommandOptions {
public:
    /// A sentence where something is wrong.
    using Mistake = std::optional<std::string>;

    virtual ~CommandOptions() = default;
    /// The letters of those that it has in common with everybody, as getopt takes them.
    virtual std::string_view letters() const = 0;
    /// Without the entry of zeros at the end.
    virtual std::span<const option> longOptions() const = 0;
    /// One of longOptions(); arguments and options come in the order in which they were written.
    virtual Mistake take(int option, std::string_view value, ArgumentTail& tail) = 0;
    virtual Mistake takeArgument(std::string_view argument) = 0;
    /// Checks what goes together and puts all of it into the options.
    virtual Mistake finish(Options& options) = 0;
    /// What -h prints.
    virtual std::string_view help() const = 0;
};

/// Letters of a command that prints rows of a transcript, see CommandOptions::letters().
inline constexpr std::string_view kRowLetters = "Y:T:e:E:Vxc:qz:w:hv";

}  // namespace framescope::cli
