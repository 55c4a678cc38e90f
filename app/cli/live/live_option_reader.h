// Reads the options of live captures; a part of reading the command line, see options.cpp. Letters
// and values are tshark's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/cli/live/live_options.h"

namespace framescope::cli {

/// Long options without a letter; the values follow those of options.cpp.
enum LiveLongOption { kRemote = 512, kRemotePort, kRemoteSudo };

inline constexpr std::string_view kLiveLetters = "ifabwsBp";

class LiveOptionReader {
public:
    /// Takes the option if it is one of live captures. A sentence when its value is none.
    std::optional<std::string> take(int option, std::string_view value);
    /// True when the letter or long option is one that take() knows.
    static bool knows(int option);

    /// What does not go together, or nothing. `file` is what is to be read, empty for nothing.
    std::optional<std::string> mistake(const std::string& file) const;
    const LiveOptions& options() const { return m_options; }
    bool capturesLive() const { return m_options.source != LiveOptions::Source::None; }

private:
    std::optional<std::string> setSource(LiveOptions::Source source);
    std::optional<std::string> setInterface(std::string_view name);
    std::optional<std::string> setRemote(std::string_view text);
    std::optional<std::string> setStop(std::string_view text);
    std::optional<std::string> setRing(std::string_view text);

    LiveOptions m_options;
    bool m_hasFilter = false;
    bool m_hasSnapLength = false;
    bool m_hasBuffer = false;
    bool m_hasPort = false;
};

}  // namespace framescope::cli
