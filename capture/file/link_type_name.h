// Names of link types, for people and for libpcap.
#pragma once

#include <cstdint>
#include <string>

namespace framescope {

/// What a LINKTYPE_ value is called: "Ethernet", as libpcap describes it; its short name where
/// libpcap has no description. A value without a name gives "link type 4711".
std::string linkTypeDescription(std::uint32_t linkType);
/// The same with its number, as it is said everywhere: "Ethernet (1)", or "link type 4711".
std::string linkTypeText(std::uint32_t linkType);

/// The DLT_ value by which libpcap knows a LINKTYPE_ value on this system.
int dltOf(std::uint32_t linkType);

}  // namespace framescope
