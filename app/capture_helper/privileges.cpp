// Plain system calls, so that no library is needed beside libc. The order matters: the bounding set
// and the user can only be changed with capabilities, so the capabilities themselves go last.
#include "app/capture_helper/privileges.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace framescope::helper {
namespace {

/// "nobody", by number everywhere on Linux (also the overflow user of user namespaces).
constexpr uid_t kNobody = 65534;

constexpr int kCapabilitySets = _LINUX_CAPABILITY_U32S_3;

std::string because(const char* what) {
    return std::string(what) + ": " + std::strerror(errno) + '.';
}

/// Every capability the kernel knows; it answers EINVAL for the first one it does not.
template <typename Use>
void forEachCapability(Use use) {
    for (unsigned long capability = 0; capability < 64; ++capability) {
        if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) < 0) return;
        use(capability);
    }
}

/// Where the process is root's, becomes the user who called a set-user-id program, else nobody. In
/// a user namespace that knows no other user it stays root without capabilities.
std::optional<std::string> leaveRoot() {
    if (::geteuid() != 0 && ::getuid() != 0) return std::nullopt;
    const uid_t user = ::getuid() != 0 ? ::getuid() : kNobody;
    const gid_t group = ::getgid() != 0 ? ::getgid() : kNobody;
    if (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 ||
        ::setresuid(user, user, user) != 0) {
        return std::nullopt;
    }
    if (::setresuid(0, 0, 0) == 0) return "The rights of root could be taken back.";
    return std::nullopt;
}

bool capabilitiesAreGone() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[kCapabilitySets] = {};
    if (::syscall(SYS_capget, &header, sets) != 0) return false;
    bool gone = true;
    for (const auto& set : sets) {
        gone = gone && set.effective == 0 && set.permitted == 0 && set.inheritable == 0;
    }
    forEachCapability([&gone](unsigned long capability) {
        // Older kernels without ambient capabilities answer with an error.
        gone = gone && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) <= 0;
    });
    return gone;
}

}  // namespace

void forgetInheritance() {
    if (::syscall(SYS_close_range, 3u, ~0u, 0u) != 0) {
        const long most = ::sysconf(_SC_OPEN_MAX);
        for (int fd = 3; fd < most; ++fd) ::close(fd);
    }
    ::clearenv();
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

std::optional<std::string> dropRights() {
    // Fails without CAP_SETPCAP, as with file capabilities; no_new_privs does the same then.
    forEachCapability(
        [](unsigned long capability) { ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); });
    if (auto failure = leaveRoot()) return failure;
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[kCapabilitySets] = {};
    if (::syscall(SYS_capset, &header, none) != 0) {
        return because("Capabilities could not be given up");
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return because("New rights could not be renounced");
    }
    // Other people's packets are in the memory of this process: the user it runs as shall not look
    // into it. Root still sees its descriptors in /proc, and everybody its status.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (!capabilitiesAreGone() || ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
        return "Capabilities are left although they were given up.";
    }
    return std::nullopt;
}

}  // namespace framescope::helper
