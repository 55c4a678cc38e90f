// The user's shell over there may be any (fish, csh), so it is given one simple command only: sh,
// with the script as one quoted word, in which no exclamation mark lacks a space behind it (csh
// would look for an old command) and no backslash stands (fish would take it away). See
// remote_command.h.
#include "capture/live/remote_command.h"

#include <algorithm>
#include <string_view>

namespace framescope::live {
namespace {

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool hasControl(const std::string& text) {
    return std::any_of(text.begin(), text.end(), isControl);
}

/// Line ends mean nothing in a filter, and would end a word in some shells.
std::string onOneLine(std::string text) {
    std::replace_if(text.begin(), text.end(), isControl, ' ');
    return text;
}

bool isBlank(const std::string& text) {
    return text.find_first_not_of(' ') == std::string::npos;
}

/// Sets `own` to a filter for all but the connection that the script itself came over. A zone
/// behind an address (fe80::1%eth0) is no part of what a filter knows.
constexpr std::string_view kOwnConnection =
    "set -- $SSH_CONNECTION; "
    "if [ $# -eq 4 ]; then "
    "c=${1%%[%]*}; s=${3%%[%]*}; "
    "own=\"not (tcp and ((src host $c and src port $2 and dst host $s and dst port $4) or "
    "(src host $s and src port $4 and dst host $c and dst port $2)))\"; "
    "else own='not tcp port 22'; fi; ";

/// Programs of the administrator are not in everybody's PATH.
constexpr std::string_view kPath = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; ";

}  // namespace

std::string shellQuoted(const std::string& text) {
    // An apostrophe ends the word, stands between double quotes, and the word goes on.
    std::string made = "'";
    for (const char c : text) made += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
    return made + '\'';
}

std::string remoteScript(const RemoteCapture& what) {
    const std::string filter = onOneLine(what.filter);
    std::string script(kPath);
    script += kOwnConnection;
    // Our own part first: a "vlan" in the other would change what an address means behind it.
    if (!isBlank(filter)) script += "own=\"$own and (\"" + shellQuoted(filter) + "\")\"; ";
    // A background command has no standard input of its own, hence descriptor 3.
    script += "exec 3<&0 </dev/null; ";
    script += what.sudo ? "sudo -n tcpdump" : "tcpdump";
    if (what.packets != 0) script += " -c " + std::to_string(what.packets);
    script += " -U -n -s " + std::to_string(what.snapLength) + " -i " +
              shellQuoted(what.interface) + " -w - \"$own\" 3<&- & t=$! ; ";
    const std::string end = what.sudo ? "{ kill $t || sudo -n kill $t; }" : "kill $t";
    // It holds nothing but the lifeline, so that ssh sees the end of tcpdump as the end.
    script += "{ cat <&3; " + end + "; } >/dev/null 2>&1 & w=$! ; exec 3<&-; ";
    script += "wait $t; r=$?; kill $w 2>/dev/null; exit $r";
    return script;
}

Result<RemoteCommand> remoteCommand(const RemoteCapture& what, bool hasAskpass) {
    if (what.host.empty()) return Error{"The name of the host is missing."};
    if (what.host.front() == '-' || hasControl(what.host) ||
        what.host.find(' ') != std::string::npos) {
        return Error{"\"" + onOneLine(what.host) + "\" cannot be the name of a host."};
    }
    if (what.interface.empty()) return Error{"The interface of the other machine is missing."};
    if (hasControl(what.interface)) {
        return Error{"\"" + onOneLine(what.interface) + "\" cannot be the name of an interface."};
    }
    RemoteCommand command;
    if (what.port != 0) command.arguments = {"-p", std::to_string(what.port)};
    if (!what.maySpeak) {
        if (hasAskpass) {
            command.environment = {{"SSH_ASKPASS_REQUIRE", "prefer"}};
        } else {
            command.arguments.insert(command.arguments.end(), {"-o", "BatchMode=yes"});
        }
    }
    command.arguments.insert(
        command.arguments.end(),
        {"-T", "--", what.host, "exec sh -c " + shellQuoted(remoteScript(what))});
    return command;
}

}  // namespace framescope::live
