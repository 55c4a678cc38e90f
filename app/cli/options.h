// What the user asked for on the command line. Reading it checks everything that can be checked
// before a file is opened: names of fields, the filter, which options go together.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/live/live_options.h"
#include "app/cli/statistics_tables.h"
#include "capture/ingest/ingest_options.h"
#include "capture/result.h"
#include "dissector/field/field_id.h"
#include "dissector/filter/filter.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/read_as.h"
#include "dissector/payload/payload_rules.h"
#include "dissector/record/record.h"

namespace framescope::cli {

enum class Action {
    ReadCapture,
    DecodeHex,
    ShowHelp,
    ShowVersion,
    ListFields,
    ListIssues,
    ListInterfaces,
    RunCommand,
};
enum class Format { Text, Fields, Json };
enum class Occurrence { First, Last, All };

/// How -T fields separates (-E).
struct FieldsLayout {
    bool header = false;
    std::string separator = "\t";
    std::string aggregator = ",";
    Occurrence occurrence = Occurrence::All;
};

/// What the bytes given to the command `hex` are.
enum class HexContent {
    Frames,   ///< WebSocket frames, one behind the other
    Payload,  ///< the payload of one message, unmasked
    Polling,  ///< the body of an Engine.IO polling exchange
};

/// The command `hex`.
struct HexOptions {
    HexContent content = HexContent::Frames;
    std::optional<Direction> direction;  ///< --dir; without it the masks tell
    bool deflate = false;                ///< permessage-deflate was agreed
    bool isText = false;                 ///< the input is the bytes themselves, not hex digits
    std::string path;                    ///< request target of the handshake
    std::string subprotocol;
};

class Output;

struct Options {
    Action action = Action::ReadCapture;
    std::string file;  ///< "-" is standard input; empty when something is captured
    LiveOptions live;
    Filter filter;
    Format format = Format::Text;
    std::vector<FieldId> fields;  ///< -e, in order
    FieldsLayout layout;
    HexOptions hex;
    /// Of RunCommand: send, replay or serve with its own options. The exit code.
    std::function<int(const Options&, Output&)> command;
    std::string_view help;      ///< what -h prints
    PayloadRules payloadRules;  ///< --decode-as; the schemas they name are not read yet
    bool verifyChecksums = false;
    bool tree = false;                           ///< -V
    bool bytes = false;                          ///< -x
    bool quiet = false;                          ///< -q
    std::vector<const StatisticsTable*> tables;  ///< -z, in order
    DecodeLimits limits;                         ///< --inflate-limit, --held-*, --conflicts
    ReadAsRules readAs;                          ///< -d
    PacketOrder order = PacketOrder::Auto;       ///< --time-order
    std::uint64_t maxRows = std::numeric_limits<std::uint64_t>::max();  ///< -c
};

/// Reads the command line.
Result<Options> parseOptions(int argc, char** argv);

/// What -h prints without a command.
std::string_view helpText();

}  // namespace framescope::cli
