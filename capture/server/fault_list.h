// The misbehaviours that hold for one request and what comes of it: those of its query and path,
// and those of the whole server, which may be changed while a connection is open. The former come
// first. Used on the reactor's thread only.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "capture/server/misbehaviour.h"

namespace framescope::server {

/// Misbehaviours that one text may name.
inline constexpr std::size_t kMaxMisbehaviours = 64;

/// The number of a misbehaviour, or what it is where none was given.
std::uint64_t numberOf(const Misbehaviour& misbehaviour);

class FaultList {
public:
    FaultList() = default;
    FaultList(std::vector<Misbehaviour> own,
              std::shared_ptr<const std::vector<Misbehaviour>> everywhere)
        : m_own(std::move(own)), m_everywhere(std::move(everywhere)) {}

    /// The misbehaviour that is due once `passed` messages have passed; without a number, whether
    /// it is there at all.
    std::optional<Misbehaviour> due(
        Fault fault, std::uint64_t passed = std::numeric_limits<std::uint64_t>::max()) const;

private:
    std::vector<Misbehaviour> m_own;
    std::shared_ptr<const std::vector<Misbehaviour>> m_everywhere;
};

}  // namespace framescope::server
