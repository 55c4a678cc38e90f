// getopt_long does the splitting, so that options join as in tshark (-Tfields, -qr FILE) and may
// stand behind the file.
#include "app/cli/options.h"

#include <algorithm>
#include <charconv>
#include <getopt.h>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/cli/command_options.h"
#include "app/cli/live/live_option_reader.h"
#include "app/cli/option_values.h"
#include "app/cli/replay/replay_option_reader.h"
#include "app/cli/send/send_option_reader.h"
#include "app/cli/serve/serve_option_reader.h"
#include "dissector/field/field_suggestion.h"

namespace framescope::cli {
namespace {

constexpr char kShortOptions[] = ":r:Y:T:e:E:Vxc:qz:G:hvi:f:a:b:w:s:B:pDd:";

/// Long options without a letter.
enum LongOption {
    kInflateLimit = 256,
    kHeldBytes,
    kHeldSegments,
    kHeldTotal,
    kConflicts,
    kTimeOrder,
    kDecodeAs,
    kVerifyChecksums,
    kDirection,
    kDeflate,
    kPayload,
    kPolling,
    kText,
    kPath,
    kSubprotocol,
};

constexpr option kLongOptions[] = {
    {"dir", required_argument, nullptr, kDirection},
    {"deflate", no_argument, nullptr, kDeflate},
    {"payload", no_argument, nullptr, kPayload},
    {"polling", no_argument, nullptr, kPolling},
    {"text", no_argument, nullptr, kText},
    {"path", required_argument, nullptr, kPath},
    {"subprotocol", required_argument, nullptr, kSubprotocol},
    {"read-file", required_argument, nullptr, 'r'},
    {"display-filter", required_argument, nullptr, 'Y'},
    {"inflate-limit", required_argument, nullptr, kInflateLimit},
    {"held-bytes", required_argument, nullptr, kHeldBytes},
    {"held-segments", required_argument, nullptr, kHeldSegments},
    {"held-total", required_argument, nullptr, kHeldTotal},
    {"conflicts", required_argument, nullptr, kConflicts},
    {"time-order", required_argument, nullptr, kTimeOrder},
    {"read-as", required_argument, nullptr, 'd'},
    {"decode-as", required_argument, nullptr, kDecodeAs},
    {"verify-checksums", no_argument, nullptr, kVerifyChecksums},
    // Live captures
    {"interface", required_argument, nullptr, 'i'},
    {"autostop", required_argument, nullptr, 'a'},
    {"ring-buffer", required_argument, nullptr, 'b'},
    {"snapshot-length", required_argument, nullptr, 's'},
    {"buffer-size", required_argument, nullptr, 'B'},
    {"no-promiscuous-mode", no_argument, nullptr, 'p'},
    {"list-interfaces", no_argument, nullptr, 'D'},
    {"remote", required_argument, nullptr, kRemote},
    {"remote-port", required_argument, nullptr, kRemotePort},
    {"remote-sudo", no_argument, nullptr, kRemoteSudo},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'v'},
    {nullptr, 0, nullptr, 0},
};

/// One character, or /t and /s for a tab and a space, as tshark has it.
std::optional<std::string> separatorFrom(std::string_view value) {
    if (value == "/t") return "\t";
    if (value == "/s") return " ";
    if (value.size() == 1) return std::string(value);
    return std::nullopt;
}

/// The long options of a command: its own, and those of everybody that it takes.
std::vector<option> longOptionsOf(const CommandOptions& command) {
    std::vector<option> all(command.longOptions().begin(), command.longOptions().end());
    const std::string_view letters = command.letters();
    const bool printsRows = letters.find('Y') != std::string_view::npos;
    for (const option& known : kLongOptions) {
        const bool hasLetter = known.val > 0 && known.val < 128 &&
                               letters.find(static_cast<char>(known.val)) != std::string_view::npos;
        const bool isOfRows = known.val == kInflateLimit || known.val == kDecodeAs;
        if (hasLetter || (printsRows && isOfRows)) all.push_back(known);
    }
    all.push_back({nullptr, 0, nullptr, 0});
    return all;
}

std::unique_ptr<CommandOptions> commandNamed(std::string_view name) {
    if (name == "send") return std::make_unique<SendOptionReader>();
    if (name == "replay") return std::make_unique<ReplayOptionReader>();
    if (name == "serve") return std::make_unique<ServeOptionReader>();
    return nullptr;
}

class OptionReader {
public:
    Result<Options> read(int argc, char** argv) {
        opterr = 0;
        optind = 1;
        const std::string_view first = argc > 1 ? argv[1] : "";
        if (first == "hex") m_options.action = Action::DecodeHex;
        m_command = commandNamed(first);
        if (m_command) m_name = first;
        if (m_command || first == "hex") optind = 2;
        // A command is told its arguments and options in the order in which they were written.
        const std::string letters =
            m_command ? "-:" + std::string(m_command->letters()) : kShortOptions;
        const std::vector<option> ofCommand =
            m_command ? longOptionsOf(*m_command) : std::vector<option>();
        const option* const longOptions = m_command ? ofCommand.data() : kLongOptions;
        int letter = 0;
        while (m_error.empty() &&
               (letter = getopt_long(argc, argv, letters.c_str(), longOptions, nullptr)) != -1) {
            take(letter, argc, argv);
        }
        for (int i = optind; m_error.empty() && i < argc; ++i) takeArgument(argv[i]);
        if (m_error.empty()) checkTogether();
        if (!m_error.empty()) return Error{m_error};
        return std::move(m_options);
    }

private:
    void take(int letter, int argc, char** argv) {
        const std::string_view value = optarg != nullptr ? optarg : "";
        if (letter >= kCommandOption && m_command) {
            ArgumentTail tail(argc, argv, optind);
            if (auto mistake = m_command->take(letter, value, tail)) fail(*std::move(mistake));
            return;
        }
        switch (letter) {
            case kArgument:
            case 'r':
                return takeArgument(value);
            case 'Y':
                return setFilter(value);
            case 'T':
                return setFormat(value);
            case 'e':
                return addField(value);
            case 'E':
                return setLayout(value);
            case 'c':
                return setMaxRows(value);
            case 'G':
                return setList(value);
            case kInflateLimit:
                return setLimit(m_options.limits.inflatedMessage, "--inflate-limit", "bytes",
                                value);
            case kHeldBytes:
                return setLimit(m_options.limits.heldBytes, "--held-bytes", "bytes", value);
            case kHeldSegments:
                return setLimit(m_options.limits.heldSegments, "--held-segments", "segments",
                                value);
            case kHeldTotal:
                return setLimit(m_options.limits.heldInTotal, "--held-total", "bytes", value);
            case kConflicts:
                return setLimit(m_options.limits.conflicts, "--conflicts", "conflicts", value);
            case kTimeOrder:
                return setOrder(value);
            case 'V':
                m_options.tree = true;
                return;
            case 'x':
                m_options.bytes = true;
                return;
            case 'q':
                m_options.quiet = true;
                return;
            case 'z':
                return addTable(value);
            case 'h':
                return setAction(Action::ShowHelp);
            case 'v':
                return setAction(Action::ShowVersion);
            case kDecodeAs:
                return addRule(value);
            case 'd':
                return addReadAs(value);
            case kVerifyChecksums:
                m_options.verifyChecksums = true;
                return;
            case kDirection:
            case kDeflate:
            case kPayload:
            case kPolling:
            case kText:
            case kPath:
            case kSubprotocol:
                return takeHexOption(letter, value);
            case 'D':
                return setAction(Action::ListInterfaces);
            case ':':
                return fail("The option " + optionName(argv) + " needs a value.");
            default:
                if (LiveOptionReader::knows(letter)) return takeLiveOption(letter, value);
                return fail("There is no option " + optionName(argv) + "; " +
                            (m_command ? m_name + " " : std::string()) + "-h lists them.");
        }
    }

    void takeArgument(std::string_view argument) {
        if (!m_command) return setFile(argument);
        if (auto mistake = m_command->takeArgument(argument)) fail(*std::move(mistake));
    }

    void addRule(std::string_view text) {
        auto rule = parsePayloadRule(text);
        if (const auto* const sentence = std::get_if<std::string>(&rule)) {
            return fail("--decode-as " + quoted(text) + ": " + *sentence);
        }
        m_options.payloadRules.add(std::get<PayloadRule>(std::move(rule)));
    }

    void addReadAs(std::string_view text) {
        if (m_options.action == Action::DecodeHex) {
            return fail("-d tells how connections are read; the bytes of hex are of none.");
        }
        auto rule = parseReadAsRule(text);
        if (const auto* const sentence = std::get_if<std::string>(&rule)) {
            return fail("-d " + quoted(text) + ": " + *sentence);
        }
        m_options.readAs.add(std::get<ReadAsRule>(std::move(rule)));
    }

    void takeLiveOption(int letter, std::string_view value) {
        if (m_options.action == Action::DecodeHex) {
            return fail("The command hex reads bytes and captures nothing.");
        }
        // As for tshark, the interface "-" is standard input.
        if (letter == 'i' && value == "-") return setFile(value);
        if (auto mistake = m_live.take(letter, value)) fail(*std::move(mistake));
    }

    void takeHexOption(int letter, std::string_view value) {
        if (m_options.action != Action::DecodeHex) {
            return fail("That option belongs to the command hex: framescope-cli hex --help.");
        }
        HexOptions& hex = m_options.hex;
        switch (letter) {
            case kDirection:
                if (value != "c2s" && value != "s2c") {
                    return fail("--dir takes c2s or s2c, and not " + quoted(value) + ".");
                }
                hex.direction =
                    value == "c2s" ? Direction::ClientToServer : Direction::ServerToClient;
                return;
            case kDeflate:
                hex.deflate = true;
                return;
            case kPayload:
                hex.content = HexContent::Payload;
                return;
            case kPolling:
                hex.content = HexContent::Polling;
                return;
            case kText:
                hex.isText = true;
                return;
            case kPath:
                hex.path = value;
                return;
            default:
                hex.subprotocol = value;
                return;
        }
    }

    /// The option getopt stumbled over, as it was written.
    static std::string optionName(char** argv) {
        const std::string_view last = argv[optind - 1];
        const bool isLong = last.starts_with("--") && last.size() > 2;
        if (isLong && (optopt == 0 || optopt >= 256 || last.find('=') != std::string_view::npos)) {
            return std::string(last.substr(0, last.find('=')));
        }
        if (isLong) return std::string(last);
        return std::string("-") + static_cast<char>(optopt);
    }

    void setFile(std::string_view file) {
        if (!m_options.file.empty()) return fail("Only one capture is read at a time.");
        if (file.empty()) return fail("The name of the capture is empty.");
        m_options.file = file;
    }

    void setFilter(std::string_view text) {
        if (m_hasFilter) return fail("There can be only one -Y; join filters with '&&'.");
        m_hasFilter = true;
        auto compiled = compileFilter(text);
        if (const auto* error = std::get_if<FilterError>(&compiled)) {
            return fail("In the filter, at character " + std::to_string(error->position + 1) +
                        ": " + error->sentence);
        }
        m_options.filter = std::move(std::get<Filter>(compiled));
    }

    void setFormat(std::string_view name) {
        if (name == "text") {
            m_options.format = Format::Text;
        } else if (name == "fields") {
            m_options.format = Format::Fields;
        } else if (name == "json") {
            m_options.format = Format::Json;
        } else {
            fail(quoted(name) + " is no format for -T: there are text, fields and json.");
        }
    }

    void addField(std::string_view name) {
        const auto field = findField(name);
        if (!field || name.empty()) return fail(noSuchFieldSentence(name));
        m_options.fields.push_back(*field);
    }

    void setLayout(std::string_view text) {
        const std::size_t equals = text.find('=');
        const std::string_view key = text.substr(0, equals);
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
        FieldsLayout& layout = m_options.layout;
        m_hasLayout = true;
        if (key == "header" && (value == "y" || value == "n")) {
            layout.header = value == "y";
        } else if (const auto separator = separatorFrom(value); key == "separator" && separator) {
            layout.separator = *separator;
        } else if (key == "aggregator" && separator) {
            layout.aggregator = *separator;
        } else if (key == "occurrence" && (value == "f" || value == "l" || value == "a")) {
            layout.occurrence = value == "f"   ? Occurrence::First
                                : value == "l" ? Occurrence::Last
                                               : Occurrence::All;
        } else {
            fail(quoted(text) +
                 " is no value for -E: there are header=y|n, separator=/t|/s|CHARACTER, "
                 "aggregator=/t|/s|CHARACTER and occurrence=f|l|a.");
        }
    }

    void setMaxRows(std::string_view text) {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, m_options.maxRows);
        if (error != std::errc() || stop != end || m_options.maxRows == 0) {
            fail("-c takes a number of rows, 1 or more, and not " + quoted(text) + ".");
        }
        m_hasMaxRows = true;
    }

    void setLimit(std::uint64_t& limit, std::string_view option, std::string_view unit,
                  std::string_view text) {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, limit);
        if (error != std::errc() || stop != end || limit == 0) {
            fail(std::string(option) + " takes a number of " + std::string(unit) +
                 ", 1 or more, and not " + quoted(text) + ".");
        }
    }

    void setOrder(std::string_view name) {
        if (m_options.action == Action::DecodeHex) {
            return fail("--time-order is about packets; the bytes of hex have none.");
        }
        m_hasOrder = true;
        if (name == "auto") {
            m_options.order = PacketOrder::Auto;
        } else if (name == "file") {
            m_options.order = PacketOrder::File;
        } else if (name == "time") {
            m_options.order = PacketOrder::Time;
        } else {
            fail(quoted(name) + " is no order for --time-order: there are auto, file and time.");
        }
    }

    void setList(std::string_view name) {
        if (name == "fields") return setAction(Action::ListFields);
        if (name == "issues") return setAction(Action::ListIssues);
        fail(quoted(name) + " is no list for -G: there are fields and issues.");
    }

    void addTable(std::string_view name) {
        const StatisticsTable* const table = findStatisticsTable(name);
        if (table == nullptr) {
            const bool one = statisticsTables().size() == 1;
            return fail(quoted(name) + " is no table for -z: there " + (one ? "is " : "are ") +
                        statisticsTableNames() + ".");
        }
        m_options.tables.push_back(table);
    }

    /// The first one counts; what else was asked for is then not looked at.
    void setAction(Action action) {
        if (action == Action::ShowHelp) m_options.help = m_command ? m_command->help() : helpText();
        if (m_options.action == Action::ReadCapture || m_options.action == Action::DecodeHex) {
            m_options.action = action;
        }
    }

    void checkTogether() {
        const bool decode = m_options.action == Action::DecodeHex;
        if (m_options.action != Action::ReadCapture && !decode) return;
        if (decode && m_options.file.empty()) m_options.file = "-";
        // Whoever pastes a frame wants to see it taken apart.
        if (decode && m_options.format == Format::Text) m_options.tree = true;
        const bool text = m_options.format == Format::Text;
        const bool fields = m_options.format == Format::Fields;
        m_options.live = m_live.options();
        if (m_command) {
            if (auto mistake = m_command->finish(m_options)) return fail(*std::move(mistake));
        } else if (m_options.file.empty() && !m_live.capturesLive()) {
            return fail("No capture was named; write framescope-cli FILE, or -h for help.");
        }
        auto mistake = m_command ? std::nullopt : m_live.mistake(m_options.file);
        if (mistake && !decode) {
            fail(*std::move(mistake));
        } else if (fields && m_options.fields.empty()) {
            fail("-T fields needs to know which fields: name them with -e.");
        } else if (text && !m_options.fields.empty()) {
            fail("-e names fields for -T fields or -T json; neither was asked for.");
        } else if (!fields && m_hasLayout) {
            fail("-E says how -T fields prints; it was not asked for.");
        } else if (!text && (m_options.tree || m_options.bytes)) {
            fail("-V and -x print text; they do not go with -T fields or -T json.");
        } else if (m_options.quiet && (m_hasFilter || m_hasMaxRows)) {
            fail("-q sums up the whole capture; it does not go with -Y or -c.");
        } else if (m_hasOrder && m_live.capturesLive()) {
            fail(
                "--time-order is for captures that are complete; what is captured live comes in "
                "its order.");
        } else if (!m_options.tables.empty() && m_hasMaxRows) {
            fail("-z tells of the whole capture; it does not go with -c.");
        } else if (!m_options.tables.empty() && !text && !m_options.quiet) {
            fail(
                "-z prints text; with -T fields or -T json it goes only where -q leaves rows out.");
        }
    }

    void fail(std::string sentence) {
        if (m_error.empty()) m_error = std::move(sentence);
    }

    /// What getopt gives for an argument among the options of a command.
    static constexpr int kArgument = 1;

    Options m_options;
    LiveOptionReader m_live;
    std::unique_ptr<CommandOptions> m_command;  ///< null without a command, and for hex
    std::string m_name;
    std::string m_error;
    bool m_hasFilter = false;
    bool m_hasLayout = false;
    bool m_hasMaxRows = false;
    bool m_hasOrder = false;
};

}  // namespace

Result<Options> parseOptions(int argc, char** argv) {
    return OptionReader().read(argc, argv);
}

}  // namespace framescope::cli
