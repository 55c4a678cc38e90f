// Where the helper lies, and what to say when it cannot be used; see helper_place.h and
// interfaces.h.
#include "capture/live/helper_place.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <grp.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "capture/live/interfaces.h"
#include "capture/live/remote_command.h"

namespace framescope::live {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "framescope-capture";

bool isProgram(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::vector<fs::path> pathFolders() {
    const char* const value = std::getenv("PATH");
    std::string_view rest = value != nullptr ? value : "";
    std::vector<fs::path> folders;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (end > 0) folders.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return folders;
}

/// The group whose members alone may run the file, if the person who runs us is none of them.
std::string groupThatIsMissing(const fs::path& helper) {
    struct stat info {};
    if (::stat(helper.c_str(), &info) != 0 || ::access(helper.c_str(), X_OK) == 0) return {};
    if ((info.st_mode & S_IXGRP) == 0 || (info.st_mode & S_IXOTH) != 0) return {};
    const group* const entry = ::getgrgid(info.st_gid);
    return entry != nullptr ? entry->gr_name : std::to_string(info.st_gid);
}

std::string quoted(const fs::path& path) {
    return '"' + path.string() + '"';
}

}  // namespace

Result<fs::path> findHelper() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
    std::vector<fs::path> places;
    if (!error) {
        places = {self / kName, (self / "../libexec/framescope" / kName).lexically_normal(),
                  (self / "../bin" / kName).lexically_normal()};
    }
    for (const fs::path& folder : pathFolders()) places.push_back(folder / kName);
    // One that may be run comes before one that may not, which is still good for a remedy.
    for (const fs::path& place : places) {
        if (isProgram(place) && ::access(place.c_str(), X_OK) == 0) return place;
    }
    for (const fs::path& place : places) {
        if (isProgram(place)) return place;
    }
    return Error{std::string("The capture helper \"") + kName + "\" is not installed: it is not " +
                 "in " + quoted(self) + ", in " +
                 quoted((self / "../libexec/framescope").lexically_normal()) + ", in " +
                 quoted((self / "../bin").lexically_normal()) + " or in the PATH."};
}

std::string rightsRemedy(const fs::path& helper) {
    std::error_code error;
    fs::path whole = fs::canonical(helper, error);
    if (error) whole = helper;
    const std::string group = groupThatIsMissing(whole);
    if (!group.empty()) return "sudo usermod -aG " + shellWord(group) + " \"$USER\"";
    return "sudo setcap cap_net_raw,cap_net_admin=eip " + shellWord(whole.string());
}

Result<fs::path> helperOr(const fs::path& wanted) {
    if (!wanted.empty()) return wanted;
    return findHelper();
}

std::optional<Error> helperFault(const fs::path& helper, const helper::Hello& hello) {
    if (hello.protocol == helper::kProtocol) return std::nullopt;
    return Error{quoted(helper) + " is of version " + hello.version +
                 ", which does not fit this program of version " FRAMESCOPE_VERSION
                 ": install both from the same package."};
}

Error noHelper(const fs::path& helper, const std::string& firstLine) {
    constexpr std::size_t kMost = 80;
    if (firstLine.empty()) {
        return {quoted(helper) + " does not answer like the capture helper of this program."};
    }
    return {quoted(helper) + " is not the capture helper of this program: it said \"" +
            firstLine.substr(0, kMost) + "\"."};
}

Ending helperNotStarted(const fs::path& helper, int error) {
    Ending ending{Ending::Cause::Failed, {}, {}};
    if (error == ENOENT) {
        ending.sentence = "The capture helper " + quoted(helper) + " does not exist.";
        return ending;
    }
    std::error_code unknown;
    if (error != EACCES || !fs::exists(helper, unknown)) {
        ending.sentence = "The capture helper " + quoted(helper) +
                          " cannot be started: " + std::generic_category().message(error) + '.';
        return ending;
    }
    const std::string group = groupThatIsMissing(helper);
    if (group.empty()) {
        ending.sentence = "The capture helper " + quoted(helper) + " may not be run by this user.";
    } else {
        ending.sentence = "The capture helper " + quoted(helper) +
                          " may be run only by members of the group \"" + group +
                          "\". Join it, then log in again.";
        ending.remedy = rightsRemedy(helper);
    }
    return ending;
}

std::string remedyFor(helper::Failure failure, const std::string& interface,
                      const fs::path& helper) {
    const std::string upCommand = "sudo ip link set " + shellWord(interface) + " up";
    switch (failure) {
        case helper::Failure::NoRight:
            return rightsRemedy(helper);
        case helper::Failure::NoRightAndDown:
            return upCommand + " && " + rightsRemedy(helper);
        case helper::Failure::DeviceDown:
            return upCommand;
        default:
            return {};
    }
}

std::string shellWord(const std::string& text) {
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/._-+:@,%").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), isPlain)) return text;
    return shellQuoted(text);
}

}  // namespace framescope::live
