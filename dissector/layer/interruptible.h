// What is asked of a layer whose connection an RST has ended that perhaps nobody takes: whether its
// end may wait until that is known. Where it stands between two units its end leaves no row, so
// nothing is told in another order than it was captured in.
#pragma once

#include "dissector/layer/layer.h"

namespace framescope {

class Interruptible {
public:
    virtual ~Interruptible() = default;
    /// No unit has begun in either direction that is not a row yet.
    virtual bool isBetweenUnits() const = 0;
};

/// The same of any layer; false of one that does not know.
inline bool isBetweenUnits(const Layer& layer) {
    const auto* const interruptible = dynamic_cast<const Interruptible*>(&layer);
    return interruptible != nullptr && interruptible->isBetweenUnits();
}

}  // namespace framescope
