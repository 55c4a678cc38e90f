// Options that shape the frames of messages: opcode, bits, mask, length, fragments, compression.
#pragma once

#include <array>
#include <getopt.h>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/command_options.h"
#include "capture/compose/draft.h"

namespace framescope::cli {

class FrameOptionReader {
public:
    enum LongOption {
        kOpcode = kCommandOption + 256,
        kNoFin,
        kRsv,
        kNoMask,
        kMask,
        kLength,
        kAnnounce,
        kCompress,
        kFragments,
    };
    static constexpr std::array<option, 9> kOptions = {{
        {"opcode", required_argument, nullptr, kOpcode},
        {"no-fin", no_argument, nullptr, kNoFin},
        {"rsv", required_argument, nullptr, kRsv},
        {"no-mask", no_argument, nullptr, kNoMask},
        {"mask", required_argument, nullptr, kMask},
        {"length", required_argument, nullptr, kLength},
        {"announce", required_argument, nullptr, kAnnounce},
        {"compress", optional_argument, nullptr, kCompress},
        {"fragments", required_argument, nullptr, kFragments},
    }};

    static bool knows(int option) { return option >= kOpcode && option <= kFragments; }
    /// A sentence where the value is none.
    std::optional<std::string> take(int option, std::string_view value);
    /// True when any of them was given.
    bool any() const { return m_any; }
    /// The frame, all but its payload.
    const compose::FrameDraft& frame() const { return m_frame; }
    /// Whether the opcode was chosen, rather than following from what the payload is.
    bool hasOpcode() const { return m_hasOpcode; }

private:
    std::optional<std::string> setOpcode(std::string_view value);
    std::optional<std::string> setRsv(std::string_view value);
    std::optional<std::string> setMask(std::string_view value);
    std::optional<std::string> setCompress(std::string_view value);
    std::optional<std::string> setFragments(std::string_view value);

    compose::FrameDraft m_frame;
    bool m_any = false;
    bool m_hasOpcode = false;
};

}  // namespace framescope::cli
