// What a person chose before a capture starts. Plain values, kept by the window as recent choices
// and read by the terminal program from its options.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "capture/spool/helper_protocol.h"

namespace framescope {

class GrowingBytes;

namespace live {

class Spool;

/// Where captured bytes go.
struct Destination {
    /// Empty: a spool in `spoolBase`. Else this file; with a ring, files named after it as dumpcap
    /// does: NAME_00001_20260131120000.pcapng.
    std::filesystem::path file;
    /// Folder in which spools are made; empty for the user's cache folder (defaultSpoolBase()).
    std::filesystem::path spoolBase;
    /// Files of a ring that are kept, the oldest goes first; 0: all.
    std::uint32_t ringFiles = 0;
};

struct InterfaceCapture {
    helper::Request request;
    Destination destination;
    /// The helper; empty: beside this program, else in the PATH.
    std::filesystem::path helper;
};

struct StreamCapture {
    std::string path;  ///< "-" or a FIFO
    Destination destination;
};

struct RemoteCapture {
    std::string host;        ///< as for ssh: "user@host" or a name of ~/.ssh/config
    std::uint16_t port = 0;  ///< 0: ssh's own choice
    std::string interface;
    std::string filter;
    std::uint32_t snapLength = 262144;
    std::uint64_t packets = 0;  ///< tcpdump ends after so many; 0: never
    bool sudo = false;          ///< run tcpdump under "sudo -n"
    bool maySpeak = false;  ///< ssh may ask on the terminal (for a passphrase); else it must not
    Destination destination;
    std::string ssh = "ssh";  ///< the program to run
};

}  // namespace live
}  // namespace framescope
