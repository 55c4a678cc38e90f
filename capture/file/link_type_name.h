// Names of link types, for people and for libpcap.
#pragma once

#include <cstdint>
#include <string>

namespace framescope {

/// The name of a LINKTYPE_ value as libpcap has it, with its description: "EN10MB (Ethernet)". A
/// value without a name gives "link type 4711".
std::string linkTypeName(std::uint32_t linkType);
/// The description alone: "Ethernet"; its name where libpcap has no description.
std::string linkTypeDescription(std::uint32_t linkType);
/// "Ethernet (1)", or "link type 4711".
std::string linkTypeText(std::uint32_t linkType);

/// The DLT_ value by which libpcap knows a LINKTYPE_ value on this system.
int dltOf(std::uint32_t linkType);

}  // namespace framescope
