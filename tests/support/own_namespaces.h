// Networks and file systems of a test's own, which the rest of the machine does not see. Takes
// root.
#pragma once

#include <string>

#include "capture/file/file_descriptor.h"

namespace framescope::test {

/// While it lives, this thread and the programs it starts have a network of their own, with `lo`
/// up.
class OwnNetwork {
public:
    OwnNetwork();
    ~OwnNetwork();
    OwnNetwork(const OwnNetwork&) = delete;
    OwnNetwork& operator=(const OwnNetwork&) = delete;

    bool isThere() const { return m_isThere; }
    /// Runs ip(8). False when it fails.
    static bool ip(const std::string& arguments);

private:
    FileDescriptor m_before;
    bool m_isThere = false;
};

/// A file system in memory of so many KiB on a folder.
class SmallDisk {
public:
    SmallDisk(std::string folder, int kibibytes);
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool isThere() const { return m_isThere; }

private:
    std::string m_folder;
    bool m_isThere = false;
};

}  // namespace framescope::test
