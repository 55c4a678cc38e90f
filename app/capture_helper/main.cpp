// framescope-capture: the one program of Framescope that needs rights. Kept small, so that it can
// be read as a whole before somebody grants them: it opens an interface, gives all rights up and
// copies packets to files that its parent hands over. See capture/spool/helper_protocol.h for the
// protocol.
#include <cstdio>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

#include "app/capture_helper/capture_loop.h"
#include "app/capture_helper/clock.h"
#include "app/capture_helper/interface_list.h"
#include "app/capture_helper/packet_source.h"
#include "app/capture_helper/parent_link.h"
#include "app/capture_helper/privileges.h"
#include "app/capture_helper/stop_signal.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::helper {
namespace {

enum ExitCode {
    kDone = 0,        ///< stopped as asked or at a limit; listed
    kUsage = 1,       ///< called wrongly
    kFailed = 2,      ///< the parent was told `failed`
    kParentGone = 3,  ///< what had come by then is in the file
};

constexpr std::string_view kHelp =
    R"(framescope-capture captures packets for framescope and framescope-cli, which start it by
themselves. It is a program of its own because capturing takes rights that they do not need.

    framescope-capture list         print the interfaces of this machine
    framescope-capture capture ...  only with a parent on descriptors 0 and 1
    framescope-capture --version
    framescope-capture --help

To capture from a terminal: framescope-cli -i INTERFACE

Exit status: 0 ended as asked, 1 called wrongly, 2 failed, 3 the parent went away.
)";

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const std::string& sentence, ExitCode code) {
    std::fprintf(stderr, "framescope-capture: %s\n", sentence.c_str());
    return code;
}

int list() {
    const auto interfaces = listInterfaces();
    if (const auto* const sentence = std::get_if<std::string>(&interfaces)) {
        return complain(*sentence, kFailed);
    }
    print(encode(Hello{kProtocol, FRAMESCOPE_VERSION}) +
          encode(std::get<std::vector<Interface>>(interfaces)));
    return kDone;
}

/// Opens what is asked for; there are no rights any more when it returns.
std::variant<PacketSource, Failed> openWithoutRights(const Request& request) {
    auto opened = PacketSource::open(request);
    if (const auto kept = dropRights()) {
        return Failed{Failure::Other,
                      "Nothing is captured, since framescope-capture could not "
                      "give its rights up. " +
                          *kept};
    }
    if (auto* const source = std::get_if<PacketSource>(&opened)) {
        if (const auto failure = source->setFilter(request.filter)) return *failure;
    }
    return opened;
}

CaptureEnd captureFor(ParentLink& parent, const Request& request) {
    auto opened = openWithoutRights(request);
    if (const auto* const failure = std::get_if<Failed>(&opened)) return *failure;
    auto& source = std::get<PacketSource>(opened);
    CaptureLoop loop(request, source, parent);
    parent.say(Opened{source.linkType(), source.snapLength()});
    return loop.run();
}

int finish(ParentLink& parent, const CaptureEnd& how) {
    constexpr std::int64_t kPatience = 2000 * kMillisecond;
    int code = kParentGone;
    if (const auto* const stopped = std::get_if<Stopped>(&how)) {
        parent.say(*stopped);
        code = kDone;
    } else if (const auto* const failed = std::get_if<Failed>(&how)) {
        parent.say(*failed);
        code = failed->failure == Failure::Usage ? kUsage : kFailed;
    }
    parent.sendAll(code == kParentGone ? 0 : kPatience);
    return code;
}

int capture(const std::vector<std::string>& arguments) {
    if (!ParentLink::isPossible(STDIN_FILENO, STDOUT_FILENO)) {
        return complain(
            "This program is run by framescope and framescope-cli. To capture from a "
            "terminal, run: framescope-cli -i INTERFACE",
            kUsage);
    }
    prepareSignals();
    ParentLink parent(STDIN_FILENO, STDOUT_FILENO);
    parent.say(Hello{kProtocol, FRAMESCOPE_VERSION});
    const auto request = parseRequest(arguments);
    if (const auto* const sentence = std::get_if<std::string>(&request)) {
        return finish(parent, Failed{Failure::Usage, *sentence});
    }
    return finish(parent, captureFor(parent, std::get<Request>(request)));
}

/// True if 0, 1 and 2 are open, so that nothing that is opened later is taken for one of them.
bool standardDescriptorsAreOpen() {
    const int fd = ::dup(STDIN_FILENO);
    if (fd >= 0) ::close(fd);
    return fd > STDERR_FILENO;
}

int run(const std::vector<std::string>& arguments) {
    forgetInheritance();
    if (!standardDescriptorsAreOpen()) return kUsage;
    const std::string first = arguments.empty() ? std::string() : arguments.front();
    if (first == "capture") return capture(arguments);
    if (arguments.size() == 1 && first == "list") return list();
    if (arguments.size() == 1 && first == "--version") {
        print("framescope-capture " FRAMESCOPE_VERSION "\n");
        return kDone;
    }
    if (arguments.size() == 1 && first == "--help") {
        print(kHelp);
        return kDone;
    }
    return complain(
        "This program is run by framescope and framescope-cli; see "
        "framescope-capture --help.",
        kUsage);
}

}  // namespace
}  // namespace framescope::helper

int main(int argc, char** argv) {
    return framescope::helper::run({argv + (argc > 0 ? 1 : 0), argv + argc});
}
