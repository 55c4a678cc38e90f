// getopt_long does the splitting, so that options join as in tshark (-Tfields, -qr FILE) and may
// stand behind the file.
#include "app/cli/options.h"

#include <charconv>
#include <getopt.h>
#include <optional>
#include <string_view>

#include "app/cli/live/live_option_reader.h"
#include "dissector/field/field_suggestion.h"

namespace framescope::cli {
namespace {

constexpr char kShortOptions[] = ":r:Y:T:e:E:Vxc:qz:G:hvi:f:a:b:w:s:B:pD";

/// Long options without a letter.
enum LongOption {
    kInflateLimit = 256,
    kDecodeAs,
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
    {"decode-as", required_argument, nullptr, kDecodeAs},
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

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

/// One character, or /t and /s for a tab and a space, as tshark has it.
std::optional<std::string> separatorFrom(std::string_view value) {
    if (value == "/t") return "\t";
    if (value == "/s") return " ";
    if (value.size() == 1) return std::string(value);
    return std::nullopt;
}

class OptionReader {
public:
    Result<Options> read(int argc, char** argv) {
        opterr = 0;
        optind = 1;
        if (argc > 1 && argv[1] == std::string_view("hex")) {
            m_options.action = Action::DecodeHex;
            optind = 2;
        }
        int letter = 0;
        while (m_error.empty() &&
               (letter = getopt_long(argc, argv, kShortOptions, kLongOptions, nullptr)) != -1) {
            take(letter, argv);
        }
        for (int i = optind; m_error.empty() && i < argc; ++i) setFile(argv[i]);
        if (m_error.empty()) checkTogether();
        if (!m_error.empty()) return Error{m_error};
        return std::move(m_options);
    }

private:
    void take(int letter, char** argv) {
        const std::string_view value = optarg != nullptr ? optarg : "";
        switch (letter) {
            case 'r':
                return setFile(value);
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
                return setInflateLimit(value);
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
                return fail("There is no option " + optionName(argv) + "; -h lists them.");
        }
    }

    void addRule(std::string_view text) {
        auto rule = parsePayloadRule(text);
        if (const auto* const sentence = std::get_if<std::string>(&rule)) {
            return fail("--decode-as " + quoted(text) + ": " + *sentence);
        }
        m_options.payloadRules.add(std::get<PayloadRule>(std::move(rule)));
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

    void setInflateLimit(std::string_view text) {
        std::uint64_t& limit = m_options.limits.inflatedMessage;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, limit);
        if (error != std::errc() || stop != end || limit == 0) {
            fail("--inflate-limit takes a number of bytes, 1 or more, and not " + quoted(text) +
                 ".");
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
        if (m_options.file.empty() && !m_live.capturesLive()) {
            return fail("No capture was named; write framescope-cli FILE, or -h for help.");
        }
        if (auto mistake = m_live.mistake(m_options.file); mistake && !decode) {
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

    Options m_options;
    LiveOptionReader m_live;
    std::string m_error;
    bool m_hasFilter = false;
    bool m_hasLayout = false;
    bool m_hasMaxRows = false;
};

}  // namespace

Result<Options> parseOptions(int argc, char** argv) {
    return OptionReader().read(argc, argv);
}

std::string_view helpText() {
    return R"(Usage: framescope-cli [options] FILE
       framescope-cli [options] -i INTERFACE [-f FILTER]

Reads a capture (pcap or pcapng, also gzip-compressed), or captures packets
itself, and prints the WebSocket and Socket.IO conversations in it, one line a
row. A live capture is ended with Ctrl-C.

  -r FILE, --read-file FILE        the capture; the same as FILE alone. A FIFO, or
                                   - for standard input, is read as it is written
  -i IFACE, --interface IFACE      capture from this interface, or from the one of
                                   that number in the list of -D
  -f FILTER                        capture only what this filter of libpcap takes:
                                   'tcp port 3000'
  -w FILE                          write what is captured to this file, pcapng
  -a LIMIT, --autostop LIMIT       end the capture by itself: duration:SECONDS,
                                   filesize:KB, packets:N or files:N; repeatable
  -b LIMIT, --ring-buffer LIMIT    go on to a new file: duration:SECONDS,
                                   filesize:KB or packets:N; files:N keeps only the
                                   last N; repeatable
  -s LENGTH, --snapshot-length LENGTH
                                   most bytes kept of a packet; 262144 without it
  -B MIB, --buffer-size MIB        size of the kernel's buffer; 16 without it
  -p, --no-promiscuous-mode        only packets that are meant for this machine
  --remote [USER@]HOST:IFACE       capture there with tcpdump, through ssh
  --remote-port PORT               the port of ssh there
  --remote-sudo                    tcpdump needs sudo there
  -D, --list-interfaces            list the interfaces, and end
  -Y FILTER, --display-filter FILTER
                                   only rows that match: names of protocols and
                                   fields, field == value, &&, ||, !, ( )
  -T text|fields|json              how rows are printed; text without -T
  -e FIELD                         a field for -T fields or -T json; repeatable
  -E KEY=VALUE                     for -T fields: header=y|n, separator=CHARACTER,
                                   aggregator=CHARACTER, occurrence=f|l|a
  -V                               the tree of every row
  -x                               the bytes of every row
  -c N                             end after N rows were printed
  -q                               no rows, only the summary
  -z connections|polling|sessions  behind the rows, a table: the connections with
                                   their habits, who polls and what it costs, or the
                                   Engine.IO sessions; with -q the table alone;
                                   repeatable
  --inflate-limit BYTES            read so much of a compressed message at the
                                   most; 67108864 without it
  -G fields|issues                 list all fields, or all issues, and end
  --decode-as PATH[#EVENT]=FORMAT[:FILE:MESSAGE]
                                   how payloads of a path or an event are read: json,
                                   msgpack, cbor, protobuf (with a .proto file and a
                                   message in it), base64, text or raw; repeatable
  -h, --help                       this text
  -v, --version                    the version

       framescope-cli hex [options] [FILE | -]

Reads WebSocket frames as hex digits in any common notation and takes them
apart. Without FILE, or with -, from standard input. -T, -e, -x and -Y as above.

  --dir c2s|s2c                    who sent them; without it the masks tell
  --deflate                        permessage-deflate was agreed
  --payload                        the bytes are one message's payload, no frames
  --polling                        the bytes are a body of Engine.IO's polling
  --text                           the input is the bytes themselves, no digits
  --path TARGET                    request target of the handshake, such as
                                   "/socket.io/?EIO=4"
  --subprotocol NAME               agreed Sec-WebSocket-Protocol

Exit code: 0 read; 1 bad usage or filter; 2 cannot be read; 3 read up to a
damaged place. The manual page framescope-cli(1) says more.
)";
}

}  // namespace framescope::cli
