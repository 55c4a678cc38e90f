#include "tests/support/own_namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <QProcess>

namespace framescope::test {

OwnNetwork::OwnNetwork()
    : m_before(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)),
      m_isThere(m_before && ::unshare(CLONE_NEWNET) == 0) {
    if (m_isThere) m_isThere = ip("link set lo up");
}

OwnNetwork::~OwnNetwork() {
    if (m_before && ::setns(m_before.get(), CLONE_NEWNET) != 0) qFatal("no way back");
}

bool OwnNetwork::ip(const std::string& arguments) {
    return QProcess::execute(QStringLiteral("ip"),
                             QString::fromStdString(arguments).split(QLatin1Char(' '))) == 0;
}

SmallDisk::SmallDisk(std::string folder, int kibibytes) : m_folder(std::move(folder)) {
    // A mount tree of our own from here on, so that nothing stays behind if the test does not end.
    static const bool own = ::unshare(CLONE_NEWNS) == 0 &&
                            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    const std::string size = "size=" + std::to_string(kibibytes) + "k";
    m_isThere = own && ::mount("tmpfs", m_folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

SmallDisk::~SmallDisk() {
    if (m_isThere) ::umount2(m_folder.c_str(), MNT_DETACH);
}

}  // namespace framescope::test
